"""Which level a text with several levels says of which place: 龙水镇、宝顶镇为橙色，其余镇街为黄色. Pure.

What is found is shown to an officer, who puts it right. In a sentence a place goes with the level named before it or,
where places are named first, with the next one; a heading (橙色：) begins anew. A sentence without a level goes on with
the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.plan.schema import WarningLevel

Mark = tuple[int, WarningLevel]
"""Where in the text a level is named."""

Mention = tuple[int, str]
"""Where in the text a place is named, by its code."""

_SENTENCE = re.compile(r"[^。；;\n]+")
_CLAUSE = re.compile(r"[^，,。；;\n]+")
_REST = re.compile(r"(?:其余|其他|其它|剩余)各?(?:镇街|街镇|乡镇|镇乡|镇|街道|地区|区域|地方)")
_HEADING = re.compile(
    r"..?(?:预警)?(?:信号)?(?:[（(\[【][^）)\]】]{0,6}级[^）)\]】]{0,4}[）)\]】])?(?:预警)?(?:信号)?(?:区域|地区|范围)?\s*"
    r"(?:[：:]|[（(](?![^）)]*级))"
)
_NOT_NOW = re.compile(
    r"原|此前|前期|之前|解除|取消|撤销|终止|失效|可能|如(?!下)|若|请|视情|将视|注意|标准|条件|可达|达到|接近"
)


def placed(
    text: str, marks: Sequence[Mark], places: Sequence[Mention], whole: str, level: WarningLevel | None
) -> tuple[tuple[str, WarningLevel], ...]:
    """Each place with its level, in the order of the text.

    Args:
        marks: those of clauses that speak of what was, or of what may come, are passed over.
        whole: the code of the district; 其余镇街 is the district, where a town's own higher level holds.
        level: what holds where none is named.
    """
    marks = [mark for mark in sorted(marks) if not _NOT_NOW.search(_clause_at(text, mark[0]))]
    rest = [(found.start(), whole) for found in _REST.finditer(text) if places]
    found: dict[str, WarningLevel] = {}
    for start, end in _blocks(text, marks):
        inside = [mark for mark in marks if start <= mark[0] < end]
        named = sorted(place for place in (*places, *rest) if start <= place[0] < end)
        for at, code in named:
            here = _level_at(text, at, inside, named, level)
            leads_in = code == whole and (at, code) not in rest and _only_leads_in(at, whole, inside, named)
            if here is not None and not leads_in:
                found[code] = min(found.get(code, here), here, key=lambda one: one.rank)
        level = inside[-1][1] if inside else level
    return tuple(found.items())


def _blocks(text: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Sentences, each cut before its headings."""
    headings = [at for at, _ in marks if _HEADING.match(text, at)]
    for sentence in _SENTENCE.finditer(text):
        cuts = [sentence.start(), *(at for at in headings if sentence.start() < at < sentence.end()), sentence.end()]
        yield from pairwise(cuts)


def _level_at(
    text: str, at: int, marks: Sequence[Mark], named: Sequence[Mention], going: WarningLevel | None
) -> WarningLevel | None:
    """Behind a heading the other levels of the block decide whether places or levels come first."""
    heading = [mark for mark in marks if _HEADING.match(text, mark[0])]
    others = [mark for mark in marks if mark not in heading]
    before, after = [mark for mark in marks if mark[0] <= at], [mark for mark in others if mark[0] > at]
    places_first = bool(others) and named[0][0] < others[0][0] and "发布" not in text[named[0][0] : others[0][0]][1:]
    if after and (places_first or not before):
        return after[0][1]
    return before[-1][1] if before else going


def _only_leads_in(at: int, whole: str, marks: Sequence[Mark], named: Sequence[Mention]) -> bool:
    """我区有暴雨，龙水镇为橙色: the district is not meant where one of its towns stands before the same level."""
    following = min((mark for mark, _ in marks if mark > at), default=None)
    return following is not None and any(at < place < following and code != whole for place, code in named)


def _clause_at(text: str, at: int) -> str:
    return next((clause[0] for clause in _CLAUSE.finditer(text) if clause.start() <= at < clause.end()), "")
