"""The small pack's warnings.yaml made wrong, one fault at a time: its entries, its names, and holes in its tables."""

from __future__ import annotations

from tests.unit.plan_fixtures.broken_entries import Broken
from tests.unit.plan_fixtures.small_pack import WARNINGS_YAML

FILE = "warnings.yaml"


def _lines(beginning: str) -> str:
    """The entry of two or three lines that begins so, as it stands in the file."""
    start = WARNINGS_YAML.index(beginning)
    return WARNINGS_YAML[start : WARNINGS_YAML.index("}\n", start) + 2]


def _line(beginning: str) -> int:
    return WARNINGS_YAML[: WARNINGS_YAML.index(beginning)].count("\n") + 1


RAIN = "  - {key: rain,"
FLOOD = "  - {key: flood,"
RELAY = "  - {deed: relay,"
DRAFT_RAIN = "  - {deed: draft, kinds: [rain],"
DRAFT_FLOOD = "  - {deed: draft, kinds: [flood],"
SIGN_FLOOD = "  - {deed: sign, kinds: [flood],"
LIFT_FLOOD = "  - {deed: lift, kinds: [flood],"
LOW = '  - {kinds: "*", levels: [blue, yellow],'
HIGH = '  - {kinds: "*", levels: [orange, red],'
WATER = "  - {kinds: [flood], levels: [red], tiers"
TEMPLATE = "  - {kind: flood,"
TRADE = "  - {kinds: [flood], levels: [red], sector"
TOWN = '  - {kinds: "*", levels: [red], region'


def _broken(entry: str, old: str, new: str, field: str, found: str, expectation: str, *, below: int = 0) -> Broken:
    """A fault in the entry that begins so; `below` is how far under its first line the field stands."""
    whole = _lines(entry)
    assert whole.count(old) == 1, f"{old!r} stands {whole.count(old)} times in the entry"
    return Broken(FILE, whole, whole.replace(old, new), _line(entry) + below, field, found, expectation)


ENTRIES = [
    _broken(RAIN, "11B03", "rain", "event_code", '"rain" is not fitting', "as 11B03", below=1),
    _broken(RAIN, ", station_en: the stations", "", "", "the station has one language", "both station and station_en"),
    _broken(RELAY, "deed: relay", "deed: repeat", "deed", '"repeat" is not a deed', "one of relay, draft, sign, lift"),
    _broken(RELAY, "[blue,", "[purple,", "levels[0]", '"purple" is not a warning level', "one of blue, yellow"),
    _broken(RELAY, "[blue,", "[yellow,", "", "levels name yellow twice", "each once"),
    _broken(RELAY, '"*"', '["*", rain]', "", 'kinds name "*" and others', "or keys"),
    _broken(RELAY, '"*"', "[]", "kinds", "is empty", 'a list of keys of kinds, or "*" for all'),
    _broken(RELAY, ", reason: one person", "", "", "source default has no reason", "where no paper says so"),
    _broken(RELAY, "posts:", "needs: [consultation], posts:", "", "needs do not fit relay", "sign or lift only"),
    _broken(SIGN_FLOOD, "[consultation,", "[consent,", "needs[0]", "not a need", "one of consultation", below=1),
    _broken(SIGN_FLOOD, "why: 由系统管理员签发, ", "", "why", "is missing", "Chinese"),
    _broken(LOW, "must_answer: [town_duty]", "must_answer: [grid_worker]", "", "is not told", "posts that are told"),
    _broken(LOW, "[10, 20]", "[20, 10]", "", "nudge_after does not rise", "later than the one before"),
    _broken(LOW, "[10, 20]", "[0, 20]", "nudge_after[0]", '"0" is not fitting', "1 or more", below=1),
    _broken(LOW, "must_answer: [town_duty],", "", "", "nobody to remind", "posts that must answer"),
    _broken(HIGH, "source", "silent_at_night: yes, source", "", "does not fit orange", "blue and yellow only"),
    _broken(LOW, "tiers: [town]", "tiers: [hamlet]", "tiers[0]", "not a level", "one of district"),
    _broken(TEMPLATE, "measures: 转移, ", "", "measures", "is missing", "Chinese"),
    _broken(TOWN, "region: 500110100", "region: 5001101", "region", '"5001101" is not fitting', "a division code"),
]

NAMES = [
    _broken(DRAFT_FLOOD, "[flood]", "[flod]", "kinds[0]", '"flod" is no kind of this file', "one of flood, rain"),
    _broken(RELAY, "[administrator]", "[boss]", "posts[0]", '"boss" is no post', "one of administrator"),
    _broken(LOW, "posts: [town_duty]", "posts: [town_duty, boss]", "posts[1]", '"boss" is no post', "one of admin"),
    _broken(WATER, "[flood]", "[flod]", "kinds[0]", '"flod" is no kind', "one of flood, rain"),
    _broken(TEMPLATE, "kind: flood", "kind: flod", "kind", '"flod" is no kind', "one of flood, rain"),
    _broken(TRADE, "sector: natural", "sector: nature", "sector", '"nature" is no sector', "one of natural"),
    _broken(TOWN, "500110100", "500110999", "region", '"500110999" is no region', "one of 500110-WS"),
    _broken(RELAY, "default", "a law", "source", '"a law" names no document', "pack.yaml", below=1),
    _broken(TRADE, "default", "a law", "source", '"a law" names no document', "pack.yaml"),
]

TABLES = [
    Broken(
        FILE,
        _lines(FLOOD),
        _lines(FLOOD) + _lines(FLOOD).replace("洪水", "山洪"),
        5,
        "key",
        '"flood" is used before, in line 4',
        "each key once",
    ),
    Broken(FILE, "words: 洪水", "words: 暴雨", 4, "words", '"暴雨" is used before, in line 2', "each words once"),
    _broken(DRAFT_RAIN, "posts: []", "posts: [administrator]", "kinds", "issued by the stations alone", "posts: []"),
    _broken(RELAY, "[administrator]", "[town_duty]", "posts[0]", "has no warning.relay", "in posts.yaml"),
    _broken(LIFT_FLOOD, "[administrator]", "[town_duty]", "posts[0]", "has no warning.sign", "in posts.yaml"),
    Broken(
        FILE,
        _lines(LIFT_FLOOD),
        "",
        1,
        "rights",
        "nothing says who may lift flood at blue, flood at yellow, flood at orange, flood at red",
        "posts: [] for nobody",
    ),
    Broken(
        FILE,
        _lines(LIFT_FLOOD),
        _lines(LIFT_FLOOD).replace(", red]", "]"),
        1,
        "rights",
        "nothing says who may lift flood at red",
        "a right for it",
    ),
    Broken(
        FILE,
        _lines(LIFT_FLOOD),
        _lines(LIFT_FLOOD) * 2,
        _line(LIFT_FLOOD) + 2,
        "kinds",
        f"lift of flood at blue is decided before, in line {_line(LIFT_FLOOD)}",
        "each deed, kind and level once",
    ),
    _broken(WATER, "[flood]", '"*"', "levels", 'the reach of "*" at red is given before', "each kind and level once"),
    Broken(FILE, _lines(HIGH), "", 1, "reaches", "whom a warning reaches at orange, red", "every level"),
    _broken(TEMPLATE, "kind: flood", "kind: rain", "level", "nobody may draft rain at yellow", "lets somebody draft"),
    Broken(
        FILE,
        _lines(TEMPLATE),
        _lines(TEMPLATE) * 2,
        _line(TEMPLATE) + 2,
        "level",
        f"flood at yellow has a template before, in line {_line(TEMPLATE)}",
        "each kind and level once",
    ),
]

WARNINGS = [*ENTRIES, *NAMES, *TABLES]
