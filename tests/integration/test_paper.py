"""Papers from a warning that was really relayed, answered and lifted: who may have them, and what is in them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select
from structlog.testing import capture_logs

from bot.audit import service as audit
from bot.core import shelf
from bot.core.access import Actor, Grant, Permission
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.delivery.models import Message, Text
from bot.delivery.schemas import Target
from bot.paper import service
from bot.paper.clerk import Clerk
from bot.paper.models import KeptPack, Paper, PaperKind, PaperState
from bot.paper.packing import unpacked
from bot.plan.service import Plan
from bot.warning import answering, closing, issuing
from bot.warning import service as warnings
from bot.warning.errors import NoSuchWarning
from bot.warning.models import Answer, PhoneResult, Version
from tests.conftest import PACK
from tests.integration.test_warning import LIFTED, ORANGE, YELLOW, answers, pasted, relayed
from tests.integration.town import NIGHT, TOWN, Town, build

REPORT = (PaperKind.REPORT, PaperKind.TABLES)


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


@pytest.fixture
async def clerk(town: Town, tmp_path: Path) -> Clerk:
    clerk = Clerk(town.database, clock_at(0), town.plan, tmp_path, PACK)
    await clerk.keep_pack()
    return clerk


def clock_at(minute: float) -> Clock:
    """The morning after, some minutes past 07:50."""
    clock = Clock()
    clock.shift((NIGHT + timedelta(hours=7, minutes=minute) - clock.now()).total_seconds(), 1)
    return clock


async def a_night(town: Town) -> int:
    """Yellow, then orange; one town answers in its group, one cannot be reached by telephone; lifted."""
    series_id = await relayed(town, YELLOW)
    await relayed(town, ORANGE, minutes=5)
    await answers(town, "town", series_id, Answer.RECEIVED, chat="town_group", minutes=7)
    async with town.database.write() as session:
        rows = {row.name: row for row in (await warnings.view(session, series_id)).recipients}
        at = NIGHT + timedelta(minutes=18)
        actor = await town.actor(session, "district", at)
        await answering.phoned(session, actor, at, rows["other_town"].id, PhoneResult.NO_ANSWER)
    return series_id


async def ask(town: Town, role: str, series_id: int, *kinds: PaperKind, locale: str = "zh") -> None:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        await service.ask(session, town.plan, actor, NIGHT, Target(town.chats[role], locale), series_id, kinds)


async def shipped(town: Town, role: str) -> list[Mapping[str, Any]]:
    """The documents in the outbox for a role, oldest first."""
    async with town.database.read() as session:
        statement = select(Text.body).join(Message, col(Message.text_id) == col(Text.id))
        statement = statement.where(Message.chat_id == town.chats[role]).order_by(col(Message.id))
        return [body for body in (await session.exec(statement)).all() if body.get("media") == "document"]


async def papers(town: Town) -> list[Paper]:
    async with town.database.read() as session:
        return list((await session.exec(select(Paper).order_by(col(Paper.id)))).all())


async def made(clerk: Clerk) -> int:
    count = 0
    while await clerk.make_next():
        count += 1
    return count


async def archive(town: Town, clerk: Clerk, folder: Path, series_id: int) -> dict[str, bytes]:
    await ask(town, "district", series_id, PaperKind.ARCHIVE)
    assert await made(clerk) == 1
    body = (await shipped(town, "district"))[-1]
    data = shelf.place_of(folder, body["sha256"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == body["sha256"]
    return unpacked(data)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# --- asking ----------------------------------------------------------------------------------------------------------


async def test_a_report_comes_as_two_files_under_its_number_to_whoever_asked(
    town: Town, clerk: Clerk, tmp_path: Path
) -> None:
    series_id = await a_night(town)
    await ask(town, "district", series_id, *REPORT)
    assert await shipped(town, "district") == []
    assert await made(clerk) == 2
    bodies = await shipped(town, "district")
    assert [body["name"] for body in bodies] == ["预0712-1 结案报告.docx", "预0712-1 结案报告.xlsx"]
    assert all("应答 1/2" in body["caption"] and body["sha256"][:16] in body["caption"] for body in bodies)
    assert all(shelf.place_of(tmp_path, body["sha256"]).exists() for body in bodies)
    assert [paper.state for paper in await papers(town)] == [PaperState.MADE] * 2
    assert await made(clerk) == 0


async def test_the_figures_are_those_of_the_board_before_and_after_the_lifting(
    town: Town, clerk: Clerk, tmp_path: Path
) -> None:
    series_id = await a_night(town)
    async with town.database.read() as session:
        board = [row for row in (await warnings.view(session, series_id)).recipients if row.must_answer]
    await ask(town, "district", series_id, PaperKind.TABLES)
    await made(clerk)
    await relayed(town, LIFTED, minutes=400)
    await ask(town, "district", series_id, PaperKind.TABLES)
    await made(clerk)
    before, after = [
        load_workbook(io.BytesIO(shelf.place_of(tmp_path, body["sha256"]).read_bytes()))
        for body in await shipped(town, "district")
    ]
    for book in (before, after):
        towns = [[cell.value for cell in row][:4] for row in book["各镇街"].iter_rows(min_row=2)]
        assert ["龙水镇", 1, 1, 0] in towns
        assert sum(row[1] for row in towns) == len(board)
        assert sum(row[2] for row in towns) == sum(not row.is_missing for row in board)
        told = {row[0].value for row in book["应答明细"].iter_rows(min_row=2)}
        assert told >= {"town_group", "village_group", "district_group", "other_group", "town", "other_town", "worker"}
    facts = {row[0].value: row[1].value for row in after["概览"].iter_rows(min_row=2)}
    assert (facts["状态"], facts["最高级别"], facts["版本数"]) == ("已解除", "橙色", 3)
    assert facts["最新一版：最早送达"] == "不清楚", "nothing was sent in this test, and nothing is claimed"
    assert [cell.value for cell in after["版本"]["A"]][1:] == [1, 2, 3]


async def test_tapping_again_before_it_is_made_gives_one_and_afterwards_another(town: Town, clerk: Clerk) -> None:
    series_id = await a_night(town)
    for _ in range(3):
        await ask(town, "district", series_id, PaperKind.CALL_SHEET)
    assert await made(clerk) == 1
    await ask(town, "district", series_id, PaperKind.CALL_SHEET)
    assert await made(clerk) == 1
    assert [body["name"] for body in await shipped(town, "district")] == ["预0712-1 外呼单.xlsx"] * 2


async def test_an_english_reader_gets_an_english_paper(town: Town, clerk: Clerk, tmp_path: Path) -> None:
    await ask(town, "district", await a_night(town), PaperKind.CALL_SHEET, locale="en")
    await made(clerk)
    (body,) = await shipped(town, "district")
    assert body["name"] == "预0712-1 call sheet.xlsx"
    book = load_workbook(io.BytesIO(shelf.place_of(tmp_path, body["sha256"]).read_bytes()))
    (row,) = book["Call sheet"].iter_rows(min_row=4, values_only=True)
    assert (row[2], row[3], row[5]) == ("other_town", "+86 100 0000 0105", "No answer")


@pytest.mark.parametrize("role", ["worker", "cadre", "town", "administrator"])
async def test_whoever_does_not_see_the_whole_district_gets_no_report(town: Town, role: str) -> None:
    series_id = await a_night(town)
    for kind in (*REPORT, PaperKind.CALL_SHEET):
        with pytest.raises(NotAllowed):
            await ask(town, role, series_id, kind)
    assert await papers(town) == []


async def test_the_archive_is_for_the_desk_and_the_administrator_and_no_other_districts(town: Town) -> None:
    series_id = await a_night(town)
    async with town.database.read() as session:
        administrator = await town.actor(session, "administrator")
    elsewhere = tuple(Grant(permission, "500110") for permission in Permission)
    stranger = Actor(administrator.person_id, "别区管理员", grants=elsewhere)
    for actor in (stranger, replace(administrator, grants=())):
        with pytest.raises(NotAllowed):
            async with town.database.write() as session:
                await service.ask(session, town.plan, actor, NIGHT, Target(1), series_id, (PaperKind.ARCHIVE,))
    with pytest.raises(NotAllowed):
        await ask(town, "town", series_id, PaperKind.ARCHIVE)
    await ask(town, "administrator", series_id, PaperKind.ARCHIVE)
    assert [paper.asked_post for paper in await papers(town)] == ["大足区 · 系统管理员"]


async def test_a_number_is_never_given_again_also_not_a_year_later(town: Town) -> None:
    first = await relayed(town, YELLOW)
    await relayed(town, LIFTED, minutes=60)
    second = await relayed(town, YELLOW.replace("2026", "2027"), minutes=365 * 24 * 60)
    async with town.database.read() as session:
        numbers = [(await warnings.view(session, series_id)).number for series_id in (first, second)]
    assert numbers == ["预0712-1", "预0712-2"]


async def test_everybody_is_offered_what_he_may_have(town: Town) -> None:
    offered = {}
    async with town.database.read() as session:
        for role in ("district", "administrator", "town", "worker"):
            offered[role] = service.may_have(town.plan, await town.actor(session, role))
    nothing: list[PaperKind] = []
    assert offered == {
        "district": list(PaperKind),
        "administrator": [PaperKind.ARCHIVE],
        "town": nothing,
        "worker": nothing,
    }


async def test_there_is_no_paper_on_what_was_never_issued(town: Town) -> None:
    await pasted(town, YELLOW)
    with pytest.raises(NoSuchWarning):
        await ask(town, "district", 1, *REPORT)


# --- making ----------------------------------------------------------------------------------------------------------


async def test_what_a_kill_cut_short_is_made_at_the_next_start(town: Town, clerk: Clerk, tmp_path: Path) -> None:
    await ask(town, "district", await a_night(town), PaperKind.REPORT)
    async with town.database.read() as session:
        assert await service.idle(session, NIGHT) == (False, None)
    again = Clerk(town.database, Clock(), town.plan, tmp_path, PACK)
    assert await made(again) == 1
    async with town.database.read() as session:
        assert await service.idle(session, NIGHT) == (True, None)


async def test_what_cannot_be_made_is_tried_again_and_then_said_with_its_fault(
    town: Town, clerk: Clerk, tmp_path: Path
) -> None:
    """The pack's file was damaged on the shelf; who asks for another paper meanwhile gets it."""
    series_id = await a_night(town)
    async with town.database.read() as session:
        (kept,) = (await session.exec(select(KeptPack))).all()
    shelf.place_of(tmp_path, kept.sha256).write_bytes(b"no zip")
    await ask(town, "district", series_id, PaperKind.ARCHIVE)
    await ask(town, "district", series_id, PaperKind.CALL_SHEET)
    with capture_logs() as lines:
        assert await made(clerk) == 2
        assert len(await shipped(town, "district")) == 1
        for minute in (1, 2):
            assert await made(Clerk(town.database, clock_at(minute), town.plan, tmp_path, PACK)) == 1
    failed, _ = await papers(town)
    assert (failed.state, failed.attempts) == (PaperState.FAILED, 3)
    assert failed.fault is not None
    assert failed.fault in (await town.told("district", "failed"))[0]
    assert [line["event"] for line in lines if line.get("fault")] == ["paper_not_made"] * 3


async def test_an_archive_says_so_where_the_packs_file_was_lost(town: Town, clerk: Clerk, tmp_path: Path) -> None:
    series_id = await a_night(town)
    async with town.database.read() as session:
        (kept,) = (await session.exec(select(KeptPack))).all()
    shelf.place_of(tmp_path, kept.sha256).unlink()
    files = await archive(town, clerk, tmp_path, series_id)
    assert "文件没有留存" in files["README.txt"].decode()
    assert not [name for name in files if name.startswith("pack/")]


async def test_a_pack_changed_on_the_disk_is_not_kept_as_the_one_in_force(
    town: Town, tmp_path: Path, plan: Plan
) -> None:
    other = Clerk(town.database, Clock(), replace(plan, content_hash="0" * 64), tmp_path, PACK)
    await other.keep_pack()
    await Clerk(town.database, Clock(), plan, tmp_path, tmp_path / "nowhere").keep_pack()
    async with town.database.read() as session:
        assert (await session.exec(select(KeptPack))).all() == []


# --- the archive -----------------------------------------------------------------------------------------------------


async def test_an_archive_proves_itself(town: Town, clerk: Clerk, tmp_path: Path) -> None:
    series_id = await a_night(town)
    await relayed(town, LIFTED, minutes=400)
    files = await archive(town, clerk, tmp_path, series_id)
    manifest = json.loads(files["manifest.json"])
    assert {name: hashlib.sha256(files[name]).hexdigest() for name in manifest["files"]} == {
        name: proof["sha256"] for name, proof in manifest["files"].items()
    }
    assert (manifest["number"], manifest["made_by"], manifest["post"]) == (
        "预0712-1",
        "district",
        "大足区 · 区应急局值班员",
    )
    async with town.database.read() as session:
        versions = (await session.exec(select(Version).where(Version.series_id == series_id))).all()
        log = await audit.about(session, issuing.subject_of(series_id))
        assert await audit.first_broken(session) is None
    for version in versions:
        text = files[f"versions/{version.number:02}.txt"]
        fields = json.loads(files[f"versions/{version.number:02}.json"])
        assert text == version.text.encode()
        hashed = hashlib.sha256(fields["hashed_head"].encode() + text).hexdigest()
        assert hashed == fields["content_hash"] == version.content_hash
    kept = rows_of(files["audit.csv"])
    assert [row["act"] for row in kept] == [entry.act for entry in log if entry.act != "paper.made"]
    for row in kept:
        assert hashlib.sha256((row["previous_seal"] + row["sealed_text"]).encode()).hexdigest() == row["seal"]
    assert log[-1].facts["sha256"] == (await papers(town))[-1].sha256


async def test_whoever_was_told_stands_in_the_archive_with_every_message(
    town: Town, clerk: Clerk, tmp_path: Path
) -> None:
    series_id = await a_night(town)
    files = await archive(town, clerk, tmp_path, series_id)
    async with town.database.read() as session:
        record = await closing.record(session, series_id)
    told = {row["name"]: row for row in rows_of(files["recipients.csv"])}
    assert set(told) == {row.name for row in record.recipients}
    assert (told["town"]["answer"], told["town"]["region_code"]) == ("received", TOWN)
    assert [int(row["id"]) for row in rows_of(files["deliveries.csv"])] == [row.id for row in record.messages]
    (call,) = rows_of(files["calls.csv"])
    assert (call["name"], call["by"], call["result"]) == ("other_town", "district", "no_answer")
    assert call["at"] == "2026-07-12T01:08:00+08:00"


async def test_the_pack_that_was_in_force_lies_in_the_archive(
    town: Town, clerk: Clerk, tmp_path: Path, plan: Plan
) -> None:
    """Also when another one is in force by the time the archive is made."""
    series_id = await a_night(town)
    later = Clerk(town.database, Clock(), replace(plan, content_hash="f" * 64), tmp_path, PACK)
    files = await archive(town, later, tmp_path, series_id)
    folder = f"pack/{plan.version.replace(' ', '-')}"
    assert files[f"{folder}/warnings.yaml"] == (PACK / "warnings.yaml").read_bytes()
    assert folder in files["README.txt"].decode()
    assert json.loads(files["manifest.json"])["packs"] == {"1": plan.version, "2": plan.version}
