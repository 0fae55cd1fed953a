"""Stories of what people send besides a photo: files, links, places, and what the platform does to them."""

from __future__ import annotations

import pytest

from bot.intake.pictures import place_and_time
from scenarios.stage import Stage
from tests.e2e.conftest import newcomer
from tests.staging import Live
from tests.unit.test_pictures import exif_of, jpeg

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESKS = ("hengdian", "longshui", "district")


async def test_a_picture_sent_as_a_file_shows_the_groups_a_photo_that_says_nothing_of_the_reporter(
    district: Live,
) -> None:
    """PEERS 10.2 no. 3 and 17; where it was taken is proposed as the place, and said to be the picture's word."""
    stage, worker = district.stage, await newcomer(district)
    await _document(district, worker, _tonight(district), "IMG_0001.JPG")

    await _ask(stage, worker, "文件1")

    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", "照片自带", "位置 29.70000, 105.72000", ringing=True)
        shown = await stage.sees(desk, kind="photo", ringing=False)
        assert shown.file is not None
        seen = place_and_time(await district.control.file(shown.file["file_id"]))
        assert (seen.point, seen.taken_at) == (None, None)
        assert not [message for message in await stage.said(desk) if message.kind == "document"]
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_another_file_reaches_the_groups_as_it_is(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await _document(district, worker, b"%PDF-1.7 plan", "撤离路线.pdf")
    await _ask(stage, worker, "文件1")
    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", "文件1", ringing=True)
        shown = await stage.sees(desk, kind="document")
        assert shown.file is not None
        assert await district.control.file(shown.file["file_id"]) == b"%PDF-1.7 plan"
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_a_film_over_20_megabytes_is_said_to_be_missing_and_its_sender_hears_why_once(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    await stage.act(lambda: district.control.send_video(person, bytes(20 * 1024 * 1024 + 1)))
    await stage.sees(worker, "文件超过20MB，平台不让取")
    await _ask(stage, worker, "视频1", "（1份还没有取到）")
    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", "视频1", "（1份还没有取到）")
        await stage.sees(desk, kind="video")
    await stage.advance(120)
    assert len([message for message in await stage.said(worker) if "20MB" in message.text]) == 1
    await stage.begin()


async def test_a_file_the_platform_does_not_hand_out_at_first_is_missed_until_it_does(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await district.control.fault("error_500", method="getFile", count=2)
    await stage.photo(worker)
    await stage.sees(worker, "有人受威胁吗？", "照片1", "（1份还没有取到）")
    await stage.advance(1)
    assert "还没有取到" not in (await stage.sees(worker, "有人受威胁吗？", "照片1")).text
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "取消")
    await stage.sees(worker, "已取消")
    await stage.nothing_else()


@pytest.mark.parametrize(
    ("link", "where"),
    [
        ("【高德地图】屋后 https://uri.amap.com/marker?position=105.65,29.65&name=屋后", "29.65284, 105.64656"),
        ("https://map.baidu.com/?latlng=29.55,105.55&title=屋后", "29.54715, 105.53999"),
        ("东经105°36′ 北纬29°36′", "29.60000, 105.60000"),
    ],
    ids=["amap", "baidu", "figures"],
)
async def test_a_pasted_map_link_puts_the_incident_where_the_phone_would(district: Live, link: str, where: str) -> None:
    """PEERS 10.2 no. 7: read as it stands it would lie 465 m and more away."""
    stage, worker = district.stage, await newcomer(district)
    await stage.say(worker, link)
    await _ask(stage, worker)
    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", "地图链接", f"位置 {where}", ringing=True)
    await _is_taken(stage, worker)
    await stage.begin()


async def test_a_location_key_that_only_sends_its_words_is_explained_and_reports_nothing(district: Live) -> None:
    """PEERS 10.2 no. 6: on the web the key sends its text, on a desktop nothing."""
    stage, worker = district.stage, await newcomer(district)
    await stage.say(worker, "发送我的位置")
    await stage.sees(worker, "这台设备发不了位置", "回形针")
    await stage.hears_nothing(*DESKS)
    await stage.nothing_else()


async def test_a_forwarded_photo_is_evidence_like_any_other(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    sent = await stage.act(lambda: district.control.send_photo(person))
    await stage.sees(worker, "有人受威胁吗？", "照片1")
    await stage.act(lambda: district.control.forward(person, person, sent.message_id))
    await _ask(stage, worker, "照片2")
    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", "照片2")
        await stage.sees(desk, kind="photo")
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def _document(district: Live, worker: str, data: bytes, name: str) -> None:
    person = district.world.people[worker]
    await district.stage.act(lambda: district.control.send_document(person, data, name=name))


def _tonight(district: Live) -> bytes:
    return jpeg(exif=exif_of(taken=""))


async def _ask(stage: Stage, worker: str, *words: str) -> None:
    """The worker answers that people are threatened, and is ordered to bring them to safety."""
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？", *words), "有，先撤人")
    await stage.sees(worker, "先撤人，不要等回复")
    await stage.sees(worker, "几户几人？")
    await stage.sees(worker, "险情 · 已报")


async def _is_taken(stage: Stage, worker: str) -> None:
    await stage.tap("longshui_duty", await stage.sees("longshui", "尚无人接手"), "我来处理", chat="longshui")
    await stage.sees(worker, "龙水镇值班员（A）已接手", ringing=True)
    await stage.sees("longshui", "龙水镇值班员（A） 已接手")
