"""Reads what a met station or the city has issued from a pasted or forwarded text. Pure.

It changes nothing and decides nothing: every part may be None, an officer sees what was recognised and puts it right.
The level is read from the word for the colour, and from 一级 or Ⅰ级 only beside 预警; never from digits, which one
paper counts upwards and the next downwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.plan.schema import Level, Region, WarningAct, WarningLevel
from bot.warning import printed_times
from bot.warning.mentions import places_at
from bot.warning.placing import placed

_COLOURS = dict(zip("蓝黄橙红", WarningLevel, strict=True))
_GRADES = {
    **dict(zip("四三二一", WarningLevel, strict=True)),
    **dict(zip("ⅣⅢⅡⅠ", WarningLevel, strict=True)),
    **dict(zip(("IV", "III", "II", "I"), WarningLevel, strict=True)),
}
_COLOUR = r"[红橙黄蓝]色"
_LEVEL = rf"(?:{_COLOUR}|(?:[ⅠⅡⅢⅣ一二三四]|I{{1,3}}V?)级)"
_LEVELS = rf"{_LEVEL}[（(\[【/／、\s]{{0,2}}(?:{_LEVEL})?(?:[/／]?(?:特别严重|严重|较重|一般))?[）)\]】]?"
_FILLER = r"(?:天气|灾害|气象|风险|等级|安全生产|事故|[\s“”\"《（(\[【])*"
_COMMON = re.compile(rf"{_LEVELS}[^，。；：\n]{{0,4}}预警|预警(?:信号)?[（(\[【：:“\"\s]{{0,2}}{_LEVELS}")

_RAISED = re.compile(r"升级|提升|上调|提高|升[为至]")
_LOWERED = re.compile(r"降级|降低|下调|调低|降[为至]")
_CHANGED = re.compile(r"变更|更新|调整|更改|改[发为]|转为")
_EXTENDED = re.compile(r"继续(?:发布|维持|保持|生效)|延续|延长|延时|维持|保持")
_LIFTED = re.compile(r"解除|取消|撤销|终止|失效|废止")
_TAKEN_BACK = re.compile(r"撤回|作废|误发")
_ISSUED = re.compile(r"发布|签发|发出|启动(?=[^，。响]{0,12}预警(?!应急|响应))")
_FORMER = re.compile(r"原|此前|前期|之前")
_NOT_AN_ACT = re.compile(
    r"(?:发布|签发|发出)的|发布(?:单位|时间|中心)|[未再](?:发布|解除|升级)|"
    r"(?:解除|发布|升级|变更|取消)(?=[后前时]|之[前后]|以[前后])"
)
_SUPPOSED = re.compile(r"可能|如|若|请|视情|将视|注意|预计|务必")
_TARGET = re.compile(rf"[为至到成][^，。红橙黄蓝]{{0,10}}?(?P<level>{_LEVELS})")
_SENTENCE = re.compile(r"[。；;!！?？\n]|：|(?<!\d):(?!\d)")

_OFFICE = (
    r"(?:气象台|气象局|气象站|气象中心|防汛抗旱指挥部(?:办公室)?|指挥部(?:办公室)?|防汛办|防办|规划和?自然资源局|"
    r"地质灾害(?:防治)?中心|水利局|水文(?:站|局|中心)|应急管理局|应急局|林业局|预警(?:信息)?(?:发布)?中心|人民政府)"
)
_NAME = rf"[\u4e00-\u9fff]{{2,18}}?{_OFFICE}"
_STATION = re.compile(rf"(?<![\u4e00-\u9fff]){_NAME}(?:(?:[、和与]|会同|联合){_NAME})*")
_LABELLED_STATION = re.compile(rf"(?:发布单位|发布机构|发布机关|签发单位)[：:\s]*(?P<name>{_NAME}(?:[、和与]{_NAME})*)")
_PLATFORM = "发布中心"
"""It passes on what stations issue; it is named as the station only where nobody else is."""

_SOURCE = re.compile(r"[（(【\[]?预警信息来源[：:][^）)】\]\n]*")
_LED_IN = re.compile(r"^.*(?:接到|收到|根据|按照|转发|接|据|由|经|最新|各位|紧急|注意)(?=[\u4e00-\u9fff]{4})")

_HOURS = re.compile(
    r"(?:未来|今后|有效期|有效时间|有效时长)[^，。；\n\d一二三四五六七八九十两]{0,4}"
    r"(?:[\d一二两三四五六七八九十]+\s*[-~～—－至到]\s*)?(?P<hours>\d{1,3}|[一二两三四五六七八九十]{1,3})\s*个?小时"
)


_MARK = re.compile(
    rf"{_COLOUR}(?=[^\u4e00-\u9fff]|$|信号|区域|地区|范围|风险|等级|[和及与]|[^，。；]{{0,8}}预警)|"
    rf"(?:[ⅠⅡⅢⅣ一二三四]|I{{1,3}}V?)级(?=[^，。；]{{0,4}}预警)"
)
_NUMBER = re.compile(
    r"(?:^|[\n（(：:，,。\s]|文号|编号)(?P<number>(?!根据|依据|按照)[\u4e00-\u9fff]{2,10}[〔\[]20\d{2}[〕\]]\s*第?\d{1,4}号)"
)


class Known(Protocol):
    """What is asked of a plan: its regions by code."""

    @property
    def regions(self) -> Mapping[str, Region]: ...


@dataclass(frozen=True, slots=True)
class Signal:
    """What was recognised; None is not recognised. `kind` is the key, `regions` are codes, times are aware UTC.

    `also` are the keys of further kinds that the same text is about. `more_levels` are further levels of the kind
    itself that hold elsewhere at the same time, `places` the regions each with its own. `number` is that of the paper.
    """

    act: WarningAct | None = None
    kind: str | None = None
    level: WarningLevel | None = None
    station: str | None = None
    issued_at: datetime | None = None
    regions: tuple[str, ...] = ()
    valid_for: timedelta | None = None
    also: tuple[str, ...] = ()
    more_levels: tuple[WarningLevel, ...] = ()
    places: tuple[tuple[str, WarningLevel], ...] = ()
    number: str | None = None

    @property
    def valid_until(self) -> datetime | None:
        """When it ends by its own words, counted from when it was issued."""
        return self.issued_at + self.valid_for if self.issued_at and self.valid_for else None


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One naming of a signal: 暴雨黄色预警信号."""

    start: int
    end: int
    kinds: tuple[str, ...]
    level: WarningLevel | None


def looks_official(text: str) -> bool:
    """Whether somebody who relays warnings has pasted one: it speaks of 预警, names an office and says what is done."""
    acts = (_RAISED, _LOWERED, _CHANGED, _EXTENDED, _LIFTED, _TAKEN_BACK, _ISSUED)
    return "预警" in text and bool(re.search(_OFFICE, text)) and any(act.search(text) for act in acts)


def read(text: str, kinds: Iterable[tuple[str, str]], plan: Known, now: datetime) -> Signal | None:
    """The signal in the text; None when it names neither a kind nor a level of a warning.

    Args:
        kinds: key and words of every kind the pack knows; several words of one kind are separated by 、.
    """
    text = printed_times.with_plain_digits(text)
    words = _Words(kinds)
    lead = _lead(text, words)
    phrases = words.phrases(lead)
    named = [key for phrase in phrases for key in phrase.kinds]
    kind = named[0] if named else None
    level, former = _levels(lead, phrases, kind)
    if kind is None and level is None:
        return None
    act = _act(lead, level, former)
    named_at = places_at(_SOURCE.sub(lambda source: "＿" * len(source[0]), text), plan.regions.values())
    places = _placed(text, words, kind, level, named_at, plan, changes=_is_a_change(lead))
    levels = [one for one in (level, *(each for _, each in places)) if one]
    highest = min(levels, key=lambda one: one.rank, default=None)
    return Signal(
        act=act,
        kind=kind,
        level=highest,
        station=_station(text),
        issued_at=printed_times.issued_at([lead, *_of_an_office(text)], text, now),
        regions=tuple(dict.fromkeys(code for _, code in named_at)),
        valid_for=None if act is WarningAct.LIFT else _valid_for(text),
        also=tuple(dict.fromkeys(key for key in named if key != kind)),
        more_levels=() if _is_a_change(lead) else _more_levels(phrases, places, kind, highest),
        places=places,
        number=_number(text),
    )


class _Words:
    """The kinds' words as patterns; a longer word first, so that 大风 in 雷雨大风 is not meant."""

    def __init__(self, kinds: Iterable[tuple[str, str]]) -> None:
        self._keys = {word: key for key, words in kinds for word in re.split(r"[、，,;；\s]+", words) if word}
        one = "|".join(re.escape(word) for word in sorted(self._keys, key=lambda word: (-len(word), word)))
        several = rf"(?P<kinds>(?:{one})(?:[、和及与](?:{one}))*)"
        self._one = re.compile(one)
        self._patterns = [
            re.compile(rf"{several}{_FILLER}(?P<level>{_LEVELS})"),
            re.compile(rf"(?P<level>{_LEVELS}){several}{_FILLER}预警"),
            re.compile(rf"{several}{_FILLER}预警(?:信号)?[）)”\"\s]*[（(\[【：:“\"]?\s*(?P<level>{_LEVELS})"),
            re.compile(rf"{several}(?P<level>){_FILLER}预警"),
        ]

    def phrases(self, text: str) -> list[_Phrase]:
        """Every naming of a signal, in the order of the text; what names the level is heard before what does not."""
        if not self._keys:
            return []
        found: dict[tuple[int, int], _Phrase] = {}
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                span = match.span("kinds")
                if _is_of_a_warning(text, match) and not any(_overlap(span, other) for other in found):
                    keys = tuple(self._keys[word] for word in self._one.findall(match["kinds"]))
                    found[span] = _Phrase(match.start(), match.end(), keys, _level_of(match["level"]))
        return sorted(found.values(), key=lambda phrase: phrase.start)


def _is_of_a_warning(text: str, match: re.Match[str]) -> bool:
    """A grade without a colour counts beside 预警 only: Ⅳ级应急响应 is another scale."""
    if not match["level"] or re.search(_COLOUR, match["level"]):
        return True
    return "预警" in match[0] or text[match.end() :].lstrip("）)]】”").startswith(("预警", "气象预警", "灾害预警"))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _level_of(words: str) -> WarningLevel | None:
    """By its colour if there is one, else by its grade."""
    if colour := re.search(r"([红橙黄蓝])色", words):
        return _COLOURS[colour[1]]
    grade = re.search(r"(IV|I{1,3}|[ⅠⅡⅢⅣ一二三四])级", words)
    return _GRADES[grade[1]] if grade else None


def _lead(text: str, words: _Words) -> str:
    """The words that say what is done with which signal: not the forecast after them, nor the advice."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
    naming = [sentence for sentence in sentences if words.phrases(sentence)]
    naming = naming or [sentence for sentence in sentences if _COMMON.search(sentence)]
    doing = [sentence for sentence in naming if _has_act(_opening(sentence, words))]
    if doing:
        return _opening(doing[0], words)
    if not naming:
        return ""
    elsewhere = [sentence for sentence in _of_an_office(text) if _has_act(sentence)]
    return "，".join([_opening(naming[0], words), *elsewhere[:1]])


def _of_an_office(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(_SOURCE.sub("", text)) if re.search(_OFFICE, sentence)]


def _opening(sentence: str, words: _Words) -> str:
    """A sentence up to the clause that names the signal, and clauses right after it that say more of what is done."""
    clauses = re.split(r"[，,]", sentence)
    named = next((n for n, c in enumerate(clauses) if words.phrases(c) or _COMMON.search(c)), len(clauses) - 1)
    kept = clauses[: named + 1]
    for clause in clauses[named + 1 :]:
        if not _has_act(clause) or _SUPPOSED.search(clause):
            break
        kept.append(clause)
    return "，".join(kept)


def _has_act(text: str) -> bool:
    said = _NOT_AN_ACT.sub("＿", text)
    acts = (_RAISED, _LOWERED, _CHANGED, _EXTENDED, _LIFTED, _TAKEN_BACK, _ISSUED)
    return any(act.search(said) for act in acts)


def _levels(lead: str, phrases: list[_Phrase], kind: str | None) -> tuple[WarningLevel | None, WarningLevel | None]:
    """The level that holds from now on, and the one that held before where the text names both."""
    ours = [phrase for phrase in phrases if phrase.level and (kind is None or kind in phrase.kinds)]
    others = {phrase.level for phrase in phrases if phrase.level and kind not in phrase.kinds}
    named = [level for words in re.findall(_LEVELS, lead) if (level := _level_of(words)) is not None]
    common = _COMMON.search(lead)
    now = _target(lead) or _after_the_act(lead, ours) or (ours[0].level if ours else None)
    now = now or (_level_of(common[0]) if common else None)
    if now is None or not _is_a_change(lead):
        return now, None
    return now, next((level for level in named if level is not now and level not in others), None)


def _more_levels(
    phrases: list[_Phrase], places: Iterable[tuple[str, WarningLevel]], kind: str | None, level: WarningLevel | None
) -> tuple[WarningLevel, ...]:
    ours = [phrase.level for phrase in phrases if phrase.level and kind in phrase.kinds]
    return tuple(dict.fromkeys(one for one in (*ours, *(each for _, each in places)) if one is not level))


def _placed(
    text: str,
    words: _Words,
    kind: str | None,
    level: WarningLevel | None,
    named_at: list[tuple[int, str]],
    plan: Known,
    *,
    changes: bool,
) -> tuple[tuple[str, WarningLevel], ...]:
    """Each place with the level the text says of it; where it names the kind, what it says of other kinds apart."""
    phrases = words.phrases(text)
    others = [phrase for phrase in phrases if kind is not None and kind not in phrase.kinds]
    taken = [(phrase.start, phrase.end) for phrase in others]
    # A change names two levels of the same places: the one that held and the one that holds.
    marks = [] if changes else [(found.start(), _level_of(found[0])) for found in _MARK.finditer(text)]
    ours = [(at, one) for at, one in marks if one and not any(start <= at < end for start, end in taken)]
    whole = next((code for code, region in plan.regions.items() if region.level is Level.DISTRICT), "")
    return placed(text, ours, named_at, whole, level)


def _number(text: str) -> str | None:
    """The number of the paper (文号), not of one it refers to."""
    found = _NUMBER.search(text)
    return found["number"] if found else None


def _target(lead: str) -> WarningLevel | None:
    if not (_RAISED.search(lead) or _LOWERED.search(lead) or _CHANGED.search(lead)):
        return None
    found = list(_TARGET.finditer(lead))
    return _level_of(found[-1]["level"]) if found else None


def _after_the_act(lead: str, ours: list[_Phrase]) -> WarningLevel | None:
    """The first level named after something is issued or changed: what is lifted stands before or behind it."""
    said = _NOT_AN_ACT.sub(lambda match: "＿" * len(match[0]), lead)
    act = re.search("|".join(one.pattern for one in (_RAISED, _LOWERED, _CHANGED, _EXTENDED, _ISSUED)), said)
    return next((phrase.level for phrase in ours if act and phrase.start >= act.end()), None)


def _is_a_change(lead: str) -> bool:
    return any(words.search(lead) for words in (_RAISED, _LOWERED, _CHANGED, _LIFTED, _FORMER))


def _act(lead: str, level: WarningLevel | None, former: WarningLevel | None) -> WarningAct | None:
    """What is done. Two levels of one signal say it better than the verb: a station writes 变更 for up and for down."""
    said = _NOT_AN_ACT.sub("＿", lead)
    if _TAKEN_BACK.search(said):
        return WarningAct.WITHDRAW
    if level is not None and former is not None:
        return WarningAct.UPGRADE if level.rank < former.rank else WarningAct.DOWNGRADE
    verbs = (
        (_RAISED, WarningAct.UPGRADE),
        (_LOWERED, WarningAct.DOWNGRADE),
        (_EXTENDED, WarningAct.EXTEND),
        (_CHANGED, WarningAct.UPDATE),
        (_LIFTED, WarningAct.LIFT),
        (_ISSUED, WarningAct.ISSUE),
    )
    if re.search(r"发布[^，]{0,4}解除", said):
        return WarningAct.LIFT
    found = [(match.start(), n, act) for n, (verb, act) in enumerate(verbs) if (match := verb.search(said))]
    return min(found)[2] if found else None


def _station(text: str) -> str | None:
    """Who issues it, as written; where several do together, all of them."""
    if labelled := _LABELLED_STATION.search(text):
        return labelled["name"]
    found = [match[0] for match in _STATION.finditer(_SOURCE.sub("", text))]
    stations = [name for name in found if not name.endswith(_PLATFORM)] or found
    return _LED_IN.sub("", stations[0]) if stations else None


def _valid_for(text: str) -> timedelta | None:
    found = _HOURS.search(text)
    hours = printed_times.number(found["hours"]) if found else None
    return timedelta(hours=hours) if hours else None
