"""What keeps watch over warnings: groups' filters, drills and link tests, what the shift is told.

Revision 0006, after 0005.
"""

from __future__ import annotations

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
