"""Incidents, who follows them, enquiries, calls and the event log.

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
        sa.Column("away", choice("incident_away", "suspended", "left"), nullable=True),
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


def downgrade() -> None:
    with op.batch_alter_table("incident_enquiry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_enquiry_incident_id"))
        batch_op.drop_index(batch_op.f("ix_incident_enquiry_follower_id"))
    op.drop_table("incident_enquiry")
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
