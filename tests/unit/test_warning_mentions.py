"""Which places a text names: of names within names the longest, of namesakes the one whose town stands before."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.plan.schema import Level, Region
from bot.warning.mentions import places_in

REGIONS = Path(__file__).parents[2] / "packs" / "dazu" / "regions.csv"


def _dazu() -> dict[str, Region]:
    with REGIONS.open(encoding="utf-8") as file:
        rows = [
            Region.model_validate({name: value or None for name, value in row.items()}) for row in csv.DictReader(file)
        ]
    return {row.code: row for row in rows}


DAZU = _dazu()


def test_villages_of_one_name_are_told_apart_by_the_town_named_before() -> None:
    namesakes = [region for region in DAZU.values() if region.short_name == "太平社区"]
    assert len(namesakes) == 2
    for one in namesakes:
        town = DAZU[one.parent or ""].name
        assert places_in(f"{town}太平社区", DAZU.values()) == (one.code,)
    assert set(places_in("太平社区积水", DAZU.values())) == {one.code for one in namesakes}


def _villages(names: list[str]) -> list[Region]:
    district = Region(code="500999", name="某区", short_name="某区", level=Level.DISTRICT)
    town = Region(code="500999001", name="甲乙镇", short_name="甲乙", level=Level.TOWN, parent="500999")
    rows = [
        Region(code=f"500999001{number:03}", name=name, short_name=name, level=Level.VILLAGE, parent="500999001")
        for number, name in enumerate(names, 1)
    ]
    return [district, town, *rows]


names_ = st.lists(st.text(alphabet="龙水坡岗", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)


@given(names_, st.data())
def test_a_villages_name_inside_anothers_is_never_meant(stems: list[str], data: st.DataObject) -> None:
    regions = _villages([f"{stem}村" for stem in stems])
    meant = data.draw(st.lists(st.sampled_from(regions[2:]), min_size=1, max_size=4, unique=True))
    text = f"预计未来6小时{'、'.join(region.name for region in meant)}有暴雨"
    assert places_in(text, regions) == tuple(region.code for region in meant)


def test_every_place_of_the_pack_is_found_by_its_full_name_and_nothing_else_is() -> None:
    for region in DAZU.values():
        found = places_in(f"预计未来6小时，{region.name}有暴雨", DAZU.values())
        assert {DAZU[code].name for code in found} == {region.name}
