"""What watching the delivery looks rows up by: when they arrived.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

_IS_SENT = sa.text("sent_at is not null")


def upgrade() -> None:
    op.create_index(
        "ix_delivery_message_sent",
        "delivery_message",
        ["sent_at"],
        sqlite_where=_IS_SENT,
        postgresql_where=_IS_SENT,
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_message_sent", table_name="delivery_message")
