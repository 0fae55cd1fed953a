"""Two people and a duty officer do whatever can be done with drafts, in any order, with the power failing between.

Hypothesis invents the story. After every step it is asked whether anything was lost, doubled, said before it was true,
or sent behind somebody's back.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import literal_column
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.core.database import Database
from bot.core.errors import Refusal
from bot.delivery.models import Card, CardState, Text
from bot.delivery.painter import Painter
from bot.incident.models import Threat
from bot.intake import form, jobs, receiving, service, telephone
from bot.intake.models import Asked, Draft, DraftState, Item, ItemKind, Question, Report, Via
from bot.intake.schemas import Sent
from bot.plan.schema import Nature
from bot.plan.service import Plan
from handlers.painters import painters
from tests.databases import Postgres
from tests.integration.town import NIGHT, TOWN, build

T = TypeVar("T")
Row = TypeVar("Row", bound=SQLModel)
Deed = Callable[[AsyncSession, Actor], Awaitable[None]]
Do = Callable[..., Awaitable[None]]

MANY = settings(
    max_examples=12,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # To explain a failure Hypothesis traces every line: minutes, for a hint that the shrunk story gives by itself.
    phases=[Phase.reuse, Phase.generate, Phase.shrink],
    print_blob=True,
)
WHO = st.sampled_from(("worker", "worker", "cadre", "town"))
DEATHS = st.sampled_from((0, 0, 0, 1, 2))
RECENT = st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, 5, 8))
PLACES = ((29.7, 105.72), (29.7005, 105.7205), (29.9, 105.9))
WORDS = ("屋后坡裂了", "死1困2", "刚才", "横店村", "村支书 +86 10000 00201", "https://surl.amap.com/a1", "有", "4")
CHOICES = (
    *((Asked.KIND, kind) for kind in ("landslide", "no_such_kind")),
    *((Asked.PLACE, place) for place in ("home", "500111100216", "nowhere")),
    *((Asked.TIME, "10"), (Asked.CASUALTIES, "none"), (Asked.CASUALTIES, "dead.2"), (Asked.CASUALTIES, "trapped.")),
    *((Asked.MEASURES, "已撤人"), (Asked.REINFORCEMENT, "yes"), (Asked.CONTACT, "me")),
)
SENDINGS = ("photo", "photo", "voice", "words", "place", "again", "again", "edit", "late", "late")
LONGEST_DATA_BYTES = 64


def _without_plan(do: Do) -> Do:
    async def done(session: AsyncSession, _plan: Plan, actor: Actor, now: datetime, *more: object) -> None:
        await do(session, actor, now, *more)

    return done


FREELY = [_without_plan(do) for do in (service.keep, service.discard, form.more)]
TAPS: list[tuple[Do, tuple[object, ...]]] = [
    *((service.answer, (threat,)) for threat in list(Threat) * 5),
    *((service.settle, (nature,)) for nature in (Nature.ACCIDENT, Nature.HAZARD) * 4),
    *((do, ()) for do in FREELY[:2] * 2),
    *((do, ()) for do in (service.distinct, service.submit, service.withdraw, service.restore, service.join, *FREELY)),
    *((partial(form.leave, onward=onward), ()) for onward in (True, False)),
    *((_without_plan(form.open_field), (field, "")) for field in Asked),
    *((_without_plan(form.open_field), (Asked.KIND, step)) for step in ("s.geological.1", "q.滑坡")),
    *((_without_plan(form.open_field), (Asked.CASUALTIES, "trapped")),),
    *((form.choose, choice) for choice in CHOICES),
]


class PowerFailedError(Exception):
    """The process ends after its last statement and before the commit."""


@dataclass(frozen=True, slots=True)
class Books:
    """All that is in the database at one instant."""

    drafts: Sequence[Draft]
    reports: Sequence[Report]
    items: Sequence[Item]
    texts: Sequence[Text]
    cards: Sequence[Card]


class Drafts(RuleBasedStateMachine):
    """The story. `open_url` gives an empty database."""

    def __init__(self, open_url: Callable[[], str], plan: Plan) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.plan, self.now = plan, NIGHT
        self.database = Database(open_url())
        self.painter = Painter(self.database, painters(plan))
        self.town = self.run(build(self.database, plan))
        self.numbers = count(1)
        self.taken: list[tuple[str, Sent]] = []
        self.late: list[tuple[str, Sent]] = []
        self.answered: set[tuple[int, object]] = set()
        self.joined: set[int] = set()
        self.lapsed: set[int] = set()
        self.number = re.compile(rf"{plan.number_prefix(TOWN)}\d{{4}}-\d+")
        self._books: Books | None = None

    def teardown(self) -> None:
        """Nothing may be left open: the next story begins with an empty database."""
        self.run(self.database.close())
        self.runner.close()

    # what people send

    @rule(who=WHO, what=st.sampled_from(SENDINGS), recent=RECENT, text=st.sampled_from(WORDS), deaths=DEATHS)
    def send(self, who: str, what: str, recent: int, text: str, deaths: int) -> None:
        if what == "again" and self.taken:
            self.receive(*self.taken[-1 - recent % len(self.taken)], deaths)
        elif what == "edit" and self.taken:
            sender, sent = self.taken[-1 - recent % len(self.taken)]
            self.receive(sender, replace(sent, text=text, is_edit=True), deaths)
        elif what == "late" and self.late:
            self.receive(*self.late.pop(recent % len(self.late)), deaths)
        elif what == "words":
            self.receive(who, replace(self.sent(who, ItemKind.TEXT), text=text), deaths)
        elif what == "place":
            latitude, longitude = PLACES[recent % len(PLACES)]
            sent = replace(self.sent(who, ItemKind.LOCATION), latitude=latitude, longitude=longitude)
            self.receive(who, sent, deaths)
        else:
            self.receive(who, self.sent(who, ItemKind.VOICE if what == "voice" else ItemKind.PHOTO), deaths)

    @rule(who=WHO, order=st.permutations(range(3)), deaths=DEATHS)
    def send_album(self, who: str, order: list[int], deaths: int) -> None:
        """One part now; the others are still on their way, in any order."""
        album = f"album{next(self.numbers)}"
        parts = [replace(self.sent(who, ItemKind.PHOTO), album=album) for _ in order]
        first, *others = (parts[number] for number in order)
        self.late += [(who, part) for part in others]
        self.receive(who, first, deaths)

    # what people tap, on new cards and on old ones

    @rule(who=WHO, recent=RECENT, tapped=st.sampled_from(TAPS), deaths=DEATHS)
    def tap(self, who: str, recent: int, tapped: tuple[Do, tuple[object, ...]], deaths: int) -> None:
        do, more = tapped
        draft = self.recent_draft(who, recent)
        if not self.on_draft(who, recent, deaths, do, *more):
            return
        if do is service.answer:
            self.answered.add((draft, more[0]))
        if do is service.join:
            into = {each.report_id for each in self.books().drafts if each.id == draft}
            assert all(each.withdrawn_at is None for each in self.books().reports if each.id in into)

    @rule(who=WHO, other=RECENT, deaths=DEATHS)
    def same(self, who: str, other: int, deaths: int) -> None:
        steps = [each.at_step for each in self.drafts_of(who) if each.question is Question.LIKENESS]
        candidates = [int(number) for number in ".".join(steps[:1]).split(".") if number.isdecimal()]
        asked = [each.question is Question.LIKENESS for each in self.drafts_of(who)]
        if candidates:
            recent, report = asked.index(True), candidates[other % len(candidates)]
            draft = self.recent_draft(who, recent)
            if self.on_draft(who, recent, deaths, service.same, report):
                self.joined.add(draft)

    # what happens by itself

    @rule(deaths=DEATHS)
    def telephone_rings(self, deaths: int) -> None:
        async def deed(session: AsyncSession, actor: Actor) -> None:
            await telephone.begin(session, self.plan, actor, self.now, self.town.chats["town"])

        self.act("town", deed, deaths)

    @rule(minutes=st.sampled_from((1, 3, 11, 40, 24 * 60)), deaths=DEATHS)
    def time_passes(self, minutes: int, deaths: int) -> None:
        async def deed(session: AsyncSession, _actor: Actor) -> None:
            await jobs.run_due(session, self.plan, self.now)

        before = self.books()
        self.now += timedelta(minutes=minutes)
        assert self.act("town", deed, deaths), "a pass is refused nothing"
        after = self.books()
        known = {report.id for report in before.reports}
        new = {report.id: report for report in after.reports if report.id not in known}
        self.lapsed |= set(new)
        unanswered = {each.id for each in before.drafts if each.question is Question.THREAT}
        for draft in after.drafts:
            if draft.report_id in new and draft.via is Via.CHAT:
                assert (new[draft.report_id].threat is Threat.UNCLEAR) is (draft.id in unanswered)
        aside = {each.id for each in before.drafts if each.state in (DraftState.KEPT, DraftState.DISCARDED)}
        assert aside <= {each.id for each in after.drafts if each.state in (DraftState.KEPT, DraftState.DISCARDED)}

    @rule()
    def cards_are_painted(self) -> None:
        while self.run(self.painter.paint_changed()):
            pass
        for card in self.books().cards:
            assert card.state is not CardState.DEAD, f"{card.subject} cannot be shown: {card.error}"
            for row in ((card.body or {}).get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    assert len(button["callback_data"].encode()) <= LONGEST_DATA_BYTES

    # what holds after every step

    @invariant()
    def nothing_is_lost_and_nothing_is_doubled(self) -> None:
        books = self.books()
        held = {(item.chat_id, item.message_id): item for item in books.items}
        for _, sent in self.taken:
            if sent.file_id is None:
                continue
            item = held[sent.chat_id, sent.message_id]
            assert (item.draft_id is None) is not (item.report_id is None), f"{sent.file_id} is on one or the other"
        files = Counter(item.file_id for item in books.items if item.file_id)
        assert set(files.values()) <= {1}, files

    @invariant()
    def numbers_are_given_once_and_spoken_when_they_are_true(self) -> None:
        books = self.books()
        numbers = [report.number for report in books.reports]
        assert len(numbers) == len(set(numbers))
        bodies = [*(text.body for text in books.texts), *(card.body for card in books.cards if card.body)]
        said = {number for body in bodies for number in self.number.findall(str(body))}
        assert said <= set(numbers), "a number was told that no report has"

    @invariant()
    def a_person_has_one_draft_open_and_one_field_asked(self) -> None:
        drafts = self.books().drafts
        is_open = Counter(draft.person_id for draft in drafts if draft.state is DraftState.OPEN)
        assert set(is_open.values()) <= {1}, is_open
        asking = [draft for draft in drafts if draft.asking is not None]
        assert {draft.state for draft in asking} <= {DraftState.OPEN, DraftState.FILED}
        assert max(Counter(draft.person_id for draft in asking).values(), default=0) <= 1
        for draft in asking:
            assert draft.question not in (Question.LIKENESS, Question.RESUME), "a card asks one thing"

    @invariant()
    def a_draft_becomes_one_report(self) -> None:
        books = self.books()
        filed = Counter(draft.report_id for draft in books.drafts if draft.state is DraftState.FILED)
        assert filed == Counter(report.id for report in books.reports)

    @invariant()
    def nobody_is_called_in_danger_whom_nobody_called_so(self) -> None:
        books = self.books()
        drafts = {draft.report_id: draft.id for draft in books.drafts if draft.state is DraftState.FILED}
        for report in books.reports:
            draft = drafts[report.id]
            unasked = report.id in self.lapsed or (report.via is Via.TELEPHONE and report.nature is Nature.ACCIDENT)
            if report.threat is Threat.NO:
                assert report.nature is not Nature.DANGER_SIGN or draft in self.joined
            elif report.threat is Threat.YES or not unasked:
                assert (draft, report.threat) in self.answered

    # the machinery

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Runs it; what the books say is read anew afterwards."""
        self._books = None
        return self.runner.run(doing)

    def act(self, who: str, deed: Deed, deaths: int) -> bool:
        """Does it, as the inbox would after `deaths` power failures; whether it was not refused."""

        async def play() -> bool:
            for _ in range(deaths):
                with contextlib.suppress(PowerFailedError, Refusal):
                    await self.once(who, deed, dies=True)
            with contextlib.suppress(Refusal):
                await self.once(who, deed, dies=False)
                return True
            return False

        return self.run(play())

    async def once(self, who: str, deed: Deed, *, dies: bool) -> None:
        async with self.database.write() as session:
            await deed(session, await self.town.actor(session, who, self.now))
            if dies:
                raise PowerFailedError

    def on_draft(self, who: str, recent: int, deaths: int, do: Do, *more: object) -> bool:
        async def deed(session: AsyncSession, actor: Actor) -> None:
            await do(session, self.plan, actor, self.now, draft, *more)

        draft = self.recent_draft(who, recent)
        return self.act(who, deed, deaths)

    def receive(self, who: str, sent: Sent, deaths: int) -> None:
        async def deed(session: AsyncSession, actor: Actor) -> None:
            await receiving.receive(session, self.plan, actor, self.now, sent)

        if self.act(who, deed, deaths) and not sent.is_edit and (who, sent) not in self.taken:
            self.taken.append((who, sent))

    def sent(self, who: str, kind: ItemKind) -> Sent:
        number = next(self.numbers)
        file_id = f"file{number}" if kind in (ItemKind.PHOTO, ItemKind.VOICE) else None
        return Sent(self.town.chats[who], number, kind, self.now, file_id=file_id)

    def drafts_of(self, who: str) -> Sequence[Draft]:
        """The person's drafts, newest first."""
        seats = {"worker": 1, "cadre": 2, "town": 3}
        return [draft for draft in reversed(self.books().drafts) if draft.person_id == seats[who]]

    def recent_draft(self, who: str, recent: int) -> int:
        """The id of one of the person's drafts, mostly the newest; 0 when there is none."""
        drafts = self.drafts_of(who)
        return drafts[recent % len(drafts)].id if drafts else 0

    def books(self) -> Books:
        async def read() -> Books:
            async with self.database.read() as session:
                drafts, reports, items = (
                    await _all(session, Draft),
                    await _all(session, Report),
                    await _all(session, Item),
                )
                return Books(drafts, reports, items, await _all(session, Text), await _all(session, Card))

        if self._books is None:
            self._books = self.runner.run(read())
        return self._books


def test_whatever_people_do_with_drafts_nothing_is_lost_on_sqlite(
    sqlite_template: Path, tmp_path: Path, plan: Plan
) -> None:
    files = count(1)

    def open_url() -> str:
        path = tmp_path / f"{next(files)}.db"
        shutil.copyfile(sqlite_template, path)
        return f"sqlite+aiosqlite:///{path}"

    class OnSqlite(Drafts):
        def __init__(self) -> None:
            super().__init__(open_url, plan)

    run_state_machine_as_test(OnSqlite, settings=MANY)


@pytest.mark.postgres
def test_whatever_people_do_with_drafts_nothing_is_lost_on_postgresql(postgres: Postgres, plan: Plan) -> None:
    class OnPostgres(Drafts):
        def __init__(self) -> None:
            super().__init__(postgres.emptied, plan)

    run_state_machine_as_test(OnPostgres, settings=MANY)


async def _all(session: AsyncSession, model: type[Row]) -> Sequence[Row]:
    return (await session.exec(select(model).order_by(literal_column("id")))).all()
