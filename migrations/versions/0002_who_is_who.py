"""Who is who: people, posts, groups, grids, invitations.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import MOMENT, choice

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_grid",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("village_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_directory_grid"),
    )
    op.create_index("ix_directory_grid_village_code", "directory_grid", ["village_code"])
    op.create_table(
        "directory_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("platform_id", sa.BigInteger(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("state", choice("directory_person_state", "invited", "active", "suspended", "left"), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("unreachable_reason", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directory_person"),
        sa.UniqueConstraint("phone", name="uq_directory_person_phone"),
        sa.UniqueConstraint("platform_id", name="uq_directory_person_platform_id"),
    )
    op.create_table(
        "directory_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directory_post"),
        sa.UniqueConstraint("kind", "region_code", "unit_key", name="uq_directory_post_kind_region_code_unit_key"),
    )
    op.create_index("ix_directory_post_region_code", "directory_post", ["region_code"])
    op.create_table(
        "directory_wrong_tokens",
        sa.Column("platform_id", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("platform_id", name="pk_directory_wrong_tokens"),
    )
    op.create_table(
        "directory_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", choice("directory_group_kind", "group", "supergroup"), nullable=False),
        sa.Column("is_forum", sa.Boolean(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("state", choice("directory_group_state", "pending", "bound", "lost"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("tier", choice("directory_group_tier", "district", "town", "village", "grid", "unit"), nullable=True),
        sa.Column("bot_status", sa.String(), nullable=False),
        sa.Column("lost_reason", sa.String(), nullable=True),
        sa.Column("drill_opt_in", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("bound_at", MOMENT, nullable=True),
        sa.Column("bound_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["bound_by"], ["directory_person.id"], name="fk_directory_group_bound_by"),
        sa.PrimaryKeyConstraint("id", name="pk_directory_group"),
        sa.UniqueConstraint("chat_id", name="uq_directory_group_chat_id"),
    )
    op.create_index("ix_directory_group_place", "directory_group", ["region_code", "tier"])
    op.create_table(
        "directory_holding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("role", choice("directory_holding_role", "holder", "deputy", "acting"), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("scope_note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.id"], name="fk_directory_holding_person_id"),
        sa.ForeignKeyConstraint(["post_id"], ["directory_post.id"], name="fk_directory_holding_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_directory_holding"),
    )
    op.create_index("ix_directory_holding_person_id", "directory_holding", ["person_id"])
    op.create_index("ix_directory_holding_post_id", "directory_holding", ["post_id"])
    op.create_index(
        "uq_directory_holding_seat",
        "directory_holding",
        ["post_id", "role"],
        unique=True,
        sqlite_where=sa.text("ends_at IS NULL AND role <> 'acting'"),
        postgresql_where=sa.text("ends_at IS NULL AND role <> 'acting'"),
    )
    op.create_table(
        "directory_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("role", choice("directory_invitation_role", "holder", "deputy", "acting"), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["directory_person.id"], name="fk_directory_invitation_created_by"),
        sa.ForeignKeyConstraint(["post_id"], ["directory_post.id"], name="fk_directory_invitation_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_directory_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_directory_invitation_token_hash"),
    )
    op.create_index("ix_directory_invitation_post_id", "directory_invitation", ["post_id"])
    op.create_table(
        "directory_group_alias",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["directory_group.id"], name="fk_directory_group_alias_group_id"),
        sa.PrimaryKeyConstraint("chat_id", name="pk_directory_group_alias"),
    )
    op.create_index("ix_directory_group_alias_group_id", "directory_group_alias", ["group_id"])
    op.create_table(
        "directory_pending_join",
        sa.Column("platform_id", sa.BigInteger(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["directory_invitation.id"], name="fk_directory_pending_join_invitation_id"
        ),
        sa.PrimaryKeyConstraint("platform_id", name="pk_directory_pending_join"),
    )
    op.create_index("ix_directory_pending_join_invitation_id", "directory_pending_join", ["invitation_id"])


def downgrade() -> None:
    op.drop_table("directory_pending_join")
    op.drop_table("directory_group_alias")
    op.drop_table("directory_invitation")
    op.drop_table("directory_holding")
    op.drop_table("directory_group")
    op.drop_table("directory_wrong_tokens")
    op.drop_table("directory_post")
    op.drop_table("directory_person")
    op.drop_table("directory_grid")
