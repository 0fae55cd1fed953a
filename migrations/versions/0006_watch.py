"""What keeps watch over warnings: groups' filters, drills and link tests, what the shift is told.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import MOMENT, choice

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

_STATES = "'draft', 'proposed', 'returned', 'in_force', 'lifted', 'withdrawn', 'discarded'"


def upgrade() -> None:
    with op.batch_alter_table("directory_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_out", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "lowest_warning",
                choice("directory_group_lowest_warning", "blue", "yellow", "orange", "red"),
                nullable=True,
            )
        )
    with op.batch_alter_table("warning_recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awaited_version", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("level", choice("warning_recipient_level", "blue", "yellow", "orange", "red"), nullable=True)
        )
        batch_op.add_column(sa.Column("sectors", sa.String(), nullable=True))
        batch_op.drop_constraint("warning_recipient_phoned", type_="check")
        batch_op.create_check_constraint(
            "warning_recipient_phoned", "phoned IN ('reached', 'no_answer', 'cut_off', 'messenger')"
        )
    with op.batch_alter_table("warning_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("document_number", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("valid_ask_due_at", MOMENT, nullable=True))
        batch_op.create_index(batch_op.f("ix_warning_version_valid_ask_due_at"), ["valid_ask_due_at"])
    op.execute("update warning_version set valid_ask_due_at = valid_until where asked_valid_at is null")
    with op.batch_alter_table("warning_series", schema=None) as batch_op:
        batch_op.drop_constraint("warning_series_state", type_="check")
        batch_op.create_check_constraint("warning_series_state", f"state IN ({_STATES}, 'lapsed')")
    op.execute("update warning_recipient set awaited_version = told_version where must_answer")
    op.create_table(
        "paper_pack",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_paper_pack")),
    )
    op.create_table(
        "paper_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("kind", choice("paper_paper_kind", "report", "tables", "call_sheet", "archive"), nullable=False),
        sa.Column("state", choice("paper_paper_state", "wanted", "made", "failed"), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_name", sa.String(), nullable=False),
        sa.Column("asked_post", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["directory_person.id"], name=op.f("fk_paper_paper_asked_by")),
        sa.ForeignKeyConstraint(["series_id"], ["warning_series.id"], name=op.f("fk_paper_paper_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_paper")),
    )
    op.create_index("ix_paper_paper_due", "paper_paper", ["state", "not_before"])
    op.create_index(op.f("ix_paper_paper_series_id"), "paper_paper", ["series_id"])
    op.create_table(
        "drill_link_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", choice("drill_link_test_state", "open", "closed"), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=True),
        sa.Column("started_name", sa.String(), nullable=False),
        sa.Column("started_chat", sa.BigInteger(), nullable=False),
        sa.Column("started_locale", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("nudge_due_at", MOMENT, nullable=True),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("board_due_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["started_by"], ["directory_person.id"], name=op.f("fk_drill_link_test_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_link_test")),
    )
    op.create_index(op.f("ix_drill_link_test_board_due_at"), "drill_link_test", ["board_due_at"])
    op.create_index(op.f("ix_drill_link_test_nudge_due_at"), "drill_link_test", ["nudge_due_at"])
    op.create_index(
        "uq_drill_link_test_open",
        "drill_link_test",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "drill_link_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("test_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column(
            "tier", choice("drill_link_group_tier", "district", "town", "village", "grid", "unit"), nullable=False
        ),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_name", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["directory_person.id"], name=op.f("fk_drill_link_group_answered_by")),
        sa.ForeignKeyConstraint(["test_id"], ["drill_link_test.id"], name=op.f("fk_drill_link_group_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_link_group")),
        sa.UniqueConstraint("test_id", "group_id", name=op.f("uq_drill_link_group_test_id_group_id")),
    )
    op.create_index(op.f("ix_drill_link_group_group_id"), "drill_link_group", ["group_id"])
    op.create_index(op.f("ix_drill_link_group_test_id"), "drill_link_group", ["test_id"])
    op.create_table(
        "watch_watermark",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_watch_watermark")),
    )
    op.create_table(
        "watch_finding",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_watch_finding")),
    )
    with op.batch_alter_table("delivery_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reported_at", MOMENT, nullable=True))
    # What failed before anybody looked is not told again.
    op.execute("update delivery_message set reported_at = created_at where state in ('dead', 'uncertain')")

    # A number names no year: the same day a year later goes on counting.
    op.execute("update intake_serial set day = substr(day, 6) where day like '20%'")
    op.execute("update warning_serial set day = substr(day, 6) where day like '20%'")


def downgrade() -> None:
    for serials, year in (
        ("intake_serial", "select max(substr(day, 1, 5)) from intake_report"),
        ("warning_serial", "select max(substr(cast(opened_at as varchar), 1, 5)) from warning_series"),
    ):
        op.execute(f"update {serials} set day = coalesce(({year}), '2026-') || day where day not like '20%'")
    with op.batch_alter_table("delivery_message", schema=None) as batch_op:
        batch_op.drop_column("reported_at")
    op.drop_table("watch_finding")
    op.drop_table("watch_watermark")
    op.drop_table("drill_link_group")
    op.drop_table("drill_link_test")
    op.drop_table("paper_paper")
    op.drop_table("paper_pack")
    op.execute("update warning_recipient set phoned = 'reached' where phoned = 'messenger'")
    with op.batch_alter_table("warning_recipient", schema=None) as batch_op:
        batch_op.drop_constraint("warning_recipient_phoned", type_="check")
        batch_op.create_check_constraint("warning_recipient_phoned", "phoned IN ('reached', 'no_answer', 'cut_off')")
        batch_op.drop_constraint("warning_recipient_level", type_="check")
        batch_op.drop_column("sectors")
        batch_op.drop_column("level")
        batch_op.drop_column("awaited_version")
    with op.batch_alter_table("warning_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_warning_version_valid_ask_due_at"))
        batch_op.drop_column("valid_ask_due_at")
        batch_op.drop_column("document_number")
    op.execute("update warning_series set state = 'lifted' where state = 'lapsed'")
    with op.batch_alter_table("warning_series", schema=None) as batch_op:
        batch_op.drop_constraint("warning_series_state", type_="check")
        batch_op.create_check_constraint("warning_series_state", f"state IN ({_STATES})")
    with op.batch_alter_table("directory_group", schema=None) as batch_op:
        batch_op.drop_constraint("directory_group_lowest_warning", type_="check")
        batch_op.drop_column("lowest_warning")
        batch_op.drop_column("left_out")
