"""Which places of the pack an official text names. Pure; what is found is shown to an officer, who puts it right.

Longer names first: a village's name inside another's is not meant, nor a town's inside a village's. A village is meant
only with its suffix (水利 is a word, 水利村 a place), a town also without (龙水、邮亭等镇街).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.plan.schema import Level, Region

_VILLAGE_ENDS = ("村", "社区", "委员会")
_ANOTHERS = re.compile(r"村|社区|湖|山|河|路|桥|站|街(?!道|镇)|水库|石刻|大道|高速")
"""What makes another name of a bare one: 龙水湖, 石马河."""
_BEFORE_BARE = "、，,；;：:（( 　\n区县及和与以对在于计响时"
_AFTER_BARE = "、，,；;：:。）) 　\n等和及与一两二三四五六七八九十地镇街乡区"
_WHOLE = re.compile(r"全[区县](?!域)|[我本][区县](?:大部|各地|境内|普遍)")
_OURS = r"[我本][区县]"
_EVERY_TOWN = re.compile(r"(?<!等)各(?:镇街|街镇|乡镇|镇乡|镇[（(]?街)")
_BETWEEN = re.compile(r"(?:[东西南北中]+部?|境内)?的?")
_AGENCY = re.compile(
    r"(?:气象|应急|规划|防汛|森防|水利|水务|林业|农业|水文|地质灾害防治|预警|减灾)[^，。、；：\s]{0,12}?(?:台|局(?!地|部)|办|部|站|中心)"
    r"|(?:人民)?政府|石刻"
)
_FOREIGN = re.compile(r"[\u4e00-\u9fff](?P<last>[\u4e00-\u9fff])[区县]$")
_NO_NAME_ENDS_IN = "我全各本该地山城库景片灾辖街社农牧矿林园校小郊海汛低高市部"
_TOWN_WORDS = re.compile(r"(?:镇|街道|乡)$")


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    regions: tuple[Region, ...]


def places_in(text: str, regions: Iterable[Region]) -> tuple[str, ...]:
    """The codes of the places named, in the order of the text; a town that only says where a village lies is none."""
    return tuple(dict.fromkeys(code for _, code in places_at(text, regions)))


def places_at(text: str, regions: Iterable[Region]) -> list[tuple[int, str]]:
    """The same with where in the text each is named; a place as often as it is."""
    everywhere = tuple(regions)
    mentions = [one for one in _mentions(text, everywhere) if not _is_foreign(text, one.start, everywhere)]
    meant = [
        (mention.start, region.code)
        for mention in mentions
        if not _only_says_where(text, mention, mentions)
        for region in _narrowed(mention, mentions)
    ]
    for district in (region for region in everywhere if region.level is Level.DISTRICT):
        if (start := _district_at(text, district, mentions)) is not None:
            meant.append((start, district.code))
    return sorted(meant)


def _mentions(text: str, regions: tuple[Region, ...]) -> list[_Mention]:
    names: dict[str, list[Region]] = {}
    for region in regions:
        for name in _spellings(region):
            names.setdefault(name, []).append(region)
    taken = [False] * len(text)
    found = []
    for name in sorted(names, key=lambda name: (-len(name), name)):
        for start in _occurrences(text, name):
            end = start + len(name)
            if any(taken[start:end]) or (_is_bare(name, names[name]) and not _stands_alone(text, start, end)):
                continue
            taken[start:end] = [True] * len(name)
            found.append(_Mention(start, end, tuple(names[name])))
    return sorted(found, key=lambda mention: mention.start)


def _spellings(region: Region) -> set[str]:
    if region.level is Level.TOWN:
        return {region.name, region.short_name}
    if region.level is Level.VILLAGE:
        return {name for name in (region.name, region.short_name) if name.endswith(_VILLAGE_ENDS)}
    return set()


def _occurrences(text: str, name: str) -> Iterator[int]:
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + 1)


def _is_bare(name: str, regions: list[Region]) -> bool:
    return regions[0].level is Level.TOWN and not _TOWN_WORDS.search(name)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a town's bare name is one: in a list, after 我区, before 等镇街, and no part of 龙水湖."""
    if _ANOTHERS.match(text, end):
        return False
    return start == 0 or end == len(text) or text[start - 1] in _BEFORE_BARE or text[end] in _AFTER_BARE


def _is_foreign(text: str, start: int, regions: tuple[Region, ...]) -> bool:
    """Whether another district stands right before it: 荣昌区石马社区 is not ours."""
    before = _FOREIGN.search(text[:start])
    if before is None or before["last"] in _NO_NAME_ENDS_IN:
        return False
    ours = tuple(region.name for region in regions if region.level is Level.DISTRICT)
    return not text[:start].endswith(ours)


def _narrowed(mention: _Mention, mentions: list[_Mention]) -> tuple[Region, ...]:
    """Of villages of one name the one whose town was named last before it; all of them where no town was."""
    if len(mention.regions) == 1:
        return mention.regions
    for earlier in reversed([other for other in mentions if other.end <= mention.start]):
        towns = {region.code for region in earlier.regions if region.level is Level.TOWN}
        if inside := tuple(region for region in mention.regions if region.parent in towns):
            return inside
    return mention.regions


def _only_says_where(text: str, mention: _Mention, mentions: list[_Mention]) -> bool:
    codes = {region.code for region in mention.regions if region.level is Level.TOWN}
    starts = {mention.end, mention.end + len("的") if text.startswith("的", mention.end) else mention.end}
    followers = (other for other in mentions if other.start in starts)
    return any(region.parent in codes for other in followers for region in other.regions)


def _district_at(text: str, district: Region, mentions: list[_Mention]) -> int | None:
    """Where the text says that the whole district is meant; None where its name only introduces a town or an agency."""
    if whole := _WHOLE.search(text):
        return whole.start()
    named = re.compile(
        rf"{_OURS}|{re.escape(district.name)}|{re.escape(district.short_name)}(?=[、，,。；;）)等和及与 ]|$)"
    )
    starts = {mention.start for mention in mentions}
    for found in named.finditer(text):
        between = _BETWEEN.match(text, found.end())
        introduces = found.end() in starts or (between is not None and between.end() in starts)
        if not introduces and not _AGENCY.match(text, found.end()):
            return found.start()
    every_town = None if mentions else _EVERY_TOWN.search(text)
    return every_town.start() if every_town else None
