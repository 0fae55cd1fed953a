"""What comes in, what goes out, and who did what: audit, inbox, delivery.

Revision 0001, after nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import MOMENT, choice

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("seal", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_actor_id", "audit_entry", ["actor_id"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    op.create_table(
        "delivery_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("wanted_rev", sa.Integer(), nullable=False),
        sa.Column("painted_rev", sa.Integer(), nullable=False),
        sa.Column("shown_rev", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("state", choice("delivery_card_state", "idle", "sending", "uncertain", "dead"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("shown_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_card"),
        sa.UniqueConstraint("subject", "role", "chat_id", name="uq_delivery_card_subject_role_chat_id"),
    )
    op.create_index("ix_delivery_card_platform", "delivery_card", ["chat_id", "message_id"])
    op.create_table(
        "delivery_chat",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("state", choice("delivery_chat_state", "open", "blocked", "gone"), nullable=False),
        sa.Column("parked_until", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_delivery_chat"),
    )
    op.create_table(
        "delivery_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_text"),
        sa.UniqueConstraint(
            "subject", "version", "purpose", "locale", name="uq_delivery_text_subject_version_purpose_locale"
        ),
    )
    op.create_table(
        "inbox_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", choice("inbox_update_state", "waiting", "done", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_update"),
        sa.UniqueConstraint("update_id", name="uq_inbox_update_update_id"),
    )
    op.create_index("ix_inbox_update_chat", "inbox_update", ["chat_id", "state", "id"])
    op.create_index("ix_inbox_update_waiting", "inbox_update", ["state", "id"])
    op.create_table(
        "delivery_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("mass", sa.Boolean(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            choice(
                "delivery_message_state",
                "queued",
                "claimed",
                "sending",
                "sent",
                "retry",
                "uncertain",
                "held",
                "dead",
                "cancelled",
                "superseded",
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sending_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint("lane between 0 and 3", name="delivery_message_lane"),
        sa.ForeignKeyConstraint(["text_id"], ["delivery_text.id"], name="fk_delivery_message_text_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_message"),
        sa.UniqueConstraint(
            "subject",
            "version",
            "chat_id",
            "purpose",
            "seq",
            name="uq_delivery_message_subject_version_chat_id_purpose_seq",
        ),
    )
    op.create_index("ix_delivery_message_order", "delivery_message", ["chat_id", "subject", "id"])
    op.create_index("ix_delivery_message_platform", "delivery_message", ["chat_id", "message_id"])
    op.create_index("ix_delivery_message_queue", "delivery_message", ["state", "lane", "mass", "id"])
    op.create_index("ix_delivery_message_text_id", "delivery_message", ["text_id"])


def downgrade() -> None:
    op.drop_table("delivery_message")
    op.drop_table("inbox_update")
    op.drop_table("delivery_text")
    op.drop_table("delivery_chat")
    op.drop_table("delivery_card")
    op.drop_table("audit_entry")
