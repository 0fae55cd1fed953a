"""The sender reads what comes next and marks nothing by that; cards that are behind are found without reading them all.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

_STATES = "'queued', 'sending', 'sent', 'retry', 'uncertain', 'held', 'dead', 'cancelled', 'superseded'"
_BEHIND = {"unpainted": sa.text("wanted_rev > painted_rev"), "unshown": sa.text("painted_rev > shown_rev")}


def upgrade() -> None:
    op.execute("update delivery_message set state = 'queued' where state = 'claimed'")
    _restrict(_STATES)
    for name, few in _BEHIND.items():
        op.create_index(
            f"ix_delivery_card_{name}", "delivery_card", ["lane", "id"], sqlite_where=few, postgresql_where=few
        )


def downgrade() -> None:
    for name in _BEHIND:
        op.drop_index(f"ix_delivery_card_{name}", "delivery_card")
    _restrict(f"'claimed', {_STATES}")


def _restrict(states: str) -> None:
    with op.batch_alter_table("delivery_message", schema=None) as batch_op:
        batch_op.drop_constraint("delivery_message_state", type_="check")
        batch_op.create_check_constraint("delivery_message_state", f"state IN ({states})")
