"""Texts on posts: inviting somebody to one, handing it over, a deputy, dated 代管."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.directory import Name
from messages.engine import Payload

# --- invitations -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseKind(Payload):
    """To which kind of post somebody is invited."""

    template: ClassVar[str] = "directory/choose_kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePlace(Payload):
    """Where the post is. `kind` is what it is called, `place` where one has got to."""

    template: ClassVar[str] = "directory/choose_place"
    kind: Name
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseRole(Payload):
    """As A or B; who has it now. With both taken there is nothing to choose."""

    template: ClassVar[str] = "directory/choose_role"
    post: Name
    holder: str | None
    deputy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMade(Payload):
    """The link, once."""

    template: ClassVar[str] = "directory/invitation_made"
    post: Name
    role: str
    link: str
    uses: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(Payload):
    """The link opens nothing any more."""

    template: ClassVar[str] = "directory/invitation_revoked"
    post: Name


# --- posts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPosts(Payload):
    """What one holds."""

    template: ClassVar[str] = "directory/own_posts"
    posts: tuple[tuple[Name, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHolder:
    """A line of a post's card."""

    role: str
    name: str
    phone: str | None
    reachable: bool
    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard(Payload):
    """Who holds the post."""

    template: ClassVar[str] = "directory/post_card"
    post: Name
    holders: tuple[PostHolder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePerson(Payload):
    """Who gets the post in that role."""

    template: ClassVar[str] = "directory/choose_person"
    post: Name
    role: str
    anybody: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePeriod(Payload):
    """For how long somebody acts for the post."""

    template: ClassVar[str] = "directory/choose_period"
    post: Name
    taker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmGiving(Payload):
    """Before a post changes hands."""

    template: ClassVar[str] = "directory/confirm_giving"
    post: Name
    role: str
    giver: str | None
    taker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostGiven(Payload):
    """To who did it and to who gave it up."""

    template: ClassVar[str] = "directory/post_given"
    post: Name
    role: str
    giver: str | None
    taker: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReceived(Payload):
    """To who has the post now."""

    template: ClassVar[str] = "directory/post_received"
    post: Name
    role: str
    giver: str | None
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEnded(Payload):
    """Somebody no longer has the post in that role."""

    template: ClassVar[str] = "directory/post_ended"
    post: Name
    role: str
    name: str


_POST = Name(zh="龙水镇 · 镇街值班员", en="龙水镇 · Town duty officer")
_GRID = Name(zh="龙水镇 高坡村 第3网格 · 网格员", en="龙水镇 高坡村 第3网格 · Grid worker")
_PHONE = "+86 10000 00001"
_AT = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)

SAMPLES: list[Payload] = [
    ChooseKind(),
    ChoosePlace(kind=Name(zh="网格员", en="Grid worker"), place="龙水镇"),
    ChooseRole(post=_POST, holder="龙水镇值班员", deputy=None),
    ChooseRole(post=_POST, holder="龙水镇值班员", deputy="龙水镇副镇长"),
    InvitationMade(post=_POST, role="deputy", link="https://t.me/example_bot?start=TOKEN", uses=1, until=_AT),
    InvitationRevoked(post=_POST),
    OwnPosts(posts=((_POST, "holder"), (_GRID, "acting"))),
    OwnPosts(posts=()),
    PostCard(
        post=_POST,
        holders=(
            PostHolder(role="holder", name="龙水镇值班员", phone=_PHONE, reachable=True, until=None, note=""),
            PostHolder(role="acting", name="龙水镇副镇长", phone=None, reachable=False, until=_AT, note="夜间"),
        ),
    ),
    PostCard(post=_POST, holders=()),
    ChoosePerson(post=_POST, role="deputy", anybody=True),
    ChoosePerson(post=_POST, role="holder", anybody=False),
    ChoosePeriod(post=_POST, taker="龙水镇副镇长"),
    ConfirmGiving(post=_POST, role="holder", giver="龙水镇值班员", taker="龙水镇副镇长"),
    PostGiven(post=_POST, role="holder", giver="龙水镇值班员", taker="龙水镇副镇长"),
    PostGiven(post=_POST, role="acting", giver=None, taker="龙水镇副镇长", until=_AT),
    PostReceived(post=_POST, role="holder", giver="龙水镇值班员"),
    PostReceived(post=_POST, role="acting", giver=None, until=_AT, note="夜间"),
    PostEnded(post=_POST, role="deputy", name="龙水镇副镇长"),
]
