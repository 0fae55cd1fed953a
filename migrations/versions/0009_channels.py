"""Channels beside the chat: SMS gateways, mailboxes, robots of other platforms.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import MOMENT, choice

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

_OWNER = (
    "(person_id is not null and group_chat is null and unit_key is null)"
    " or (person_id is null and group_chat is not null and unit_key is null)"
    " or (person_id is null and group_chat is null and unit_key is not null)"
)
_FIRST_CHAT = -4 * 10**18


def upgrade() -> None:
    op.create_table(
        "delivery_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            choice("delivery_channel_kind", "sms", "mail", "wecom", "dingtalk", "feishu", "other"),
            nullable=False,
        ),
        sa.Column("state", choice("delivery_channel_state", "asked", "attached", "detached"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("group_chat", sa.BigInteger(), nullable=True),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("is_urgent_only", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("attached_at", MOMENT, nullable=True),
        sa.Column("detached_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint(_OWNER, name="delivery_channel_owner"),
        sa.ForeignKeyConstraint(["created_by"], ["directory_person.id"], name=op.f("fk_delivery_channel_created_by")),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name=op.f("fk_delivery_channel_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_channel")),
    )
    op.create_index("ix_delivery_channel_state", "delivery_channel", ["state"])


def downgrade() -> None:
    op.drop_table("delivery_channel")
    # What waits for a channel would be sent to a chat that no platform has.
    waiting = "'queued', 'claimed', 'sending', 'retry'"
    op.execute(
        f"update delivery_message set state = 'cancelled' where chat_id <= {_FIRST_CHAT} and state in ({waiting})"
    )
