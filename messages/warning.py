"""Texts on warnings: what is issued, the publisher's board, answers, reminders, the telephone list."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload, render
from messages.splitting import LONGEST_PART, split_plain
from messages.warning_draft import LevelLine

_HERE = "\ue000"
"""Stands for the text itself while the words around it are rendered: a text is passed on byte for byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued(Payload):
    """A version as it is told. Sent without markup; use `issued_parts`.

    `document` is the number of somebody else's paper (文号), `advice` what the district adds under the text.
    """

    template: ClassVar[str] = "warning/issued"
    number: str
    kind: str
    kind_en: str
    level: str
    act: str
    relayed: bool
    source: str
    document: str
    text: str
    advice: tuple[str, ...]
    internal: bool
    platform_number: str
    drill: bool


def issued_parts(payload: Issued, locale: str) -> list[str]:
    """The words around the text, and the text itself unchanged, as plain text: one message.

    Where that does not fit, head, text and foot are messages of their own: the text is never cut for what is ours.
    """
    around = html.unescape(render(replace(payload, text=_HERE), locale))
    whole = around.replace(_HERE, payload.text)
    if len(split_plain(whole, LONGEST_PART)) == 1:
        return [whole]
    head, _, foot = around.partition(_HERE)
    return [part for part in (head.strip(), payload.text, foot.strip()) if part]


@dataclass(frozen=True, slots=True, kw_only=True)
class TownLine:
    """One town on the board: how many of those who must answer there have, and who has not."""

    place: str
    answered: int
    awaited: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheld:
    """Places of one level (town, village) where nobody is known who must answer: how many, and the first of them."""

    level: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Payload):
    """The publisher's card. `short`: of the short variant in channels that are no chats sent, waiting, failed."""

    template: ClassVar[str] = "warning/board"
    number: str
    kind: str
    kind_en: str
    level: str
    state: str
    version: int
    act: str
    issued_at: datetime
    valid_until: datetime | None
    told: int
    sent: int
    uncertain: int
    failed: int
    waiting: int
    first_at: datetime | None
    median_at: datetime | None
    last_at: datetime | None
    answered: int
    awaited: int
    groups: int
    groups_answered: int
    places: tuple[LevelLine, ...]
    towns: tuple[TownLine, ...]
    cut_off: tuple[str, ...]
    unheld: tuple[Unheld, ...] = ()
    short: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """Who answered what, when."""

    name: str
    answer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers(Payload):
    """The small card in a chat: who there has answered."""

    template: ClassVar[str] = "warning/answers"
    number: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(Payload):
    """In private, to somebody who has not answered."""

    template: ClassVar[str] = "warning/nudge"
    number: str
    kind: str
    kind_en: str
    level: str
    place: str
    minutes: int
    for_group: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputise(Payload):
    """To a deputy: the holder cannot go, or does not answer."""

    template: ClassVar[str] = "warning/deputise"
    number: str
    kind: str
    kind_en: str
    level: str
    name: str
    cannot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Somebody to telephone; `result` of the last call, if there was one. `sent_by`: his channels it has left by."""

    name: str
    phone: str
    place: str
    result: str | None = None
    at: datetime | None = None
    sent_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The duty number of a place."""

    place: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneList(Payload):
    """Who has not answered, with numbers as text; after an end, who was told by telephone.

    `desks` are places concerned where nobody has joined who must answer: they were sent nothing.
    """

    template: ClassVar[str] = "warning/phone_list"
    number: str
    act: str
    minutes: int
    people: tuple[Missing, ...]
    more: int
    desks: tuple[Desk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskValid(Payload):
    """To the publisher: it ends soon, or has ended. `named`: by its own words, else by the pack's time."""

    template: ClassVar[str] = "warning/ask_valid"
    number: str
    kind: str
    kind_en: str
    level: str
    valid_until: datetime
    named: bool
    past: bool
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchWarning(Payload):
    """There is no such series."""

    template: ClassVar[str] = "warning/no_such"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken(Payload):
    """The button belongs to something that has passed."""

    template: ClassVar[str] = "warning/overtaken"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerText(Payload):
    """To who has answered a version that is not the newest he was told."""

    template: ClassVar[str] = "warning/newer_text"
    number: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYours(Payload):
    """Somebody else's to do, and why."""

    template: ClassVar[str] = "warning/not_yours"
    why: str
    why_en: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete(Payload):
    """Elements are missing."""

    template: ClassVar[str] = "warning/incomplete"
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDraft(Payload):
    """Nobody signs his own."""

    template: ClassVar[str] = "warning/own_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConcerned(Payload):
    """Somebody answers who was not told."""

    template: ClassVar[str] = "warning/not_concerned"
    number: str


_AT = datetime(2026, 7, 12, 13, 40, tzinfo=UTC)
_LATER = datetime(2026, 7, 12, 19, 40, tzinfo=UTC)
_TEXT = (
    "大足区气象台2026年7月12日21时40分发布暴雨黄色预警信号：预计未来6小时，我区大部降雨量将达50毫米以上 <请注意防范>。"
)
_ADVICE = ("山边、沟边、河边有响动或裂缝，先撤人再报告。", "龙水镇：沿河和低洼商铺先撤人、后搬货。")
_STORM = {"kind": "暴雨", "kind_en": "Rainstorm", "level": "yellow"}
_TOWN = TownLine(place="龙水镇", answered=2, awaited=3, missing=("横店村值班员",))

SAMPLES: list[Payload] = [
    *(
        Issued(
            number="预0712-1",
            act=act,
            relayed=relayed,
            source="大足区气象台" if relayed else "",
            document="渝防指〔2026〕12号" if act == "upgrade" else "",
            text=_TEXT,
            advice=_ADVICE if act == "issue" else (),
            internal=True,
            platform_number="" if relayed else "2026-071",
            drill=drill,
            **_STORM,
        )
        for act, relayed, drill in (
            *(("issue", True, False), ("upgrade", True, False), ("lift", True, False)),
            *(("issue", False, False), ("withdraw", False, False), ("issue", True, True), ("issue", False, True)),
        )
    ),
    Board(
        number="预0712-1",
        state="in_force",
        version=1,
        act="issue",
        issued_at=_AT,
        valid_until=_LATER,
        told=31,
        sent=29,
        uncertain=1,
        failed=1,
        waiting=0,
        first_at=_AT,
        median_at=_AT,
        last_at=_AT,
        answered=25,
        awaited=27,
        groups=12,
        groups_answered=9,
        places=(LevelLine(level="orange", places=("龙水镇",)), LevelLine(level="yellow", places=("宝顶镇",))),
        towns=(_TOWN,),
        cut_off=("高坡村",),
        unheld=(
            Unheld(level="town", count=2, names=("中敖镇", "三驱镇")),
            Unheld(level="village", count=7, names=("横店村", "高坡村")),
        ),
        short=(3, 1, 1),
        **_STORM,
    ),
    Board(
        number="预0712-1",
        state="lifted",
        version=3,
        act="lift",
        issued_at=_AT,
        valid_until=None,
        told=31,
        sent=0,
        uncertain=0,
        failed=0,
        waiting=31,
        first_at=None,
        median_at=None,
        last_at=None,
        answered=0,
        awaited=0,
        groups=12,
        groups_answered=0,
        places=(),
        towns=(),
        cut_off=(),
        unheld=(),
        short=(0, 0, 0),
        **_STORM,
    ),
    Answers(number="预0712-1", lines=(AnswerLine(name="龙水镇值班员", answer="received", at=_AT),)),
    NewerText(number="预0712-1", version=2),
    Nudge(number="预0712-1", place="龙水镇", minutes=10, for_group=None, **_STORM),
    Nudge(number="预0712-1", place="龙水镇", minutes=10, for_group="龙水镇应急值班群", **_STORM),
    Deputise(number="预0712-1", name="龙水镇值班员（A）", cannot=True, **_STORM),
    Deputise(number="预0712-1", name="龙水镇值班员（A）", cannot=False, **_STORM),
    PhoneList(
        number="预0712-1",
        act="upgrade",
        minutes=18,
        people=(
            Missing(name="古龙镇值班员", phone="+861000000321", place="古龙镇", sent_by=("mail", "sms")),
            Missing(name="高坡村值班员", phone="+861000000204", place="龙水镇 高坡村", result="cut_off", at=_LATER),
        ),
        more=2,
    ),
    PhoneList(number="预0712-1", act="issue", minutes=18, people=(), more=0),
    PhoneList(
        number="预0712-1",
        act="issue",
        minutes=18,
        people=(),
        more=0,
        desks=(Desk(place="中敖镇", phone="+861000001104"), Desk(place="三驱镇", phone="+861000001105")),
    ),
    *(
        PhoneList(
            number="预0712-1",
            act=act,
            minutes=0,
            people=(
                Missing(
                    name="高坡村值班员", phone="+861000000204", place="龙水镇 高坡村", result="messenger", at=_LATER
                ),
            ),
            more=0,
        )
        for act in ("lift", "withdraw")
    ),
    AskValid(number="预0712-1", valid_until=_LATER, named=True, past=False, own=False, **_STORM),
    AskValid(number="预0712-1", valid_until=_LATER, named=False, past=True, own=False, **_STORM),
    AskValid(number="预0712-2", valid_until=_LATER, named=True, past=True, own=True, **_STORM),
    NoSuchWarning(),
    Overtaken(number="预0712-1"),
    Overtaken(number=""),
    NotYours(
        why="气象灾害预警信号只能由气象台站发布。",
        why_en="Only the met station issues weather signals.",
        paper="气象灾害防御条例 第30条",
    ),
    Incomplete(missing=("consultation", "places")),
    OwnDraft(),
    NotConcerned(number="预0712-1"),
]
