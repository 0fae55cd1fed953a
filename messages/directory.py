"""Texts on people: joining, leaving, the menu, refusals. Those on posts and chat groups are in rooms of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What something is called in each language; a template takes its own."""

    zh: str
    en: str


# --- at the door -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Payload):
    """To a stranger: what this is, and that the own contact card is asked for. `phone` is the district's duty desk."""

    template: ClassVar[str] = "directory/welcome"
    district: Name
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedTo(Payload):
    """An invitation was opened: to what, until when, and that the own contact card is asked for."""

    template: ClassVar[str] = "directory/invited_to"
    post: Name
    role: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRefused(Payload):
    """The link opens nothing. `reason`: wrong, expired, used, revoked, too_many."""

    template: ClassVar[str] = "directory/invitation_refused"
    reason: str
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAsText(Payload):
    """The contact key was answered with its words instead of a card, as some clients do."""

    template: ClassVar[str] = "directory/contact_as_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignContact(Payload):
    """Somebody else's contact card."""

    template: ClassVar[str] = "directory/foreign_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOnRoster(Payload):
    """The number is nobody's we know; whom to ask."""

    template: ClassVar[str] = "directory/not_on_roster"
    number: str
    district: Name
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Payload):
    """Somebody is one of us now, or still, or again with a new account (`moved`)."""

    template: ClassVar[str] = "directory/joined"
    name: str
    posts: tuple[Name, ...]
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReplaced(Payload):
    """To the former account: it is no longer his."""

    template: ClassVar[str] = "directory/account_replaced"
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended(Payload):
    """To somebody suspended: he may do nothing here; whom to call."""

    template: ClassVar[str] = "directory/suspended"
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstated(Payload):
    """To somebody who may act again."""

    template: ClassVar[str] = "directory/reinstated"


# --- one's own -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Payload):
    """Above the menu's keys: who one is here."""

    template: ClassVar[str] = "directory/menu"
    name: str
    posts: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Help(Payload):
    """What one can do here, from what one may do. `commands` are keys of labels `directory.command`."""

    template: ClassVar[str] = "directory/help"
    commands: tuple[str, ...]
    district: Name
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpInGroup(Payload):
    """What the bot does in a group."""

    template: ClassVar[str] = "directory/help_in_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyInPrivate(Payload):
    """The command works in the private chat."""

    template: ClassVar[str] = "directory/only_in_private"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageAsk(Payload):
    """Which language; the same in both."""

    template: ClassVar[str] = "directory/language_ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSet(Payload):
    """From now on in this language."""

    template: ClassVar[str] = "directory/language_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAsk(Payload):
    """What leaving would end."""

    template: ClassVar[str] = "directory/leave_ask"
    posts: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye(Payload):
    """To who has left."""

    template: ClassVar[str] = "directory/goodbye"


# --- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList(Payload):
    """One page of the people of one's region; the names are the buttons below."""

    template: ClassVar[str] = "directory/people_list"
    total: int
    unreachable: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard(Payload):
    """One person."""

    template: ClassVar[str] = "directory/person_card"
    name: str
    phone: str | None
    state: str
    reachable: bool
    posts: tuple[tuple[Name, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(Payload):
    """To who did it: suspended or reinstated."""

    template: ClassVar[str] = "directory/person_changed"
    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGone(Payload):
    """To those who watch: a person has left or cannot be written to. `reason`: left, blocked, unreachable."""

    template: ClassVar[str] = "directory/person_gone"
    name: str
    phone: str | None
    posts: tuple[Name, ...]
    reason: str


# --- refusals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Payload):
    """A no with a fixed sentence. `reason` is a key of labels `directory.refused`."""

    template: ClassVar[str] = "directory/refused"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTaken(Payload):
    """Somebody has the post in that role."""

    template: ClassVar[str] = "directory/seat_taken"
    role: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNotActive(Payload):
    """The one who should get the post is not with us now."""

    template: ClassVar[str] = "directory/person_not_active"
    name: str


_POST = Name(zh="龙水镇 · 镇街值班员", en="龙水镇 · Town duty officer")
_GRID = Name(zh="龙水镇 高坡村 第3网格 · 网格员", en="龙水镇 高坡村 第3网格 · Grid worker")
_DISTRICT = Name(zh="大足区", en="Dazu District")
_PHONE = "+86 10000 00001"
_AT = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)

SAMPLES: list[Payload] = [
    Welcome(district=_DISTRICT, phone=_PHONE),
    Welcome(district=_DISTRICT, phone=None),
    InvitedTo(post=_GRID, role="holder", until=_AT),
    *(InvitationRefused(reason=why, phone=_PHONE) for why in ("wrong", "expired", "used", "revoked", "too_many")),
    ContactAsText(),
    ForeignContact(),
    NotOnRoster(number="+861000000101", district=_DISTRICT, phone=_PHONE),
    Joined(name="龙水镇值班员", posts=(_POST, _GRID)),
    Joined(name="龙水镇值班员", posts=(_POST,), moved=True),
    AccountReplaced(phone=_PHONE),
    Suspended(phone=_PHONE),
    Reinstated(),
    Menu(name="龙水镇值班员", posts=(_POST,)),
    Menu(name="龙水镇值班员", posts=()),
    Help(commands=("menu", "posts", "language", "leave"), district=_DISTRICT, phone=_PHONE),
    HelpInGroup(),
    OnlyInPrivate(),
    LanguageAsk(),
    LanguageSet(),
    LeaveAsk(posts=(_POST,)),
    Goodbye(),
    PeopleList(total=31, unreachable=2, page=1, pages=4),
    PersonCard(name="高坡村03网格员", phone=_PHONE, state="active", reachable=True, posts=((_GRID, "holder"),)),
    PersonCard(name="龙水镇值班员", phone=None, state="suspended", reachable=False, posts=()),
    PersonChanged(name="龙水镇值班员", state="suspended"),
    *(PersonGone(name="高坡村03网格员", phone=_PHONE, posts=(_GRID,), reason=why) for why in ("left", "blocked")),
    PersonGone(name="龙水镇值班员", phone=None, posts=(), reason="unreachable"),
    *(Refused(reason=why) for why in ("changed", "yourself", "no_post", "period")),
    SeatTaken(role="holder", holder="龙水镇值班员"),
    PersonNotActive(name="龙水镇副镇长"),
]
