"""Texts of what looks by itself whether everything stands: before a shift, in the morning, when something is late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from messages.directory import Name
from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """The first of several names, and how many there are."""

    shown: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody and his number, empty where none is known."""

    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SomePeople:
    """The first of several people, and how many they are."""

    shown: tuple[Person, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness(Payload):
    """What the shift that begins at `shift_at` finds at the desk of a place.

    `desk` is empty where nobody can be written to; `silent_groups` did not answer the link test of `tested_at`.
    """

    template: ClassVar[str] = "watch/readiness"
    place: str
    is_district: bool
    shift_at: datetime
    desk: str
    towns: int
    empty_towns: Some
    vacant: tuple[Name, ...]
    lost: Some
    lacks_group: bool
    never_joined: SomePeople
    blocked: SomePeople
    villages: int
    silent_villages: Some
    grids: int
    silent_grids: Some
    silent_groups: Some = Some()
    tested_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWhat:
    """A warning in few words; `number` is empty before it has one."""

    number: str
    kind: str
    kind_en: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWarning:
    """A warning in force: who has not answered, and in how many chats it failed or may have."""

    what: DigestWhat
    answered: int
    asked: int
    missing: Some
    failed: int = 0
    uncertain: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEnded:
    """A warning that ended in the night; `act` is a label `warning.act`."""

    what: DigestWhat
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCases:
    """Incidents that stand alike, by number and place; `standing` is a label `lists.standing`."""

    standing: str
    cases: Some


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Payload):
    """What the night from `since` to `at` has left at a desk. `came` and `closed` count the district's incidents."""

    template: ClassVar[str] = "watch/digest"
    place: str
    is_district: bool
    since: datetime
    at: datetime
    in_force: tuple[DigestWarning, ...] = ()
    ended: tuple[DigestEnded, ...] = ()
    unsigned: tuple[DigestWhat, ...] = ()
    drafts: tuple[DigestWhat, ...] = ()
    undone: tuple[DigestCases, ...] = ()
    in_hand: int = 0
    came: int = 0
    closed: int = 0
    drills: tuple[DigestWarning, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say."""
        told = (self.in_force, self.ended, self.unsigned, self.drafts, self.undone, self.drills)
        return not any(told) and not (self.in_hand or self.came or self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Something that should have happened. `what` is a label `watch.late`, `name` one of `watch.pass` for a pass."""

    what: str
    name: str
    minutes: int
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something did not arrive, and in how many chats. `meaning` is a label `delivery.meaning`."""

    meaning: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A text that did not arrive everywhere; `about` is the number of what it told of, `chats` the first of whose."""

    about: str
    failed: int
    uncertain: int
    chats: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFindings(Payload):
    """What should have happened and did not, told once."""

    template: ClassVar[str] = "watch/audit_findings"
    late: tuple[Late, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAgain(Payload):
    """What did not arrive is on its way once more."""

    template: ClassVar[str] = "watch/sent_again"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToSend(Payload):
    """It was sent again already, or a newer text has been told."""

    template: ClassVar[str] = "watch/nothing_to_send"


_SHIFT = datetime(2026, 7, 12, 12, tzinfo=UTC)
_READY = Readiness(
    place="大足区",
    is_district=True,
    shift_at=_SHIFT,
    desk="区应急局值班员",
    towns=27,
    empty_towns=Some(),
    vacant=(),
    lost=Some(),
    lacks_group=False,
    never_joined=SomePeople(),
    blocked=SomePeople(),
    villages=309,
    silent_villages=Some(),
    grids=3,
    silent_grids=Some(),
)
_TOWN = replace(
    _READY,
    place="龙水镇",
    is_district=False,
    desk="龙水镇值班员（A）",
    vacant=(Name(zh="镇街领导", en="Town leader"),),
    towns=0,
    lost=Some(shown=("龙水镇<防汛>群",), count=1),
    never_joined=SomePeople(
        shown=(Person(name="横店村干部", phone="+861000000201"), Person(name="明光社区值班员")), count=7
    ),
    blocked=SomePeople(shown=(Person(name="横店村第3网格员", phone="+861000000103"),), count=1),
    villages=24,
    silent_villages=Some(shown=("高坡村", "明光社区"), count=2),
    silent_grids=Some(shown=("横店村 第5网格",), count=1),
)

_MORNING = datetime(2026, 7, 12, 0, tzinfo=UTC)
_EVENING = datetime(2026, 7, 11, 12, tzinfo=UTC)
_RAIN = DigestWhat(number="预0711-1", kind="暴雨", kind_en="Rainstorm", level="orange")
_FLOOD = DigestWhat(number="预0712-1", kind="洪水", kind_en="Flood", level="yellow")
_DRAFT = DigestWhat(number="", kind="山洪", kind_en="Flash flood", level="yellow")
_QUIET = Digest(place="大足区", is_district=True, since=_EVENING, at=_MORNING)
_UNANSWERED = DigestWarning(
    what=_RAIN,
    answered=23,
    asked=27,
    missing=Some(shown=("古龙镇值班员", "雍溪镇值班员"), count=4),
    failed=2,
    uncertain=1,
)
_CASES = (
    DigestCases(standing="untaken", cases=Some(shown=("龙水0712-3 龙水镇 横店村 第3网格",), count=1)),
    DigestCases(standing="unverified", cases=Some(shown=("龙水0712-1 龙水镇", "宝顶0712-2 宝顶镇 <石>村"), count=8)),
)

SAMPLES: list[Payload] = [
    Digest(
        place="大足区",
        is_district=True,
        since=_EVENING,
        at=_MORNING,
        in_force=(_UNANSWERED, DigestWarning(what=_FLOOD, answered=2, asked=2, missing=Some())),
        ended=(DigestEnded(what=_FLOOD, act="lift"), DigestEnded(what=_RAIN, act="withdraw")),
        unsigned=(_FLOOD,),
        drafts=(_DRAFT,),
        undone=_CASES,
        in_hand=2,
        came=5,
        closed=1,
        drills=(replace(_UNANSWERED, failed=0, uncertain=0),),
    ),
    _QUIET,
    replace(_QUIET, in_hand=1),
    replace(_QUIET, came=2, closed=2),
    replace(_QUIET, place="龙水镇", is_district=False, in_force=(_UNANSWERED,), undone=_CASES[:1]),
    _READY,
    replace(
        _TOWN,
        place="大足区",
        is_district=True,
        desk="区应急局值班员",
        towns=27,
        vacant=(),
        empty_towns=Some(shown=("雍溪镇", "古龙镇", "宝顶镇", "中敖镇", "三驱镇"), count=23),
        silent_villages=Some(shown=("龙水镇 高坡村", "龙水镇 明光社区"), count=307),
        silent_groups=Some(shown=("古龙镇值班群",), count=1),
        tested_at=_SHIFT,
        villages=309,
    ),
    replace(_READY, desk="", lacks_group=True, vacant=(Name(zh="区应急局值班员", en="District duty officer"),)),
    _TOWN,
    replace(_TOWN, lost=Some(), never_joined=SomePeople(), blocked=SomePeople(), lacks_group=True),
    AuditFindings(
        late=(
            Late(what="pass", name="warnings", minutes=12),
            Late(what="urgent", name="", minutes=11, count=3),
            Late(what="inbox", name="", minutes=10),
            Late(what="cards", name="", minutes=15),
        ),
        failures=(
            Failure(
                about="预0712-1",
                failed=2,
                uncertain=1,
                chats=("龙水镇<值班>群", "横店村干部", "古龙镇值班员"),
                reasons=(Reason(meaning="too_long", count=2), Reason(meaning="uncertain", count=1)),
            ),
            Failure(about="", failed=0, uncertain=1, chats=(), reasons=(Reason(meaning="interrupted", count=1),)),
        ),
    ),
    AuditFindings(late=(), failures=(Failure(about="龙水0712-3", failed=9, uncertain=0, chats=("横店村干部",)),)),
    SentAgain(count=3),
    NothingToSend(),
]
