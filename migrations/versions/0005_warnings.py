"""Warnings.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import MOMENT, choice

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warning_serial",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_warning_serial")),
    )
    op.create_table(
        "warning_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("kind_key", sa.String(), nullable=False),
        sa.Column("origin", choice("warning_origin", "relayed", "own"), nullable=False),
        sa.Column(
            "state",
            choice(
                "warning_series_state", "draft", "proposed", "returned", "in_force", "lifted", "withdrawn", "discarded"
            ),
            nullable=False,
        ),
        sa.Column("source_words", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_name", sa.String(), nullable=False),
        sa.Column("opened_chat", sa.BigInteger(), nullable=False),
        sa.Column("opened_locale", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("board_due_at", MOMENT, nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["directory_person.id"], name=op.f("fk_warning_series_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_series")),
        sa.UniqueConstraint("number", name=op.f("uq_warning_series_number")),
    )
    with op.batch_alter_table("warning_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warning_series_board_due_at"), ["board_due_at"], unique=False)

    op.create_table(
        "warning_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column(
            "tier", choice("warning_recipient_tier", "district", "town", "village", "grid", "unit"), nullable=False
        ),
        sa.Column("must_answer", sa.Boolean(), nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("answered_version", sa.Integer(), nullable=True),
        sa.Column("answer", choice("warning_recipient_answer", "received", "on_post", "cannot"), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_name", sa.String(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("nudges", sa.Integer(), nullable=False),
        sa.Column("nudge_due_at", MOMENT, nullable=True),
        sa.Column("phoned", choice("warning_recipient_phoned", "reached", "no_answer", "cut_off"), nullable=True),
        sa.Column("phoned_by", sa.String(), nullable=True),
        sa.Column("phoned_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["directory_person.id"], name=op.f("fk_warning_recipient_answered_by")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_warning_recipient_person_id")),
        sa.ForeignKeyConstraint(["series_id"], ["warning_series.id"], name=op.f("fk_warning_recipient_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_recipient")),
        sa.UniqueConstraint("series_id", "chat_id", name=op.f("uq_warning_recipient_series_id_chat_id")),
    )
    with op.batch_alter_table("warning_recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warning_recipient_nudge_due_at"), ["nudge_due_at"], unique=False)
        batch_op.create_index(
            "ix_warning_recipient_open", ["series_id", "must_answer", "answered_version"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_warning_recipient_series_id"), ["series_id"], unique=False)

    op.create_table(
        "warning_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            choice("warning_version_act", "issue", "update", "upgrade", "downgrade", "extend", "lift", "withdraw"),
            nullable=False,
        ),
        sa.Column("state", choice("warning_version_state", "draft", "proposed", "issued", "discarded"), nullable=False),
        sa.Column("level", choice("warning_version_level", "blue", "yellow", "orange", "red"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("scope_words", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("matters", sa.String(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("platform_number", sa.String(), nullable=False),
        sa.Column("audience", choice("warning_version_audience", "internal", "public"), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("drafted_by", sa.Integer(), nullable=True),
        sa.Column("drafted_name", sa.String(), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("signed_name", sa.String(), nullable=True),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("oral_words", sa.String(), nullable=True),
        sa.Column("countersign_due_at", MOMENT, nullable=True),
        sa.Column("countersigned_at", MOMENT, nullable=True),
        sa.Column("return_reason", sa.String(), nullable=True),
        sa.Column("issued_at", MOMENT, nullable=True),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("asked_valid_at", MOMENT, nullable=True),
        sa.Column("asking", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["drafted_by"], ["directory_person.id"], name=op.f("fk_warning_version_drafted_by")),
        sa.ForeignKeyConstraint(["series_id"], ["warning_series.id"], name=op.f("fk_warning_version_series_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["directory_person.id"], name=op.f("fk_warning_version_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_version")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_warning_version_series_id_number")),
    )
    with op.batch_alter_table("warning_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warning_version_countersign_due_at"), ["countersign_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_warning_version_issued_at"), ["issued_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_warning_version_series_id"), ["series_id"], unique=False)

    op.create_table(
        "warning_place",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("level", choice("warning_place_level", "blue", "yellow", "orange", "red"), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["warning_version.id"], name=op.f("fk_warning_place_version_id")),
        sa.PrimaryKeyConstraint("version_id", "region_code", name=op.f("pk_warning_place")),
    )


def downgrade() -> None:
    op.drop_table("warning_place")
    with op.batch_alter_table("warning_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_warning_version_series_id"))
        batch_op.drop_index(batch_op.f("ix_warning_version_issued_at"))
        batch_op.drop_index(batch_op.f("ix_warning_version_countersign_due_at"))

    op.drop_table("warning_version")
    with op.batch_alter_table("warning_recipient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_warning_recipient_series_id"))
        batch_op.drop_index("ix_warning_recipient_open")
        batch_op.drop_index(batch_op.f("ix_warning_recipient_nudge_due_at"))

    op.drop_table("warning_recipient")
    with op.batch_alter_table("warning_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_warning_series_board_due_at"))

    op.drop_table("warning_series")
    op.drop_table("warning_serial")
