"""Drafts, reports and what was sent.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import MOMENT, choice

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_serial",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "day", name=op.f("pk_intake_serial")),
    )
    op.create_table(
        "intake_report",
        sa.Column("kind_key", sa.String(), nullable=True),
        sa.Column("place_words", sa.String(), nullable=True),
        sa.Column(
            "place_source",
            choice("place_source", "grid", "location", "pin", "link", "words", "list", "code", "photo"),
            nullable=True,
        ),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("accuracy", sa.Float(), nullable=True),
        sa.Column("occurred_at", MOMENT, nullable=True),
        sa.Column("dead", sa.Integer(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=True),
        sa.Column("trapped", sa.Integer(), nullable=True),
        sa.Column("seriously_injured", sa.Integer(), nullable=True),
        sa.Column("injured", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(), nullable=True),
        sa.Column("measures", sa.String(), nullable=True),
        sa.Column("reinforcement", sa.Boolean(), nullable=True),
        sa.Column("contact_name", sa.String(), nullable=True),
        sa.Column("contact_phone", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("nature", choice("intake_report_nature", "danger_sign", "accident", "hazard"), nullable=False),
        sa.Column("threat", choice("intake_report_threat", "yes", "no", "unclear"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("via", choice("intake_report_via", "chat", "telephone"), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("asking_until", MOMENT, nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_intake_report_incident_id")),
        sa.ForeignKeyConstraint(["same_as"], ["intake_report.id"], name=op.f("fk_intake_report_same_as")),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_intake_report_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_report")),
        sa.UniqueConstraint("prefix", "day", "serial", name=op.f("uq_intake_report_prefix_day_serial")),
    )
    with op.batch_alter_table("intake_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_report_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_report_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_report_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_report_same_as"), ["same_as"], unique=False)
    op.create_table(
        "intake_draft",
        sa.Column("kind_key", sa.String(), nullable=True),
        sa.Column("place_words", sa.String(), nullable=True),
        sa.Column(
            "place_source",
            choice("place_source", "grid", "location", "pin", "link", "words", "list", "code", "photo"),
            nullable=True,
        ),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("accuracy", sa.Float(), nullable=True),
        sa.Column("occurred_at", MOMENT, nullable=True),
        sa.Column("dead", sa.Integer(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=True),
        sa.Column("trapped", sa.Integer(), nullable=True),
        sa.Column("seriously_injured", sa.Integer(), nullable=True),
        sa.Column("injured", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(), nullable=True),
        sa.Column("measures", sa.String(), nullable=True),
        sa.Column("reinforcement", sa.Boolean(), nullable=True),
        sa.Column("contact_name", sa.String(), nullable=True),
        sa.Column("contact_phone", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column(
            "state", choice("intake_draft_state", "open", "kept", "filed", "joined", "discarded"), nullable=False
        ),
        sa.Column(
            "question", choice("intake_draft_question", "threat", "outcome", "likeness", "resume"), nullable=False
        ),
        sa.Column(
            "asking",
            choice(
                "intake_draft_asking",
                "kind",
                "place",
                "time",
                "casualties",
                "what",
                "measures",
                "reinforcement",
                "contact",
            ),
            nullable=True,
        ),
        sa.Column("at_step", sa.String(), nullable=False),
        sa.Column("nature", choice("intake_draft_nature", "danger_sign", "accident", "hazard"), nullable=True),
        sa.Column("via", choice("intake_draft_via", "chat", "telephone"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_intake_draft_person_id")),
        sa.ForeignKeyConstraint(["report_id"], ["intake_report.id"], name=op.f("fk_intake_draft_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_draft")),
    )
    with op.batch_alter_table("intake_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_draft_due_at"), ["due_at"], unique=False)
        batch_op.create_index("ix_intake_draft_person", ["person_id", "state"], unique=False)
    op.create_table(
        "intake_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            choice("intake_item_kind", "photo", "voice", "video", "document", "text", "location", "answer"),
            nullable=False,
        ),
        sa.Column(
            "answers",
            choice(
                "intake_item_answers",
                "kind",
                "place",
                "time",
                "casualties",
                "what",
                "measures",
                "reinforcement",
                "contact",
            ),
            nullable=True,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("album", sa.String(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("accuracy", sa.Float(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("file_id", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("by_copy", sa.Boolean(), nullable=False),
        sa.Column(
            "file_state", choice("intake_item_file_state", "none", "wanted", "stored", "missing"), nullable=False
        ),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("cleaned_sha256", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["intake_draft.id"], name=op.f("fk_intake_item_draft_id")),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_intake_item_person_id")),
        sa.ForeignKeyConstraint(["report_id"], ["intake_report.id"], name=op.f("fk_intake_item_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_item")),
        sa.UniqueConstraint("chat_id", "message_id", name=op.f("uq_intake_item_chat_id_message_id")),
    )
    with op.batch_alter_table("intake_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_item_album"), ["album"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_item_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index("ix_intake_item_file", ["file_state", "not_before"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_item_report_id"), ["report_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("intake_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_item_report_id"))
        batch_op.drop_index("ix_intake_item_file")
        batch_op.drop_index(batch_op.f("ix_intake_item_draft_id"))
        batch_op.drop_index(batch_op.f("ix_intake_item_album"))
    op.drop_table("intake_item")
    with op.batch_alter_table("intake_draft", schema=None) as batch_op:
        batch_op.drop_index("ix_intake_draft_person")
        batch_op.drop_index(batch_op.f("ix_intake_draft_due_at"))
    op.drop_table("intake_draft")
    with op.batch_alter_table("intake_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_report_same_as"))
        batch_op.drop_index(batch_op.f("ix_intake_report_person_id"))
        batch_op.drop_index(batch_op.f("ix_intake_report_number"))
        batch_op.drop_index(batch_op.f("ix_intake_report_incident_id"))
    op.drop_table("intake_report")
    op.drop_table("intake_serial")
