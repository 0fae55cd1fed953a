"""Reports and incidents, from the first photo to the event log.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import MOMENT, choice

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_serial",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "day", name="pk_intake_serial"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("nature", choice("incident_nature", "danger_sign", "accident", "hazard"), nullable=False),
        sa.Column("threat", choice("incident_threat", "yes", "no", "unclear"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("state", choice("incident_state", "reported", "verified"), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_name", sa.String(), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("arrive_by", MOMENT, nullable=True),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.Column("verified_name", sa.String(), nullable=True),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("chase_due_at", MOMENT, nullable=True),
        sa.Column("chases", sa.Integer(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["taken_by"], ["directory_person.id"], name="fk_incident_taken_by"),
        sa.ForeignKeyConstraint(["verified_by"], ["directory_person.id"], name="fk_incident_verified_by"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("number", name="uq_incident_number"),
    )
    op.create_index("ix_incident_chase_due_at", "incident", ["chase_due_at"])
    op.create_index("ix_incident_region_code", "incident", ["region_code"])
    op.create_table(
        "incident_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "kind",
            choice(
                "incident_entry_kind", "opened", "taken", "arrival", "verified", "supplement", "chased", "unreached"
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_entry_incident_id"),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name="fk_incident_entry_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_entry"),
    )
    op.create_index("ix_incident_entry_order", "incident_entry", ["incident_id", "id"])
    op.create_table(
        "incident_follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("report_number", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_follower_incident_id"),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name="fk_incident_follower_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_follower"),
        sa.UniqueConstraint("incident_id", "report_number", name="uq_incident_follower_incident_id_report_number"),
    )
    op.create_index("ix_incident_follower_incident_id", "incident_follower", ["incident_id"])
    op.create_table(
        "intake_report",
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
        sa.Column("filed_at", MOMENT, nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("asking_until", MOMENT, nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_intake_report_incident_id"),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name="fk_intake_report_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_intake_report"),
        sa.UniqueConstraint("prefix", "day", "serial", name="uq_intake_report_prefix_day_serial"),
    )
    op.create_index("ix_intake_report_incident_id", "intake_report", ["incident_id"])
    op.create_index("ix_intake_report_number", "intake_report", ["number"])
    op.create_index("ix_intake_report_person_id", "intake_report", ["person_id"])
    op.create_table(
        "intake_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("state", choice("intake_draft_state", "open", "filed", "joined", "discarded"), nullable=False),
        sa.Column("question", choice("intake_draft_question", "threat", "outcome"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name="fk_intake_draft_person_id"),
        sa.ForeignKeyConstraint(["report_id"], ["intake_report.id"], name="fk_intake_draft_report_id"),
        sa.PrimaryKeyConstraint("id", name="pk_intake_draft"),
    )
    op.create_index("ix_intake_draft_due_at", "intake_draft", ["due_at"])
    op.create_index("ix_intake_draft_person", "intake_draft", ["person_id", "state"])
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
            choice("intake_item_kind", "photo", "voice", "video", "document", "text", "location"),
            nullable=False,
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
        sa.Column(
            "file_state", choice("intake_item_file_state", "none", "wanted", "stored", "missing"), nullable=False
        ),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["intake_draft.id"], name="fk_intake_item_draft_id"),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name="fk_intake_item_person_id"),
        sa.ForeignKeyConstraint(["report_id"], ["intake_report.id"], name="fk_intake_item_report_id"),
        sa.PrimaryKeyConstraint("id", name="pk_intake_item"),
        sa.UniqueConstraint("chat_id", "message_id", name="uq_intake_item_chat_id_message_id"),
    )
    op.create_index("ix_intake_item_album", "intake_item", ["album"])
    op.create_index("ix_intake_item_draft_id", "intake_item", ["draft_id"])
    op.create_index("ix_intake_item_file", "intake_item", ["file_state", "not_before"])
    op.create_index("ix_intake_item_report_id", "intake_item", ["report_id"])


def downgrade() -> None:
    op.drop_table("intake_item")
    op.drop_table("intake_draft")
    op.drop_table("intake_report")
    op.drop_table("incident_follower")
    op.drop_table("incident_entry")
    op.drop_table("incident")
    op.drop_table("intake_serial")
