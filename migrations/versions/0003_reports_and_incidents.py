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
        sa.PrimaryKeyConstraint("prefix", "day", name=op.f("pk_intake_serial")),
    )
    op.create_table(
        "incident",
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
        sa.Column("nature", choice("incident_nature", "danger_sign", "accident", "hazard"), nullable=False),
        sa.Column("threat", choice("incident_threat", "yes", "no", "unclear"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column(
            "state",
            choice("incident_state", "reported", "verified", "doubted", "closed", "dismissed", "withdrawn"),
            nullable=False,
        ),
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
        sa.Column("doubted_by", sa.Integer(), nullable=True),
        sa.Column("doubted_name", sa.String(), nullable=True),
        sa.Column("doubt_reason", sa.String(), nullable=True),
        sa.Column("seconded_by", sa.Integer(), nullable=True),
        sa.Column("seconded_name", sa.String(), nullable=True),
        sa.Column("closed_name", sa.String(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("reopen_asked_at", MOMENT, nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["doubted_by"], ["directory_person.id"], name=op.f("fk_incident_doubted_by")),
        sa.ForeignKeyConstraint(["merged_into"], ["incident.id"], name=op.f("fk_incident_merged_into")),
        sa.ForeignKeyConstraint(["seconded_by"], ["directory_person.id"], name=op.f("fk_incident_seconded_by")),
        sa.ForeignKeyConstraint(["taken_by"], ["directory_person.id"], name=op.f("fk_incident_taken_by")),
        sa.ForeignKeyConstraint(["verified_by"], ["directory_person.id"], name=op.f("fk_incident_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("number", name=op.f("uq_incident_number")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_chase_due_at"), ["chase_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_merged_into"), ["merged_into"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_region_code"), ["region_code"], unique=False)

    op.create_table(
        "incident_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("callee", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("result", choice("incident_call_result", "reached", "busy", "no_answer"), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_call_incident_id")),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_incident_call_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_call")),
    )
    with op.batch_alter_table("incident_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_call_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "incident_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "kind",
            choice(
                "incident_entry_kind",
                "opened",
                "taken",
                "arrival",
                "verified",
                "supplement",
                "facts",
                "chased",
                "unreached",
                "asked",
                "answered",
                "doubted",
                "seconded",
                "upheld",
                "dismissed",
                "closed",
                "reopened",
                "reopen_asked",
                "withdrawn",
                "kind",
                "rerouted",
                "merged",
                "unmerged",
                "called",
                "joined",
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_entry_incident_id")),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_incident_entry_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_entry")),
    )
    with op.batch_alter_table("incident_entry", schema=None) as batch_op:
        batch_op.create_index("ix_incident_entry_order", ["incident_id", "id"], unique=False)

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
        sa.Column("verdict", choice("incident_verdict", "satisfied", "unsatisfied"), nullable=True),
        sa.Column("verdict_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_follower_incident_id")),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_incident_follower_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_follower")),
        sa.UniqueConstraint(
            "incident_id", "report_number", name=op.f("uq_incident_follower_incident_id_report_number")
        ),
    )
    with op.batch_alter_table("incident_follower", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_follower_incident_id"), ["incident_id"], unique=False)

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
        "incident_enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("follower_id", sa.Integer(), nullable=False),
        sa.Column("wanted", choice("incident_enquiry_wanted", "position", "photo", "kind", "figures"), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_name", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["directory_person.id"], name=op.f("fk_incident_enquiry_asked_by")),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["incident_follower.id"], name=op.f("fk_incident_enquiry_follower_id")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_enquiry_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_enquiry")),
    )
    with op.batch_alter_table("incident_enquiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_enquiry_follower_id"), ["follower_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_enquiry_incident_id"), ["incident_id"], unique=False)

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
    with op.batch_alter_table("incident_enquiry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_enquiry_incident_id"))
        batch_op.drop_index(batch_op.f("ix_incident_enquiry_follower_id"))

    op.drop_table("incident_enquiry")
    with op.batch_alter_table("intake_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_report_same_as"))
        batch_op.drop_index(batch_op.f("ix_intake_report_person_id"))
        batch_op.drop_index(batch_op.f("ix_intake_report_number"))
        batch_op.drop_index(batch_op.f("ix_intake_report_incident_id"))

    op.drop_table("intake_report")
    with op.batch_alter_table("incident_follower", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_follower_incident_id"))

    op.drop_table("incident_follower")
    with op.batch_alter_table("incident_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_entry_order")

    op.drop_table("incident_entry")
    with op.batch_alter_table("incident_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_call_incident_id"))

    op.drop_table("incident_call")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_region_code"))
        batch_op.drop_index(batch_op.f("ix_incident_merged_into"))
        batch_op.drop_index(batch_op.f("ix_incident_chase_due_at"))

    op.drop_table("incident")
    op.drop_table("intake_serial")
