"""Stories of people and the bot: joining, inviting, handing over, groups; who is told what, and who is told nothing."""

from __future__ import annotations

import pytest

from bot.core.database import Database
from bot.directory import groups, people
from bot.plan.service import Plan
from messages.engine import label
from tests.integration.directory.talk import Said, Talk, talk_on

DISTRICT = "500111"
LONGSHUI = "500111100"
HENGDIAN = "500111100216"
GRID = "500111100216-03"
ADMINISTRATOR, DUTY, LEADER, WORKER, STRANGER = 11, 12, 13, 14, 99
GROUP = -100


@pytest.fixture
async def talk(database: Database, plan: Plan) -> Talk:
    """An administrator, the district's desk, a town's leader and a grid worker who can all be written to."""
    talking = await talk_on(database, plan)
    async with talking.world() as world:
        await world.person("系统管理员", "administrator", DISTRICT, platform_id=ADMINISTRATOR)
        await world.person("区值班员", "district_duty", DISTRICT, platform_id=DUTY)
        await world.person("龙水镇镇领导", "town_leader", LONGSHUI, platform_id=LEADER, phone="+861000000303")
        await world.person("横店村第3网格员", "grid_worker", GRID, platform_id=WORKER, phone="+861000000103")
    return talking


def only(said: list[Said]) -> Said:
    assert len(said) == 1, [(one.chat_id, one.text) for one in said]
    return said[0]


def to(said: list[Said]) -> list[int]:
    return [one.chat_id for one in said]


# --- at the door -----------------------------------------------------------------------------------------------------


async def test_a_stranger_is_asked_for_his_card_and_told_whom_to_ask(talk: Talk) -> None:
    asked = only(await talk.says(STRANGER, "/start"))
    assert asked.keys == ["发送本人名片"]
    told = only(await talk.shows_card(STRANGER, "861000000999"))
    assert "不在花名册里" in told.text
    assert "+86 " in told.text, "a number to call"


async def test_the_link_of_a_group_is_a_plain_start_however_often(talk: Talk) -> None:
    for _ in range(7):
        assert only(await talk.says(STRANGER, "/start join")).keys == ["发送本人名片"]


async def test_somebody_elses_card_registers_nobody(talk: Talk) -> None:
    told = only(await talk.shows_card(STRANGER, "861000000103", of=WORKER))
    assert "不是你本人的名片" in told.text
    async with talk.world() as world:
        assert await people.person_by_platform(world.session, STRANGER) is None


async def test_the_key_that_sends_its_words_instead_of_a_card_is_explained(talk: Talk) -> None:
    assert "没有收到名片" in only(await talk.says(STRANGER, "发送本人名片")).text


async def test_an_invited_stranger_joins_with_his_card_and_sees_his_menu(talk: Talk) -> None:
    kinds = only(await talk.says(LEADER, "/invite")).buttons
    assert "区应急局值班员" not in kinds, "a town's leader invites nobody to the district"
    role = only(await talk.taps(LEADER, f"{kinds['镇街值班员']}:{LONGSHUI}"))
    made = only(await talk.taps(LEADER, role.buttons["A岗"]))
    token = made.text.split("?start=")[1].split("\n")[0]
    invited = only(await talk.says(STRANGER, f"/start {token}"))
    assert "龙水镇 · 镇街值班员" in invited.text
    joined = only(await talk.shows_card(STRANGER, "861000000301"))
    assert "龙水镇 · 镇街值班员" in joined.text
    assert "报告险情" in joined.keys
    assert "邀请" not in joined.keys
    assert "已用完" in only(await talk.says(98, f"/start {token}")).text


async def test_a_post_and_a_place_can_be_typed(talk: Talk) -> None:
    role = only(await talk.says(LEADER, "/invite 镇街值班员 龙水镇"))
    assert set(role.buttons) == {"A岗", "B岗"}


async def test_inviting_a_grid_worker_offers_the_next_grid(talk: Talk) -> None:
    asked = only(await talk.taps(LEADER, f"dir.inv:grid_worker:{HENGDIAN}"))
    role = only(await talk.taps(LEADER, asked.buttons["新建第1网格"]))
    made = only(await talk.taps(LEADER, role.buttons["A岗"]))
    assert "第1网格" in made.text
    assert "第1网格" in only(await talk.taps(LEADER, f"dir.inv:grid_worker:{HENGDIAN}")).buttons


async def test_a_taken_seat_is_not_offered(talk: Talk) -> None:
    role = only(await talk.taps(LEADER, f"dir.inv:grid_worker:{GRID}"))
    assert set(role.buttons) == {"B岗"}
    assert "A岗：横店村第3网格员" in role.text


async def test_a_revoked_link_is_told_as_such(talk: Talk) -> None:
    role = only(await talk.taps(LEADER, f"dir.inv:village_duty:{HENGDIAN}"))
    made = only(await talk.taps(LEADER, role.buttons["B岗"]))
    token = made.text.split("?start=")[1].split("\n")[0]
    assert "已作废" in only(await talk.taps(LEADER, made.buttons["作废这个邀请"])).text
    assert "已作废" in only(await talk.says(STRANGER, f"/start {token}")).text
    assert "情况已变" in only(await talk.taps(LEADER, made.buttons["作废这个邀请"])).text


async def test_a_new_account_is_welcomed_and_the_old_one_told(talk: Talk) -> None:
    said = await talk.shows_card(STRANGER, "861000000103")
    assert to(said) == [STRANGER, WORKER]
    assert "账号已换到这里" in said[0].text
    assert "已换到另一个账号" in said[1].text


# --- oneself ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "shown", "hidden"),
    [
        (ADMINISTRATOR, {"人员", "邀请", "工作群", "岗位"}, set()),
        (LEADER, {"报告险情", "人员", "邀请"}, {"工作群"}),
        (WORKER, {"报告险情", "我的报告", "帮助"}, {"人员", "邀请", "工作群"}),
    ],
)
async def test_the_menu_shows_what_one_may_do_now(talk: Talk, person: int, shown: set[str], hidden: set[str]) -> None:
    keys = set(only(await talk.says(person, "/menu")).keys)
    assert shown <= keys
    assert not hidden & keys


async def test_every_word_of_the_menu_does_something(talk: Talk) -> None:
    for word in only(await talk.says(ADMINISTRATOR, "/menu")).keys:
        answer = only(await talk.says(ADMINISTRATOR, word))
        assert "没有看懂" not in answer.text


async def test_language_is_changed_by_a_tap_and_the_menu_with_it(talk: Talk) -> None:
    assert set(only(await talk.says(WORKER, "/language")).buttons) == {"中文", "English"}
    changed = only(await talk.taps(WORKER, "dir.lang:en"))
    assert "Report danger" in changed.keys
    assert only(await talk.says(WORKER, "Help")).text.startswith("<b>Danger")


async def test_a_report_under_way_goes_on_in_the_language_its_reporter_has_chosen(talk: Talk) -> None:
    asked = only(await talk.says(WORKER, "屋后边坡开裂"))
    assert "没有人" in asked.buttons
    card, changed = await talk.taps(WORKER, "dir.lang:en")
    assert card.text.startswith("<b>Is anybody in danger?</b>")
    assert "Nobody" in card.buttons
    assert "Report danger" in changed.keys


async def test_leaving_is_confirmed_and_those_who_watch_are_told(talk: Talk) -> None:
    asked = only(await talk.says(WORKER, "/leave"))
    assert "横店村 第3网格 · 网格员" in asked.text
    said = await talk.taps(WORKER, asked.buttons["确定退出"])
    assert set(to(said)) == {WORKER, ADMINISTRATOR, DUTY}
    assert only(await talk.says(WORKER, "/menu")).keys == ["发送本人名片"]
    twice = only(await talk.taps(WORKER, asked.buttons["确定退出"]))
    assert "情况已变" in twice.text


async def test_somebody_suspended_is_told_and_may_do_nothing(talk: Talk) -> None:
    card = only(await talk.says(LEADER, "/people"))
    person = only(await talk.taps(LEADER, card.buttons["横店村第3网格员"]))
    said = await talk.taps(LEADER, person.buttons["停用"])
    assert to(said) == [LEADER, WORKER]
    assert "已停用" in only(await talk.says(WORKER, "/menu")).text
    assert "已停用" in only(await talk.says(WORKER, "/people")).text, "no permission would be a half-truth"
    assert to(await talk.taps(LEADER, person.buttons["停用"].replace("suspend", "reinstate"))) == [LEADER, WORKER]


async def test_blocking_the_bot_is_told_to_those_who_watch_once(talk: Talk) -> None:
    said = await talk.membership(WORKER, "member", "kicked", by=WORKER)
    assert set(to(said)) == {ADMINISTRATOR, DUTY}
    assert "+86 10000 00103" in said[0].text, "who is to be telephoned"
    assert not await talk.membership(WORKER, "member", "kicked", by=WORKER)
    assert not await talk.membership(WORKER, "kicked", "member", by=WORKER)
    async with talk.world() as world:
        person = await people.person_by_platform(world.session, WORKER)
        assert person is not None
        assert person.reachable


# --- posts -----------------------------------------------------------------------------------------------------------


async def test_a_post_is_handed_over_by_buttons_and_all_three_are_told(talk: Talk) -> None:
    async with talk.world() as world:
        await world.person("前任", "town_duty", LONGSHUI, platform_id=21)
        await world.person("后任", "village_duty", HENGDIAN, platform_id=22)
        post_id = await world.post_id("town_duty", LONGSHUI)
    card = only(await talk.taps(LEADER, f"dir.post:{post_id}"))
    people_ = only(await talk.taps(LEADER, card.buttons["移交A岗"]))
    assert "前任" not in people_.buttons
    sure = only(await talk.taps(LEADER, people_.buttons["后任"]))
    assert "前任 → 后任" in sure.text
    said = await talk.taps(LEADER, sure.buttons["确认"])
    assert to(said) == [LEADER, 22, 21]
    assert "你现在是：龙水镇 · 镇街值班员" in said[1].text
    assert "人员" in said[1].keys, "with the menu of the new post"
    assert "情况已变" in only(await talk.taps(LEADER, sure.buttons["确认"])).text


async def test_acting_is_dated_by_a_tap(talk: Talk) -> None:
    async with talk.world() as world:
        await world.person("值班员", "village_duty", HENGDIAN, platform_id=21)
        post_id = await world.post_id("village_duty", HENGDIAN)
    people_ = only(await talk.taps(LEADER, f"dir.give:{post_id}:acting"))
    days = only(await talk.taps(LEADER, people_.buttons["横店村第3网格员"]))
    said = await talk.taps(LEADER, days.buttons["3天"])
    assert to(said) == [LEADER, WORKER]
    assert "到 06-04 20:00 为止" in said[1].text
    card = only(await talk.taps(LEADER, f"dir.post:{post_id}"))
    ended = await talk.taps(LEADER, card.buttons["结束 代管 横店村第3网格员"])
    assert to(ended) == [LEADER, WORKER]


@pytest.mark.parametrize(
    "data",
    [
        "dir.people:x",
        "dir.person",
        "dir.person:999",
        "dir.post:999",
        "dir.give:1",
        "dir.give:1:king",
        "dir.to:1:holder:999",
        "dir.ok:999:holder:1:0",
        "dir.days:999:1:3",
        "dir.end:999",
        "dir.inv:king",
        "dir.inv:town_duty:nowhere",
        "dir.inv.ok:town_duty",
        "dir.inv.ok:town_duty:nowhere:A",
        "dir.inv.no:999",
        "dir.bind:999:500111100",
        "dir.bind:1",
        "dir.pick:999",
        "dir.ask:999",
        "dir.suspend:999",
        "dir.reinstate:x",
        "dir.lang",
    ],
)
async def test_an_old_or_broken_button_gets_a_sentence(talk: Talk, data: str) -> None:
    assert only(await talk.taps(ADMINISTRATOR, data)).text


@pytest.mark.parametrize(
    "data", ["dir.people", "dir.person:1", "dir.bindall", "dir.pick:1", "dir.inv:town_duty", "dir.suspend:1"]
)
async def test_a_button_in_the_wrong_hands_says_why_and_who_can(talk: Talk, data: str) -> None:
    assert "没有这个权限" in only(await talk.taps(WORKER, data)).text


# --- groups ----------------------------------------------------------------------------------------------------------


async def test_a_group_is_asked_and_bound_by_who_may(talk: Talk) -> None:
    asked = only(await talk.membership(GROUP, "left", "member", title="龙水镇应急值班群"))
    assert asked.chat_id == GROUP
    yes = asked.buttons["是，绑定 龙水镇·镇级"]
    refused = only(await talk.taps(WORKER, yes, chat=GROUP))
    assert refused.chat_id == WORKER, "never in front of the group"
    assert "没有这个权限" in refused.text
    bound = only(await talk.taps(ADMINISTRATOR, yes, chat=GROUP))
    assert (bound.chat_id, "已绑定：龙水镇" in bound.text) == (GROUP, True)
    again = only(await talk.taps(ADMINISTRATOR, yes, chat=GROUP))
    assert again.chat_id == ADMINISTRATOR


async def test_another_region_is_picked_in_private(talk: Talk) -> None:
    asked = only(await talk.membership(GROUP, "left", "member", title="工作群"))
    towns = only(await talk.taps(ADMINISTRATOR, asked.buttons["选其他…"], chat=GROUP))
    assert towns.chat_id == ADMINISTRATOR
    villages = only(await talk.taps(ADMINISTRATOR, towns.buttons["龙水镇"]))
    village = only(await talk.taps(ADMINISTRATOR, villages.buttons["横店村"]))
    said = await talk.taps(ADMINISTRATOR, village.buttons["绑定到 龙水镇 横店村·村级"])
    assert to(said) == [GROUP, ADMINISTRATOR]


async def test_many_groups_are_bound_at_once(talk: Talk) -> None:
    for number, title in enumerate(("龙水镇应急值班群", "宝顶镇应急值班群", "工作群")):
        await talk.membership(GROUP - number, "left", "member", title=title)
    waiting = only(await talk.says(ADMINISTRATOR, "工作群"))
    said = await talk.taps(ADMINISTRATOR, waiting.buttons["全部按建议绑定"])
    assert to(said) == [GROUP, GROUP - 1, ADMINISTRATOR]
    assert "已绑定 2 个群" in said[-1].text


async def test_a_group_that_puts_the_bot_out_is_told_and_comes_back_with_its_binding(talk: Talk) -> None:
    async with talk.world() as world:
        await world.group("龙水镇应急值班群", GROUP, region_code=LONGSHUI)
    lost = await talk.membership(GROUP, "member", "kicked", title="龙水镇应急值班群")
    assert set(to(lost)) == {ADMINISTRATOR, DUTY}
    assert not await talk.membership(GROUP, "member", "left")
    back = await talk.membership(GROUP, "left", "member", title="龙水镇应急值班群")
    assert set(to(back)) == {GROUP, ADMINISTRATOR, DUTY}
    assert "已恢复" in back[0].text


async def test_a_muted_bot_is_a_lost_group_and_a_plain_member_is_told_as_such(talk: Talk) -> None:
    async with talk.world() as world:
        await world.group("龙水镇应急值班群", GROUP, region_code=LONGSHUI)
    demoted = await talk.membership(GROUP, "administrator", "member", title="龙水镇应急值班群")
    assert set(to(demoted)) == {ADMINISTRATOR, DUTY}
    assert "不再是群管理员" in demoted[0].text
    muted = await talk.membership(GROUP, "member", "restricted", title="龙水镇应急值班群")
    assert "禁言" in muted[0].text
    allowed = await talk.membership(GROUP, "restricted", "restricted", can_send_messages=True)
    assert "已恢复" in allowed[0].text


async def test_a_migration_told_in_both_chats_is_one_and_said_once(talk: Talk) -> None:
    async with talk.world() as world:
        await world.group("龙水镇应急值班群", GROUP, region_code=LONGSHUI)
    moved = only(await talk.service(GROUP, migrate_to_chat_id=-100200))
    assert (moved.chat_id, "绑定不变" in moved.text) == (-100200, True)
    assert not await talk.service(-100200, migrate_from_chat_id=GROUP)
    async with talk.world() as world:
        assert [group.chat_id for group in await groups.bound_at(world.session, LONGSHUI, "town")] == [-100200]


async def test_a_groups_language_is_its_administrators_to_change(talk: Talk) -> None:
    async with talk.world() as world:
        await world.group("龙水镇应急值班群", GROUP, region_code=LONGSHUI)
    assert "没有这个权限" in only(await talk.says(WORKER, "/language", chat=GROUP)).text
    assert "没有这个权限" in only(await talk.taps(WORKER, "dir.lang:en", chat=GROUP)).text
    await talk.says(ADMINISTRATOR, "/language", chat=GROUP)
    changed = only(await talk.taps(ADMINISTRATOR, "dir.lang:en", chat=GROUP))
    assert (changed.chat_id, changed.text) == (GROUP, "English from now on.")


async def test_talk_in_a_group_meets_silence(talk: Talk) -> None:
    async with talk.world() as world:
        await world.group("龙水镇应急值班群", GROUP, region_code=LONGSHUI)
    for text in ("大家好", "帮助", label("menu.people", "zh"), "收到"):
        assert not await talk.says(WORKER, text, chat=GROUP)
    assert not await talk.service(GROUP, new_chat_title="新群名")
    assert "私聊" in only(await talk.says(WORKER, "/people", chat=GROUP)).text
