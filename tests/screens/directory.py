"""The menu of each post, people, posts, invitations, groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.access import Actor
from bot.directory import rules
from bot.directory.groups import Suggestion
from bot.directory.models import GroupState, PersonState, Role, Tier
from bot.directory.posts import HeldBy
from bot.directory.schemas import GridView, GroupView, PersonView, PlaceOfPost, PostView
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from handlers.directory import screens as directory
from handlers.groups import screens as groups
from handlers.posts import screens as posts
from messages import directory as texts
from messages import posts as post_texts
from messages.directory import Name
from tests.screens.scene import GRID, NIGHT, OFFICER, TOWN, VILLAGE, Scene, holding

STRANGER = Actor(None, "")
HELD = PostView(11, "town_duty", TOWN, None, Role.HOLDER, 21, NIGHT)
STANDS_IN = PostView(12, "town_duty", TOWN, None, Role.ACTING, 22, NIGHT, NIGHT + timedelta(days=3), "龙水镇")
GRID_POST = PostView(13, "grid_worker", GRID, None, Role.HOLDER, 23, NIGHT)
OFFICER_VIEW = PersonView(7, OFFICER, "+861000001100", 70007, "zh", PersonState.ACTIVE, True, (HELD, STANDS_IN))
AWAY = replace(OFFICER_VIEW, id=8, name="龙水镇值班员（B）", reachable=False, posts=(STANDS_IN,))
OFF = replace(OFFICER_VIEW, id=9, name="龙水镇横店村第3网格员", state=PersonState.SUSPENDED, posts=(GRID_POST,))
PEOPLE = (OFFICER_VIEW, AWAY, OFF)
GROUP = GroupView(
    1, -80001, "龙水镇应急值班群", "zh", None, GroupState.PENDING, None, None, None, False, "member", True
)
BOUND = replace(GROUP, state=GroupState.BOUND, region_code=TOWN, tier=Tier.TOWN)
UNIT = replace(BOUND, title="区公安局工作群", region_code="500111", unit_key="public_security", tier=Tier.UNIT)
FUSSY = replace(UNIT, left_out=frozenset({"fog", "mine"}), lowest_warning=WarningLevel.YELLOW)
DUTY = PlaceOfPost("town_duty", TOWN)


def scenes(plan: Plan) -> list[Scene]:
    """Everything about who is who."""
    return [*_menus(plan), *_people(plan), *_invitations(plan), *_posts(plan), *_groups(plan)]


def _menus(plan: Plan) -> list[Scene]:
    where = {"grid": GRID, "village": VILLAGE, "town": TOWN}
    menus = []
    for kind in plan.posts.values():
        actor = holding(plan, kind.key, where.get(kind.level.value, plan.district.code))
        shown = texts.Menu(name=OFFICER, posts=(rules.kind_name(kind),))
        menus.append(Scene("directory", f"menu: {kind.key}", directory.menu, (actor,), payload=shown))
    welcome = texts.Welcome(district=Name(zh=plan.info.name, en=plan.info.name_en), phone="+862343761995")
    leaving = texts.LeaveAsk(posts=(Name(zh="龙水镇 镇街值班员", en="Town duty officer, 龙水镇"),))
    return [
        *menus,
        Scene("directory", "menu: stranger", directory.menu, (STRANGER,), payload=welcome),
        Scene("directory", "contact", directory.contact, payload=texts.ContactAsText()),
        Scene("directory", "no keys", directory.no_keys, payload=texts.Goodbye()),
        Scene("directory", "languages", directory.languages, payload=texts.LanguageAsk()),
        Scene("directory", "leaving", directory.leaving, payload=leaving),
    ]


def _people(plan: Plan) -> list[Scene]:
    boss = replace(holding(plan, "administrator", plan.district.code), person_id=99)
    many = tuple(replace(OFFICER_VIEW, id=n) for n in range(20))
    return [
        Scene("directory", "people", directory.people_list, (PEOPLE, 1)),
        Scene("directory", "many people", directory.people_list, (many, 2)),
        *(Scene("directory", f"person: {each.name}", directory.person_card, (plan, boss, each)) for each in PEOPLE),
    ]


def _invitations(plan: Plan) -> list[Scene]:
    duty, worker = plan.post_kind("town_duty"), plan.post_kind("grid_worker")
    district = plan.district.code
    made = post_texts.InvitationRevoked(post=rules.post_name(plan, DUTY))
    towns = [posts.place_options(plan, duty, [town.code for town in plan.children(district)])]
    grids = posts.grid_options(worker, VILLAGE, [GridView(GRID, VILLAGE, "横店村第3网格")], "zh")
    free = [HeldBy(OFFICER_VIEW, HELD)]
    both = [*free, HeldBy(AWAY, replace(STANDS_IN, role=Role.DEPUTY))]
    return [
        Scene("posts", "kinds", posts.kinds, (list(plan.posts.values()),), payload=post_texts.ChooseKind()),
        Scene("posts", "places: towns", posts.places, (plan, duty, district, towns[0], 1)),
        Scene("posts", "places: grids", posts.places, (plan, worker, VILLAGE, grids, 1)),
        Scene("posts", "role: B is free", posts.role_choice, (plan, DUTY, free)),
        Scene("posts", "role: none is free", posts.role_choice, (plan, DUTY, both)),
        Scene("posts", "revoking", posts.revoking, (5,), payload=made),
    ]


def _posts(plan: Plan) -> list[Scene]:
    held = [HeldBy(OFFICER_VIEW, HELD), HeldBy(AWAY, STANDS_IN)]
    name = rules.post_name(plan, DUTY)
    who = post_texts.ChoosePerson(post=name, role="deputy", anybody=True)
    sure = post_texts.ConfirmGiving(post=name, role="holder", giver=OFFICER, taker=AWAY.name)
    for_days = post_texts.ChoosePeriod(post=name, taker=AWAY.name)
    card = (plan, DUTY, 11, held)
    return [
        Scene("posts", "own posts", posts.own_posts, (plan, OFFICER_VIEW)),
        Scene("posts", "no post", posts.own_posts, (plan, None)),
        Scene("posts", "post card", posts.post_card, card, {"may_give": True}),
        Scene("posts", "post card, to look at", posts.post_card, card, {"may_give": False}),
        Scene("posts", "choices", posts.choices, (11, Role.DEPUTY, PEOPLE, 1), payload=who),
        Scene("posts", "confirming", posts.confirming, (11, Role.HOLDER, 8, 7), payload=sure),
        Scene("posts", "periods", posts.periods, (11, 8), payload=for_days),
    ]


def _groups(plan: Plan) -> list[Scene]:
    found = Suggestion(TOWN, Tier.TOWN)
    villages = [village.code for village in plan.children(TOWN)]
    return [
        Scene("groups", "ask", groups.ask, (plan, GROUP, found)),
        Scene("groups", "ask, no idea", groups.ask, (plan, GROUP, None)),
        Scene("groups", "card, asking", groups.group_card, (plan, GROUP)),
        Scene("groups", "card, bound", groups.group_card, (plan, BOUND)),
        Scene("groups", "waiting", groups.waiting, (plan, [(GROUP, found), (GROUP, None)], [UNIT], 4)),
        Scene("groups", "none waits", groups.waiting, (plan, [], [], 4)),
        Scene("groups", "picking", groups.picking, (plan, GROUP, TOWN, villages, 1)),
        Scene("groups", "picking a unit", groups.picking_unit, (plan, GROUP, plan.district.code, 1)),
        Scene("groups", "card, of a unit", groups.group_card, (plan, FUSSY)),
        Scene("groups", "all wanted", groups.leaving_out, (plan, UNIT)),
        Scene("groups", "left out", groups.leaving_out, (plan, FUSSY)),
        Scene("groups", "bound", groups.bound, (plan, BOUND)),
        Scene("groups", "back", groups.back, (plan, BOUND)),
        Scene("groups", "lost", groups.lost, (plan, BOUND, "removed")),
        Scene("groups", "rights lost", groups.rights_lost, (plan, BOUND)),
        Scene("groups", "moved", groups.moved, (plan, BOUND)),
        Scene("groups", "all bound", groups.all_bound, (plan, [BOUND], 1)),
    ]
