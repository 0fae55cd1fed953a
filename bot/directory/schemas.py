"""What directory hands to other rooms: frozen views of people, posts, groups and invitations.

Views are complete when made; none of them reaches back to the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.directory.models import GroupState, PersonState, Role, Tier
from bot.plan.schema import WarningLevel


class AtPlace(Protocol):
    """Anything that says which kind of post it is and where: rows and views alike. An absent place is None or empty."""

    @property
    def kind(self) -> str: ...
    @property
    def region_code(self) -> str | None: ...
    @property
    def unit_key(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class PlaceOfPost:
    """What makes a post: its kind and the one region (or grid) or unit it belongs to."""

    kind: str
    region_code: str | None = None
    unit_key: str | None = None


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as somebody holds it. What it is called in a language: `rules.post_name(plan, post, locale)`."""

    id: int
    kind: str
    region_code: str | None
    unit_key: str | None
    role: Role
    holding_id: int
    starts_at: datetime
    ends_at: datetime | None = None
    scope_note: str = ""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person with the posts held at the moment asked about. `reachable`: has an account that has not blocked us."""

    id: int
    name: str
    phone: str | None
    platform_id: int | None
    locale: str
    state: PersonState
    reachable: bool
    posts: tuple[PostView, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatView:
    """A post and who is on it now, whatever his state; the absent of region and unit is None."""

    person_id: int
    name: str
    phone: str | None
    platform_id: int | None
    state: PersonState
    reachable: bool
    kind: str
    region_code: str | None
    unit_key: str | None
    role: Role


@dataclass(frozen=True, slots=True)
class GroupView:
    """A chat group, where it belongs, how it is spoken to, and what a unit's group leaves out of yellow and blue."""

    id: int
    chat_id: int
    title: str
    locale: str
    thread_id: int | None
    state: GroupState
    region_code: str | None
    unit_key: str | None
    tier: Tier | None
    drill_opt_in: bool
    bot_status: str
    asked: bool
    left_out: frozenset[str] = frozenset()
    lowest_warning: WarningLevel | None = None


@dataclass(frozen=True, slots=True)
class GridView:
    """A grid and its village."""

    code: str
    village_code: str
    name: str


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation without its token, which nobody can read again."""

    id: int
    post: PlaceOfPost
    role: Role
    max_uses: int
    uses: int
    expires_at: datetime
    revoked: bool
