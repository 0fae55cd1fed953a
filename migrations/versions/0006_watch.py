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


def downgrade() -> None:
    op.drop_table("paper_paper")
    op.drop_table("paper_pack")
    with op.batch_alter_table("warning_recipient", schema=None) as batch_op:
        batch_op.drop_column("awaited_version")
    with op.batch_alter_table("directory_group", schema=None) as batch_op:
        batch_op.drop_constraint("directory_group_lowest_warning", type_="check")
        batch_op.drop_column("lowest_warning")
        batch_op.drop_column("left_out")
