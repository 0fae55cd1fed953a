"""What becomes of the files people send: kept once, shown without their secrets, missed in sight of everybody."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from bot.core import shelf
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.geo import Point, metres_between
from bot.delivery.gateway import GatewayError, Refused, Unknown
from bot.delivery.models import Message, Text
from bot.incident import service as incidents
from bot.incident.models import Facts, Incident, PlaceSource, Threat
from bot.intake import fetched, service
from bot.intake.fetched import Kept
from bot.intake.fetcher import LARGEST_BYTES, Fetcher
from bot.intake.models import Draft, FileState, Item, ItemKind, Report
from bot.intake.pictures import place_and_time
from bot.intake.receiving import receive as take_in
from bot.intake.schemas import Sent
from bot.plan.service import Plan
from tests.integration.town import NIGHT, Town, build
from tests.unit.test_pictures import HEIC, HOME, exif_of, jpeg

MINUTE = timedelta(minutes=1)
DESKS = ("village_group", "town_group", "district_group")
PICTURE = jpeg()
LINK = "https://uri.amap.com/marker?position=105.7,29.7"
OLD = jpeg(exif=exif_of(taken="2026:07:09 10:00:00"))
_numbers = count(1)
_LONG_ENOUGH_TO_MEET_SECONDS = 0.3


@dataclass(slots=True)
class Cabinet:
    """A platform that hands out files by their id, or an error instead."""

    files: dict[str, bytes] = field(default_factory=dict)
    errors: dict[str, GatewayError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hanging: dict[str, asyncio.Event] = field(default_factory=dict)

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        assert method == "getFile"
        file_id = params["file_id"]
        self.asked.append(file_id)
        if file_id in self.errors:
            raise self.errors[file_id]
        return {"file_path": file_id}

    async def download(self, path: str) -> AsyncIterator[bytes]:
        if path in self.hanging:
            await self.hanging[path].wait()
        yield self.files[path][:100]
        yield self.files[path][100:]


@dataclass(slots=True)
class Night:
    """The town, its files, and whoever fetches them, at a moment that moves."""

    town: Town
    cabinet: Cabinet
    clock: Clock
    folder: Path

    def __post_init__(self) -> None:
        self.at(NIGHT)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def at(self, moment: datetime) -> None:
        """Moves the clock there."""
        self.clock.shift((moment - Clock().now()).total_seconds(), self.clock.rev + 1)

    async def sends(self, kind: ItemKind, data: bytes | None = None, *, role: str = "worker", **fields: Any) -> str:
        """Somebody sends something; the id of its file."""
        number = next(_numbers)
        file_id = f"{kind.value}-{number}"
        if data is not None:
            self.cabinet.files[file_id] = data
            fields = {"file_id": file_id, "size": len(data), **fields}
        sent = Sent(chat_id=self.town.chats[role], message_id=number, kind=kind, sent_at=self.now, **fields)
        async with self.town.database.write() as session:
            await take_in(session, self.town.plan, await self.town.actor(session, role), self.now, sent)
        return file_id

    async def picture(self, data: bytes = PICTURE, **fields: Any) -> str:
        """The worker sends a picture as a file."""
        return await self.sends(ItemKind.DOCUMENT, data, by_copy=True, **fields)

    async def files_it(self) -> None:
        """The worker says that people are threatened."""
        async with self.town.database.write() as session:
            draft_id = (await session.exec(select(Draft.id).order_by(col(Draft.id).desc()))).first() or 0
            actor = await self.town.actor(session, "worker")
            await service.answer(session, self.town.plan, actor, self.now, draft_id, Threat.YES)

    async def fetch(self) -> int:
        """One round of the fetcher."""
        fetcher = Fetcher(self.town.database, self.clock, self.cabinet, self.folder, self.town.plan)
        return await fetcher.fetch_wanted()

    async def shown(self, chat: str) -> list[dict[str, Any]]:
        """What of evidence the outbox has for a chat, less the words: which file, by id or by hash; empty for words."""
        async with self.town.database.read() as session:
            statement = select(Text.body).join(Message, col(Message.text_id) == col(Text.id))
            statement = statement.where(Message.chat_id == self.town.chats[chat], Message.purpose == "media")
            bodies = (await session.exec(statement.order_by(col(Message.id)))).all()
        return [{key: value for key, value in body.items() if key not in ("caption", "text")} for body in bodies]

    async def item(self) -> Item:
        """What was sent last."""
        async with self.town.database.read() as session:
            return (await session.exec(select(Item).order_by(col(Item.id).desc()).limit(1))).one()

    async def facts(self) -> list[Facts]:
        """What the draft, the report and the incident know, in this order, as far as there are any."""
        async with self.town.database.read() as session:
            rows: list[Facts] = list((await session.exec(select(Draft))).all())
            rows += (await session.exec(select(Report))).all()
            return [*rows, *(await session.exec(select(Incident))).all()]

    def bytes_of(self, shown: Mapping[str, Any]) -> bytes:
        """What the group will see."""
        return shelf.place_of(self.folder, shown["sha256"]).read_bytes()


@pytest.fixture
async def night(database: Database, plan: Plan, tmp_path: Path) -> Night:
    return Night(await build(database, plan), Cabinet(), Clock(), tmp_path / "files")


@pytest.mark.parametrize("fetched_first", [True, False], ids=["fetched, then filed", "filed, then fetched"])
async def test_a_picture_sent_as_a_file_is_shown_to_the_groups_without_the_reporters_home(
    night: Night, fetched_first: bool
) -> None:
    """PEERS 10.2 no. 3 and 17."""
    await night.picture()
    if fetched_first:
        await night.fetch()
        await night.files_it()
    else:
        await night.files_it()
        assert await night.shown("town_group") == []
        await night.fetch()
    for desk in DESKS:
        (shown,) = await night.shown(desk)
        assert set(shown) == {"media", "sha256"}
        assert shown["media"] == "photo"
        seen = place_and_time(night.bytes_of(shown))
        assert (seen.point, seen.taken_at) == (None, None)
    item = await night.item()
    assert item.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert shelf.place_of(night.folder, item.sha256).read_bytes() == PICTURE
    assert await night.shown("other_group") == []


async def test_filing_and_fetching_at_the_same_moment_shows_a_picture_once(night: Night) -> None:
    for _ in range(8):
        await night.picture()
    await asyncio.gather(night.files_it(), night.fetch())
    await night.fetch()
    assert len(await night.shown("town_group")) == 8


async def test_a_picture_that_arrives_before_its_filing_is_committed_is_shown(night: Night) -> None:
    await night.picture()
    async with night.town.database.write() as session:
        actor = await night.town.actor(session, "worker")
        await service.answer(session, night.town.plan, actor, night.now, 1, Threat.YES)
        fetching = asyncio.ensure_future(night.fetch())
        await asyncio.wait({fetching}, timeout=_LONG_ENOUGH_TO_MEET_SECONDS)
    await fetching
    assert len(await night.shown("town_group")) == 1


async def test_a_picture_whose_filing_waits_for_its_arrival_is_shown(night: Night) -> None:
    await night.picture()
    async with night.town.database.write() as session:
        await fetched.stored(session, night.town.plan, night.now, 1, Kept("ab" * 32, True, "cd" * 32))
        filing = asyncio.ensure_future(night.files_it())
        await asyncio.wait({filing}, timeout=_LONG_ENOUGH_TO_MEET_SECONDS)
    await filing
    assert await night.shown("town_group") == [{"media": "photo", "sha256": "cd" * 32}]


@pytest.mark.parametrize("fetched_first", [True, False], ids=["on the draft", "after filing"])
async def test_where_a_picture_was_taken_is_proposed_when_nobody_has_said_where_it_is(
    night: Night, fetched_first: bool
) -> None:
    await night.picture()
    await (night.fetch() if fetched_first else night.files_it())
    await (night.files_it() if fetched_first else night.fetch())
    known = await night.facts()
    assert len(known) == 3
    for facts in known:
        assert facts.place_source is PlaceSource.PHOTO
        assert facts.latitude is not None
        assert facts.longitude is not None
        assert metres_between(Point(facts.latitude, facts.longitude), HOME) < 1


async def test_a_proposed_place_changes_the_card_of_the_reporter_and_of_the_desks(night: Night) -> None:
    await night.picture()
    before = await night.town.cards("draft:1")
    await night.fetch()
    assert (await night.town.cards("draft:1"))["worker"] > before["worker"]


@pytest.mark.parametrize("source", [PlaceSource.LOCATION, PlaceSource.LINK])
@pytest.mark.parametrize("fetched_first", [True, False], ids=["fetched first", "said first"])
async def test_what_a_person_says_of_the_place_stands_against_what_a_picture_says(
    night: Night, source: PlaceSource, fetched_first: bool
) -> None:
    await night.picture()
    if fetched_first:
        await night.fetch()
    if source is PlaceSource.LOCATION:
        await night.sends(ItemKind.LOCATION, latitude=29.6, longitude=105.6)
    else:
        await night.sends(ItemKind.TEXT, text=LINK)
    await night.files_it()
    await night.fetch()
    for facts in await night.facts():
        assert facts.place_source is source
        assert facts.latitude == pytest.approx(29.6 if source is PlaceSource.LOCATION else 29.7, abs=0.01)
        assert facts.latitude != pytest.approx(HOME.latitude, abs=1e-6)


async def test_a_picture_taken_days_ago_does_not_say_where_the_thing_is(night: Night) -> None:
    await night.picture(OLD)
    await night.files_it()
    await night.fetch()
    assert {facts.place_source for facts in await night.facts()} == {PlaceSource.GRID}
    assert len(await night.shown("town_group")) == 1


@pytest.mark.parametrize("fetched_first", [True, False])
@pytest.mark.parametrize("data", [HEIC, PICTURE[:200]], ids=["heic", "damaged"])
async def test_a_picture_no_copy_can_be_made_of_is_told_in_words_only(
    night: Night, data: bytes, fetched_first: bool
) -> None:
    await night.picture(data)
    await (night.fetch() if fetched_first else night.files_it())
    await (night.files_it() if fetched_first else night.fetch())
    assert await night.shown("town_group") == [{}]
    (told,) = await night.town.told("town_group", "media")
    assert told == "龙水0712-1 龙水镇 横店村 第3网格\nworker 发来一份文件，这里看不了，请打电话问清。"
    assert (await night.item()).file_state is FileState.STORED


async def test_words_that_came_with_a_picture_do_not_wait_for_it(night: Night) -> None:
    await night.picture()
    await night.files_it()
    await night.picture(text="又掉石头了")
    assert await night.town.told("town_group", "supplement") == []
    await night.sends(
        ItemKind.DOCUMENT, PICTURE, by_copy=True, text="又掉石头了", reply_about="incident:1", role="worker"
    )
    told = await night.town.told("town_group", "supplement")
    assert [words.splitlines()[-1] for words in told] == ["worker：又掉石头了"]
    await night.fetch()
    assert [words.splitlines()[-1] for words in await night.town.told("town_group", "media")] == ["worker"] * 2


async def test_other_files_go_on_at_once_as_they_are(night: Night) -> None:
    file_id = await night.sends(ItemKind.DOCUMENT, b"%PDF-1.7")
    await night.files_it()
    assert await night.shown("town_group") == [{"media": "document", "file_id": file_id}]
    await night.fetch()
    assert len(await night.shown("town_group")) == 1


async def test_a_file_of_unknown_kind_goes_on_as_it_is_once_it_proves_to_be_no_picture(night: Night) -> None:
    file_id = await night.picture(b"PK\x03\x04 a table")
    await night.files_it()
    assert await night.shown("town_group") == []
    await night.fetch()
    assert await night.shown("town_group") == [{"media": "document", "file_id": file_id}]


async def test_a_round_video_is_shown_as_a_film(night: Night) -> None:
    await night.sends(ItemKind.VIDEO, b"\0\0\0\x18ftypmp42", by_copy=True)
    await night.files_it()
    await night.fetch()
    digest = hashlib.sha256(b"\0\0\0\x18ftypmp42").hexdigest()
    assert await night.shown("town_group") == [{"media": "video", "sha256": digest}]


async def test_the_same_picture_sent_twice_is_kept_once(night: Night) -> None:
    await night.picture()
    await night.picture()
    await night.fetch()
    kept = [path for path in night.folder.rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert hashlib.sha256(PICTURE).hexdigest() in {path.name for path in kept}


async def test_a_process_killed_between_the_file_and_its_row_leaves_one_file_and_tells_once(night: Night) -> None:
    await night.picture()
    await night.files_it()
    shelf.keep(night.folder, PICTURE)
    await night.fetch()
    await night.fetch()
    assert len(night.cabinet.asked) == 1
    assert len(await night.shown("town_group")) == 1


async def test_a_photo_does_not_wait_for_a_film_that_hangs(night: Night) -> None:
    film = await night.sends(ItemKind.VIDEO, b"film")
    night.cabinet.hanging[film] = asyncio.Event()
    await night.sends(ItemKind.PHOTO, PICTURE)
    fetching = asyncio.ensure_future(night.fetch())
    async with asyncio.timeout(10):
        while (await night.item()).file_state is not FileState.STORED:
            await asyncio.wait({fetching}, timeout=0.05)
    assert not fetching.done()
    night.cabinet.hanging[film].set()
    assert await fetching == 2


async def test_a_file_over_20_megabytes_is_missing_at_once_and_its_sender_hears_why_once(night: Night) -> None:
    await night.sends(ItemKind.VIDEO, b"film", size=LARGEST_BYTES + 1)
    await night.files_it()
    await night.fetch()
    await night.fetch()
    assert night.cabinet.asked == []
    assert (await night.item()).file_state is FileState.MISSING
    assert await night.town.told("worker", "too_large") == [
        "<b>龙水0712-1</b> 文件超过20MB，平台不让取。\n请发照片，或把视频分段发。"
    ]
    assert await missing(night) == 1
    assert len(await night.shown("town_group")) == 1


async def test_a_file_the_platform_finds_too_large_on_a_draft_is_said_so_too(night: Night) -> None:
    file_id = await night.sends(ItemKind.VIDEO, b"film")
    night.cabinet.errors[file_id] = Refused("getFile", 400, "Bad Request: file is too big", {})
    await night.fetch()
    assert await night.town.told("worker", "too_large") == ["文件超过20MB，平台不让取。\n请发照片，或把视频分段发。"]


@pytest.mark.parametrize(
    "error",
    [Unknown("getFile", "TimeoutError"), Refused("getFile", 400, "Bad Request: file is temporarily unavailable", {})],
    ids=["no answer", "refused"],
)
async def test_a_file_that_cannot_be_fetched_is_missed_on_the_cards_until_it_comes(
    night: Night, error: GatewayError
) -> None:
    file_id = await night.picture()
    night.cabinet.errors[file_id] = error
    await night.files_it()
    before = (await night.town.cards("incident:1"))["town_group"]
    await night.fetch()
    assert await missing(night) == 1
    assert (await night.town.cards("incident:1"))["town_group"] > before
    assert await night.fetch() == 0
    del night.cabinet.errors[file_id]
    night.at(night.now + 2 * MINUTE)
    await night.fetch()
    assert await missing(night) == 0
    assert len(await night.shown("town_group")) == 1


async def test_a_file_is_given_up_after_some_hours_and_told_in_words(night: Night) -> None:
    file_id = await night.picture()
    night.cabinet.errors[file_id] = Unknown("getFile", "TimeoutError")
    await night.files_it()
    for _ in range(40):
        await night.fetch()
        night.at(night.now + timedelta(hours=1))
    assert len(night.cabinet.asked) == 12
    assert (await night.item()).file_state is FileState.MISSING
    assert await missing(night) == 1
    assert await night.shown("town_group") == [{}]
    async with night.town.database.read() as session:
        assert await service.files_idle(session, night.now) == (True, None)


async def missing(night: Night) -> int:
    """How many files the desks' card says are missing."""
    async with night.town.database.read() as session:
        view = await incidents.view(session, 1)
        return (await service.evidence_of_incident(session, view.id)).missing
