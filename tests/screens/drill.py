"""Drills: what can be held, which groups take part, the link test's board and the small card in a group."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.delivery.schemas import Fate
from bot.directory.models import GroupState, Tier
from bot.directory.schemas import GroupView
from bot.drill.schemas import Apart, LinkGroupView, LinkTestView, Outlook
from bot.plan.service import Plan
from handlers.drill import screens as drill
from tests.screens.scene import NIGHT, OFFICER, TOWN, VILLAGE, Scene, holding

_APART = Apart(("宝顶镇应急值班群", "雍溪镇应急值班群"), ("古龙镇应急值班群",))
_OUTLOOK = Outlook(2, _APART, is_night=False, open_since=None)
_ANSWERED = LinkGroupView(1, 1, "龙水镇应急值班群", TOWN, Tier.TOWN, NIGHT + timedelta(minutes=4), OFFICER, Fate.SENT)
_SILENT = LinkGroupView(2, 2, "龙水镇横店村应急群", VILLAGE, Tier.VILLAGE, None, None, Fate.FAILED)
_TEST = LinkTestView(
    id=1,
    is_open=True,
    started_name="区应急局值班员",
    started_at=NIGHT,
    closes_at=NIGHT + timedelta(hours=2),
    closed_at=None,
    groups=(_ANSWERED, _SILENT),
    apart=_APART,
)
_GROUP = GroupView(
    1, -80001, "龙水镇应急值班群", "zh", None, GroupState.BOUND, TOWN, None, Tier.TOWN, False, "member", True
)


def scenes(plan: Plan) -> list[Scene]:
    """Every screen of drills."""
    district = plan.district.code
    desk, boss = holding(plan, "district_duty", district), holding(plan, "administrator", district)
    over = replace(_TEST, is_open=False, closed_at=NIGHT + timedelta(hours=2))
    groups = [replace(_GROUP, id=n, drill_opt_in=n % 2 == 0) for n in range(24)]
    return [
        Scene("drill", "menu of the desk", drill.menu, (desk, _OUTLOOK)),
        Scene("drill", "menu of the administrator", drill.menu, (boss, _OUTLOOK)),
        Scene("drill", "link test by day", drill.link_start, (_OUTLOOK,)),
        Scene("drill", "link test at night", drill.link_start, (replace(_OUTLOOK, is_night=True),)),
        Scene("drill", "link test, one is open", drill.link_start, (replace(_OUTLOOK, open_since=NIGHT),)),
        Scene("drill", "board", drill.board_card, (plan, _TEST)),
        Scene("drill", "board, over", drill.board_card, (plan, over)),
        Scene("drill", "answered", drill.answer_card, (OFFICER, NIGHT)),
        Scene("drill", "which groups", drill.parts, (groups, 1)),
    ]
