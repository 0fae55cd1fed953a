"""Who is who, as tables. Regions, units and kinds of post are the pack's and appear here as codes and keys only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.core.columns import PlatformId, UtcDateTime, text_enum
from bot.plan.schema import WarningLevel


class PersonState(StrEnum):
    """Where somebody stands with us."""

    INVITED = "invited"
    """On the roster, has not come yet."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Known, may do nothing. Leaving does not lift it."""
    LEFT = "left"


class Role(StrEnum):
    """How somebody holds a post: A, B, or dated 代管."""

    HOLDER = "holder"
    DEPUTY = "deputy"
    ACTING = "acting"


class GroupState(StrEnum):
    """Whether a chat group receives what concerns its region."""

    PENDING = "pending"
    """The bot is in it; nobody has said yet which region it is."""
    BOUND = "bound"
    LOST = "lost"
    """The bot cannot write there. The binding is kept and holds again when it is let back in."""


class GroupKind(StrEnum):
    """What the platform calls the chat."""

    GROUP = "group"
    SUPERGROUP = "supergroup"


class Tier(StrEnum):
    """Whose group it is. The district pack's tiers have the same keys."""

    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    UNIT = "unit"


class Person(SQLModel, table=True):
    """Somebody who works with us. `platform_id` is the account proven by an own contact card; None when unlinked."""

    __tablename__ = "directory_person"

    id: int = Field(default=None, primary_key=True)
    name: str
    phone: str | None = Field(default=None, unique=True)
    platform_id: int | None = Field(default=None, sa_type=PlatformId, unique=True)
    locale: str = "zh"
    state: PersonState = Field(default=PersonState.INVITED, sa_type=text_enum(PersonState, "directory_person_state"))
    reachable: bool = True
    unreachable_reason: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)


class Post(SQLModel, table=True):
    """A kind of post at one region or in one unit. The other of the two is empty, not NULL: NULLs are never equal."""

    __tablename__ = "directory_post"
    __table_args__ = (UniqueConstraint("kind", "region_code", "unit_key"),)

    id: int = Field(default=None, primary_key=True)
    kind: str
    region_code: str = Field(default="", index=True)
    unit_key: str = ""


class Holding(SQLModel, table=True):
    """A person holds a post from `starts_at` until before `ends_at`. Ended rows stay: they are the history."""

    __tablename__ = "directory_holding"
    __table_args__ = (
        # One A and one B per post; 代管 is dated and may be several.
        Index(
            "uq_directory_holding_seat",
            "post_id",
            "role",
            unique=True,
            sqlite_where=text("ends_at IS NULL AND role <> 'acting'"),
            postgresql_where=text("ends_at IS NULL AND role <> 'acting'"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="directory_person.id", index=True)
    post_id: int = Field(foreign_key="directory_post.id", index=True)
    role: Role = Field(sa_type=text_enum(Role, "directory_holding_role"))
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    scope_note: str = ""


class Group(SQLModel, table=True):
    """A chat group. A lost one keeps its binding; `asked_at` says whether it was asked where it belongs.

    `left_out` are the kinds of warnings a unit's group does not want, parted by commas, and `lowest_warning` the lowest
    level it wants (None is blue). Both hold for yellow and blue only, and for no other tier.
    """

    __tablename__ = "directory_group"
    __table_args__ = (Index("ix_directory_group_place", "region_code", "tier"),)

    id: int = Field(default=None, primary_key=True)
    chat_id: int = Field(sa_type=PlatformId, unique=True)
    title: str
    kind: GroupKind = Field(default=GroupKind.GROUP, sa_type=text_enum(GroupKind, "directory_group_kind"))
    is_forum: bool = False
    thread_id: int | None = Field(default=None, sa_type=PlatformId)
    locale: str = "zh"
    state: GroupState = Field(default=GroupState.PENDING, sa_type=text_enum(GroupState, "directory_group_state"))
    region_code: str | None = None
    unit_key: str | None = None
    tier: Tier | None = Field(default=None, sa_type=text_enum(Tier, "directory_group_tier"))
    bot_status: str = "member"
    lost_reason: str | None = None
    drill_opt_in: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    bound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    bound_by: int | None = Field(default=None, foreign_key="directory_person.id")
    left_out: str | None = None
    lowest_warning: WarningLevel | None = Field(
        default=None, sa_type=text_enum(WarningLevel, "directory_group_lowest_warning")
    )


class GroupAlias(SQLModel, table=True):
    """A chat id the group had before the platform moved it, so that what still names it finds the group."""

    __tablename__ = "directory_group_alias"

    chat_id: int = Field(primary_key=True, sa_type=PlatformId)
    group_id: int = Field(foreign_key="directory_group.id", index=True)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class Grid(SQLModel, table=True):
    """A grid (网格), made by people or by a roster. `code` is the village's code, a dash, two digits."""

    __tablename__ = "directory_grid"

    code: str = Field(primary_key=True)
    village_code: str = Field(index=True)
    name: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(SQLModel, table=True):
    """A link that gives whoever opens it and shows an own contact card a post. Of the token only the hash is kept."""

    __tablename__ = "directory_invitation"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    post_id: int = Field(foreign_key="directory_post.id", index=True)
    role: Role = Field(sa_type=text_enum(Role, "directory_invitation_role"))
    max_uses: int = 1
    uses: int = 0
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_by: int | None = Field(default=None, foreign_key="directory_person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)


class PendingJoin(SQLModel, table=True):
    """An account that opened an invitation and has not shown its contact card yet."""

    __tablename__ = "directory_pending_join"

    platform_id: int = Field(primary_key=True, sa_type=PlatformId)
    invitation_id: int = Field(foreign_key="directory_invitation.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class WrongTokens(SQLModel, table=True):
    """How often an account came with a token that opens nothing, since when: what limits guessing."""

    __tablename__ = "directory_wrong_tokens"

    platform_id: int = Field(primary_key=True, sa_type=PlatformId)
    tries: int = 0
    since: datetime = Field(sa_type=UtcDateTime)
