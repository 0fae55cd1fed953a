"""The district's own warnings: written as rows, proposed, signed by a second person; who may, and what is refused."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.audit import service as audit
from bot.core.access import Actor
from bot.core.database import Database
from bot.core.errors import NotAllowed, Refusal
from bot.delivery.schemas import Target
from bot.directory.models import Holding, Person, PersonState, Post, Role
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning import drafting, previewing, proposing, signing
from bot.warning.errors import ConsentUnread, Incomplete, NotYours, Overtaken, OwnDraft, SignYourself, TimeUnread
from bot.warning.models import Origin, Series, SeriesState, Version, VersionState
from bot.warning.schemas import DraftView
from messages import warning as texts
from tests.integration.town import DISTRICT, NIGHT, OTHER_TOWN, TOWN, Town, build

YELLOW, BLUE, ORANGE = WarningLevel.YELLOW, WarningLevel.BLUE, WarningLevel.ORANGE
CONSENT = "区应急局副局长，+86 10000 00402，00:48"
MORNING = datetime(2026, 7, 11, 23, 30, tzinfo=NIGHT.tzinfo)
"""07:30 on the 12th on the district's wall clock."""


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    town = await build(database, plan)
    await seat(town, "leader", 402, "district_leader")
    await seat(town, "second_leader", 403, "district_leader")
    await seat(town, "second_duty", 404, "district_duty")
    return town


async def seat(town: Town, role: str, number: int, *kinds: str) -> None:
    """Somebody on posts of the district: as holder, else as deputy, else acting."""
    async with town.database.write() as session:
        person = Person(
            name=role, phone=f"+86100000{number:05}", platform_id=number, state=PersonState.ACTIVE, created_at=NIGHT
        )
        session.add(person)
        await session.flush()
        for kind in kinds:
            found = (await session.exec(select(Post).where(Post.kind == kind, Post.region_code == DISTRICT))).first()
            post = found or Post(kind=kind, region_code=DISTRICT)
            session.add(post)
            await session.flush()
            taken = len((await session.exec(select(Holding).where(Holding.post_id == post.id))).all())
            held_as = (Role.HOLDER, Role.DEPUTY, Role.ACTING)[min(taken, 2)]
            start = NIGHT.replace(day=10)
            session.add(Holding(person_id=person.id, post_id=post.id, role=held_as, starts_at=start))
    town.chats[role] = number


class Desk:
    """People act on the newest version of the one series."""

    def __init__(self, town: Town) -> None:
        self.town, self.now = town, NIGHT

    async def begin(self, role: str = "district", kind: str = "flood", level: WarningLevel = YELLOW) -> None:
        async with self.town.database.write() as session:
            who, where = await self._who(role)
            await drafting.begin(session, self.town.plan, who, self.now, kind, level, where)

    async def choose(self, field: str, value: str, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await drafting.choose(session, self.town.plan, who, self.now, (await self.version()).id, field, value)

    async def write(self, field: str, words: str, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await drafting.write(session, self.town.plan, who, self.now, (await self.series()).id, field, words)

    async def complete(self) -> None:
        await self.choose("places", TOWN)
        await self.choose("valid_until", "12")
        await self.write("consultation", "00:40 水利、气象、规自、应急会商，建议Ⅲ级")
        await self.write("authority", "授权书〔2026〕3号，有效至2026-12-31")

    async def propose(self, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await proposing.propose(session, self.town.plan, who, self.now, (await self.version()).id)

    async def sign(self, role: str = "leader", seen: str | None = None) -> None:
        seen = seen or (await self.view()).seen
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.sign(session, self.town.plan, who, self.now, (await self.version()).id, seen)

    async def send_back(self, reason: str, role: str = "leader") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.send_back(session, self.town.plan, who, self.now, (await self.series()).id, reason)

    async def refer(self, role: str = "leader") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.refer(session, self.town.plan, who, self.now, (await self.version()).id)

    async def oral(self, words: str = CONSENT, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.oral(session, self.town.plan, who, self.now, (await self.series()).id, words)

    async def number(self, words: str = "50011120260712001", role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.fill_number(session, self.town.plan, who, self.now, (await self.series()).id, words)

    async def countersign(self, role: str = "leader") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.countersign(session, self.town.plan, who, self.now, (await self.version()).id)

    async def ask_countersigning(self, now: datetime) -> int:
        async with self.town.database.write() as session:
            return await signing.due_countersign(session, self.town.plan, now)

    async def adjust(self, role: str = "district", *, number: int = 1, lift: bool = False) -> None:
        async with self.town.database.write() as session:
            who, where = await self._who(role)
            series = await self.series()
            await drafting.adjust(session, self.town.plan, who, self.now, series.id, number, where, lift=lift)

    async def withdraw(self, role: str = "district", *, number: int = 1) -> None:
        async with self.town.database.write() as session:
            who, where = await self._who(role)
            await proposing.withdraw(session, self.town.plan, who, self.now, (await self.series()).id, number, where)

    async def issued(self) -> None:
        await self.begin()
        await self.complete()
        await self.write("platform_number", "50011120260712001")
        await self.propose()
        await self.sign()

    async def series(self) -> Series:
        async with self.town.database.read() as session:
            return (await session.exec(select(Series).order_by(col(Series.id).desc()))).first() or pytest.fail("none")

    async def version(self) -> Version:
        async with self.town.database.read() as session:
            statement = select(Version).where(Version.state != VersionState.DISCARDED)
            found = (await session.exec(statement.order_by(col(Version.id).desc()))).first()
            return found or pytest.fail("no version")

    async def view(self, version_id: int | None = None) -> DraftView:
        wanted = version_id or (await self.version()).id
        async with self.town.database.read() as session:
            view = await previewing.draft_view(session, self.town.plan, wanted)
        return view or pytest.fail("no view")

    async def acts(self) -> list[str]:
        async with self.town.database.read() as session:
            rows = await audit.about(session, f"warning:{(await self.series()).id}")
        return [row.act for row in rows]

    async def _who(self, role: str) -> tuple[Actor, Target]:
        async with self.town.database.read() as session:
            actor = await self.town.actor(session, role, self.now)
        return actor, Target(self.town.chats[role])


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


# --- drafting --------------------------------------------------------------------------------------------------------


async def test_a_draft_begins_with_the_packs_words_and_tells_nobody(desk: Desk, plan: Plan) -> None:
    await desk.begin()
    version, template = await desk.version(), plan.template("flood", YELLOW)
    assert template is not None
    assert (version.matters, version.measures) == (template.matters, template.measures)
    assert (await desk.series()).state is SeriesState.DRAFT
    assert await desk.town.told("town_group") == []
    assert await desk.town.cards(f"wdraft:{version.id}") == {"district": 2}


@pytest.mark.parametrize(
    ("kind", "level", "why"),
    [
        ("rainstorm", YELLOW, "气象灾害预警信号只由气象台站发布"),
        ("flood", ORANGE, "市"),
        ("geohazard_weather", BLUE, ""),
    ],
)
async def test_what_the_law_gives_to_others_is_refused_with_its_reason(
    desk: Desk, kind: str, level: WarningLevel, why: str
) -> None:
    with pytest.raises(NotYours) as refused:
        await desk.begin(kind=kind, level=level)
    assert isinstance(refused.value.payload, texts.NotYours)
    assert why in refused.value.payload.why


@pytest.mark.parametrize("role", ["worker", "cadre", "town", "administrator"])
async def test_only_the_districts_desk_drafts(desk: Desk, role: str) -> None:
    with pytest.raises(NotAllowed):
        await desk.begin(role)


async def test_the_kinds_offered_are_the_districts_own(desk: Desk, town: Town) -> None:
    async with town.database.read() as session:
        actor = await town.actor(session, "district")
        kinds = await drafting.kinds_open(session, town.plan, actor, NIGHT)
    assert {kind.key for kind in kinds} == {"flood", "flash_flood", "mine", "forest_fire"}
    assert set(kinds.values()) == {(BLUE, YELLOW)}


async def test_a_second_tap_opens_no_second_draft_but_several_may_lie(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.begin()
    await desk.begin(kind="mine")
    desk.now += timedelta(minutes=10)
    await desk.begin()
    async with town.database.read() as session:
        actor = await town.actor(session, "district")
        lying = await drafting.unfinished(session, town.plan, actor)
    assert [each.kind_key for each in lying] == ["flood", "mine", "flood"]


async def test_a_town_goes_from_level_to_level_and_out_again(desk: Desk) -> None:
    await desk.begin()
    seen = []
    for _ in range(3):
        await desk.choose("places", TOWN)
        seen.append([(place.region_code, place.level) for place in (await desk.view()).version.places])
    assert seen == [[(TOWN, YELLOW)], [(TOWN, BLUE)], []]


async def test_the_whole_district_takes_the_place_of_its_towns_and_they_of_it(desk: Desk) -> None:
    await desk.begin()
    for code, left in ((TOWN, {TOWN}), (OTHER_TOWN, {TOWN, OTHER_TOWN}), (DISTRICT, {DISTRICT}), (TOWN, {TOWN})):
        await desk.choose("places", code)
        assert {place.region_code for place in (await desk.view()).version.places} == left


async def test_a_lower_level_takes_its_towns_along_and_its_own_words(desk: Desk, plan: Plan) -> None:
    await desk.begin()
    await desk.choose("places", TOWN)
    await desk.write("matters", "自己写的警示")
    await desk.choose("level", "blue")
    view, template = await desk.view(), plan.template("flood", BLUE)
    assert template is not None
    assert [place.level for place in view.version.places] == [BLUE]
    assert (view.version.matters, view.version.measures) == ("自己写的警示", template.measures)
    with pytest.raises(NotYours):
        await desk.choose("level", "orange")


async def test_a_time_that_has_passed_or_is_none_is_not_noted(desk: Desk) -> None:
    await desk.begin()
    for words in ("昨天", "25:00", "0小时"):
        with pytest.raises(TimeUnread):
            await desk.write("valid_until", words)
    await desk.write("valid_until", "明天8时")
    assert (await desk.version()).valid_until == datetime(2026, 7, 13, 0, 0, tzinfo=NIGHT.tzinfo)


async def test_the_card_says_what_is_missing_and_proposing_refuses(desk: Desk) -> None:
    await desk.begin()
    assert (await desk.view()).missing == ("valid_until", "places", "consultation", "authority")
    with pytest.raises(Incomplete):
        await desk.propose()
    await desk.complete()
    assert (await desk.view()).missing == ()


async def test_the_preview_counts_groups_people_and_villages_with_nobody(desk: Desk, plan: Plan) -> None:
    await desk.begin()
    await desk.choose("places", TOWN)
    preview = (await desk.view()).preview
    villages = len(plan.children(TOWN))
    assert preview.groups >= 1
    assert preview.unreachable_count == villages - 1
    assert len(preview.unreachable) == 10
    assert all("横店村" not in name for name in preview.unreachable)
    assert preview.minutes == 1


async def test_a_discarded_draft_is_proposed_by_nobody(desk: Desk, town: Town) -> None:
    await desk.begin()
    version = await desk.version()
    async with town.database.write() as session:
        actor = await town.actor(session, "district")
        await drafting.discard(session, town.plan, actor, NIGHT, version.id)
    assert (await desk.series()).state is SeriesState.DISCARDED
    async with town.database.write() as session:
        with pytest.raises(Overtaken):
            await proposing.propose(session, town.plan, actor, NIGHT, version.id)
    view = await desk.view(version.id)
    assert view.version.state is VersionState.DISCARDED


# --- signing ---------------------------------------------------------------------------------------------------------


async def test_proposing_lays_it_before_every_leader_and_tells_no_town(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    version = await desk.version()
    assert set(await town.cards(f"wdraft:{version.id}")) == {"district", "leader", "second_leader"}
    assert (await desk.series()).state is SeriesState.PROPOSED
    assert "类别：洪水预警" in version.text
    assert "发布时间：签发时填" in version.text
    assert await town.told("town_group") == []
    with pytest.raises(Refusal):
        await desk.propose()


async def test_signed_and_numbered_it_goes_out_with_eight_elements(desk: Desk, town: Town) -> None:
    await desk.issued()
    series, version = await desk.series(), await desk.version()
    assert series.state is SeriesState.IN_FORCE
    assert (series.number, version.act) == ("预0712-1", WarningAct.ISSUE)
    assert (version.signed_name, version.signed_at) == ("leader", NIGHT)
    (told,) = await town.told("town_group")
    for element in ("类别：", "级别：", "起始时间：", "范围：", "警示事项：", "措施：", "发布单位：", "发布时间："):
        assert element in told
    assert "07-12 00:50" in told
    assert await town.told("other_group") == []
    acts = await desk.acts()
    assert acts[-3:] == ["warning.propose", "warning.sign", "warning.issue"]


async def test_signed_without_the_platforms_number_it_waits_for_it(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    await desk.sign()
    assert (await desk.version()).state is VersionState.PROPOSED
    assert await town.told("town_group") == []
    assert "还没有发出" in (await town.told("district", "number"))[0]
    with pytest.raises(Overtaken):
        await desk.write("matters", "签了再改")
    await desk.number()
    assert (await desk.series()).state is SeriesState.IN_FORCE
    (told,) = await town.told("town_group")
    assert "50011120260712001" in told
    with pytest.raises(Overtaken):
        await desk.number("2")


@pytest.mark.parametrize("role", ["district", "second_duty", "town", "administrator"])
async def test_who_may_not_sign_is_refused(desk: Desk, role: str) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    with pytest.raises(NotAllowed):
        await desk.sign(role)
    assert (await desk.version()).signed_at is None


async def test_nobody_signs_his_own(desk: Desk, town: Town) -> None:
    await seat(town, "both", 405, "district_duty", "district_leader")
    await desk.begin("both")
    await desk.complete()
    await desk.propose("both")
    with pytest.raises(OwnDraft):
        await desk.sign("both")
    await desk.sign("leader")


async def test_a_signer_signs_what_stood_on_his_card_or_nothing(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    seen = (await desk.view()).seen
    await desk.write("matters", "签发人改的", role="second_leader")
    with pytest.raises(Overtaken):
        await desk.sign(seen=seen)
    await desk.sign()
    assert "签发人改的" in (await desk.version()).text


async def test_the_drafter_does_not_change_what_waits_for_a_signature(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    with pytest.raises(NotAllowed):
        await desk.write("matters", "悄悄改")


async def test_two_leaders_tap_at_once_and_one_signs(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()

    async def attempt(role: str) -> Refusal | None:
        try:
            await desk.sign(role)
        except Refusal as refusal:
            return refusal
        return None

    outcomes = await asyncio.gather(attempt("leader"), attempt("second_leader"))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Overtaken) for outcome in outcomes) == 1
    assert len(await town.told("town_group")) == 1


async def test_returned_with_a_reason_it_can_be_changed_and_proposed_again(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    await desk.send_back("范围太大")
    assert (await desk.series()).state is SeriesState.RETURNED
    assert "范围太大" in (await town.told("district", "returned"))[0]
    with pytest.raises(Overtaken):
        await desk.sign()
    await desk.write("matters", "只说龙水镇")
    await desk.write("platform_number", "1")
    await desk.propose()
    await desk.sign()
    assert (await desk.series()).state is SeriesState.IN_FORCE


async def test_what_ran_out_before_it_was_signed_is_not_issued(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    desk.now += timedelta(hours=13)
    with pytest.raises(Incomplete):
        await desk.sign()


async def test_referring_tells_the_drafter_whom_to_telephone(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    await desk.refer()
    (told,) = await town.told("district", "referred")
    assert "区政府办公室 +86 23 4376 8676" in told
    assert (await desk.version()).state is VersionState.PROPOSED


# --- consent by telephone --------------------------------------------------------------------------------------------


async def test_consent_by_telephone_issues_at_once_and_is_signed_in_the_morning(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()
    await desk.oral()
    version = await desk.version()
    assert (await desk.series()).state is SeriesState.IN_FORCE
    assert version.oral_words == "区应急局副局长 +86 10000 00402，00:48 电话同意"
    assert (version.countersign_due_at, version.countersigned_at) == (MORNING, None)
    assert len(await town.told("town_group")) == 1

    assert await desk.ask_countersigning(MORNING - timedelta(minutes=1)) == 0
    assert await desk.ask_countersigning(MORNING) == 1
    assert await desk.ask_countersigning(MORNING) == 0
    assert "【请补签】预0712-1" in (await town.told("leader", "countersign"))[0]
    assert await town.told("district", "countersign") == []
    assert await desk.ask_countersigning(MORNING + timedelta(days=1)) == 1

    with pytest.raises(NotAllowed):
        await desk.countersign("district")
    await desk.countersign()
    with pytest.raises(Overtaken):
        await desk.countersign("second_leader")
    assert await desk.ask_countersigning(MORNING + timedelta(days=2)) == 0
    assert "warning.oral_consent" in await desk.acts()


@pytest.mark.parametrize("words", ["副局长同意了", "副局长 00:48", "+86 10000 00402 00:48", "副局长，+86 10000 00402"])
async def test_post_number_and_time_are_all_wanted(desk: Desk, town: Town, words: str) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()
    with pytest.raises(ConsentUnread):
        await desk.oral(words)
    assert await town.told("town_group") == []


async def test_a_leader_signs_himself_and_a_town_writes_down_nothing(desk: Desk, town: Town) -> None:
    await seat(town, "both", 405, "district_duty", "district_leader")
    await desk.begin()
    await desk.complete()
    await desk.propose()
    for role, refusal in (("both", SignYourself), ("town", NotAllowed), ("leader", NotAllowed)):
        with pytest.raises(refusal):
            await desk.oral(role=role)


# --- adjusting and ending --------------------------------------------------------------------------------------------


async def test_a_longer_time_alone_extends(desk: Desk) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.choose("valid_until", "24")
    await desk.write("platform_number", "2")
    await desk.propose()
    await desk.sign()
    version = await desk.version()
    assert (version.number, version.act, version.state) == (2, WarningAct.EXTEND, VersionState.ISSUED)
    assert "继续有效（预0712-1）" in version.text


async def test_a_lower_level_downgrades_and_says_from_what(desk: Desk, town: Town) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.choose("level", "blue")
    await desk.write("platform_number", "2")
    await desk.propose()
    await desk.sign()
    assert (await desk.version()).act is WarningAct.DOWNGRADE
    assert "由黄色（Ⅲ级）降为蓝色（Ⅳ级）" in (await town.told("town_group"))[-1]


async def test_lifting_wants_a_reason_and_a_signature_and_reaches_who_was_told(desk: Desk, town: Town) -> None:
    await desk.issued()
    await desk.adjust(lift=True)
    assert "reason" in (await desk.view()).missing
    await desk.write("reason", "水位已退到警戒以下。")
    await desk.write("consultation", "05:20 会商，建议解除")
    await desk.write("platform_number", "2")
    await desk.propose()
    await desk.sign()
    assert (await desk.series()).state is SeriesState.LIFTED
    assert "解除原因：水位已退到警戒以下。" in (await town.told("town_group"))[-1]
    with pytest.raises(Refusal):
        await desk.adjust()


async def test_a_button_of_an_old_version_adjusts_nothing(desk: Desk) -> None:
    await desk.issued()
    with pytest.raises(Overtaken):
        await desk.adjust(number=7)
    await desk.adjust()
    first = (await desk.version()).id
    await desk.adjust()
    assert (await desk.version()).id == first


async def test_somebody_elses_warning_is_not_adjusted(desk: Desk, town: Town) -> None:
    await desk.issued()
    async with town.database.write() as session:
        series = (await session.exec(select(Series))).one()
        series.origin = Origin.RELAYED
    with pytest.raises(Overtaken):
        await desk.adjust()


async def test_a_mistake_is_withdrawn_by_a_second_persons_tap(desk: Desk, town: Town) -> None:
    await desk.issued()
    await desk.withdraw()
    assert (await desk.series()).state is SeriesState.IN_FORCE
    version = await desk.version()
    assert "second_duty" in await town.cards(f"wdraft:{version.id}")
    with pytest.raises(OwnDraft):
        await desk.sign("district")
    with pytest.raises(NotAllowed):
        await desk.sign("town")
    await desk.sign("second_duty")
    assert (await desk.series()).state is SeriesState.WITHDRAWN
    assert "以本条为准" in (await town.told("town_group"))[-1]


async def test_a_withdrawal_does_not_wait_for_a_change_that_lies(desk: Desk) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.withdraw()
    with pytest.raises(Overtaken):
        await desk.withdraw("second_duty")
    await desk.sign("second_duty")
    assert (await desk.series()).state is SeriesState.WITHDRAWN


async def test_lifted_meanwhile_a_waiting_change_is_not_issued(desk: Desk, town: Town) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.choose("valid_until", "24")
    await desk.propose()
    async with town.database.write() as session:
        (await session.exec(select(Series))).one().state = SeriesState.LIFTED
    with pytest.raises(Overtaken):
        await desk.sign()
