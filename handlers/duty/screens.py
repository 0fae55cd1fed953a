"""Coverage as texts with a button per town, and the delivery. Pure: views in, payloads and keyboards out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.delivery.overview import LaneView, Spread, Told, Trouble
from bot.delivery.schemas import Button, InlineKeyboard
from bot.directory import rules
from bot.duty.schemas import Coverage, DistrictCoverage, Seat
from bot.plan.service import Plan
from bot.warning.schemas import IssuedView
from bot.watch.auditing import RETRIED, retry_keys
from bot.watch.outbox import Outbox, Parked
from handlers.pages import in_rows, page_of, pages_of, turning
from messages import delivery as outbox
from messages import duty as texts
from messages.engine import label
from messages.watch import DigestWhat, Reason

TOWNS, TOWN = "duty.towns", "duty.town"
DELIVERY = "duty.delivery"
_TOWNS_A_PAGE = 6
_LINES_A_PAGE = 30
_REASONS = 5


def coverage_list(
    plan: Plan, view: DistrictCoverage, now: datetime, page: int, locale: str
) -> tuple[texts.CoverageList, InlineKeyboard]:
    """A page of towns, those with gaps first, each a button; before them the district itself."""
    pages = pages_of(view.towns, _TOWNS_A_PAGE)
    page = min(max(page, 1), pages)
    shown = page_of(view.towns, page, _TOWNS_A_PAGE)
    payload = texts.CoverageList(
        at=now,
        own=_row(plan, view.own, locale),
        rows=tuple(_row(plan, town, locale) for town in shown),
        with_gaps=len(view.with_gaps),
        towns=len(view.towns),
        page=page,
        pages=pages,
    )
    buttons = [
        Button(rules.short_place_name(plan, each.code), f"{TOWN}:{each.code}:1")
        for each in (view.own, *shown)
        if each.gaps
    ]
    return payload, InlineKeyboard([*in_rows(buttons, 3), *turning(TOWNS, page, pages, locale)])


def coverage_town(
    plan: Plan, town: Coverage, now: datetime, page: int, locale: str
) -> tuple[texts.CoverageTown, InlineKeyboard]:
    """One town, or the district itself, with everything missing there."""
    missing = list(_missing(plan, town, locale))
    pages = pages_of(missing, _LINES_A_PAGE)
    page = min(max(page, 1), pages)
    payload = texts.CoverageTown(
        at=now,
        place=rules.place_name(plan, town.code),
        desk=town.desk.name if town.desk else "",
        groups=town.groups,
        villages=town.villages,
        villages_with_group=town.villages_with_group,
        missing=tuple(page_of(missing, page, _LINES_A_PAGE)),
        gaps=town.gaps,
        page=page,
        pages=pages,
    )
    back = [Button(label("duty.list", locale), f"{TOWNS}:1")]
    return payload, InlineKeyboard([*turning(f"{TOWN}:{town.code}", page, pages, locale), back])


def delivery(plan: Plan, view: Outbox, now: datetime, locale: str) -> tuple[outbox.Delivery, InlineKeyboard]:
    """How the outbox stands, with a button for each text that can be sent again."""
    stands = view.stands
    payload = outbox.Delivery(
        at=now,
        lanes=tuple(_lane(lane, now) for lane in stands.lanes),
        in_flight=stands.in_flight,
        trouble=_trouble(stands.trouble),
        drill_waiting=stands.drill_waiting,
        drill_trouble=_trouble(stands.drill_trouble),
        parked=tuple(_parked(each) for each in view.parked),
        parked_count=len(stands.parked),
        versions=tuple(_version(plan, issued, told) for issued, told in view.versions),
        again=view.failures[:RETRIED],
        down_until=stands.down_until,
        disbelieved=stands.disbelieved,
    )
    refresh = [Button(label("watch.refresh", locale), DELIVERY)]
    return payload, InlineKeyboard([*retry_keys(view.again, view.failures, locale).rows, refresh])


def _lane(view: LaneView, now: datetime) -> outbox.LaneRow:
    waited = now - view.oldest if view.oldest else timedelta()
    return outbox.LaneRow(
        lane=view.lane.name.lower(),
        messages=view.messages,
        cards=view.cards,
        minutes=int(waited.total_seconds() // 60),
        hour=_took(view.hour),
    )


def _took(spread: Spread | None) -> outbox.Took | None:
    if spread is None:
        return None
    seconds = (round(figure) for figure in (spread.median, spread.p95, spread.longest))
    return outbox.Took(count=spread.count, **dict(zip(("median", "p95", "longest"), seconds, strict=True)))


def _trouble(view: Trouble) -> outbox.TroubleRow:
    reasons = tuple(Reason(meaning=meaning.value, count=count) for meaning, count in view.reasons[:_REASONS])
    return outbox.TroubleRow(
        failed=view.failed, uncertain=view.uncertain, held=view.held, oldest=view.oldest, reasons=reasons
    )


def _parked(each: Parked) -> outbox.ParkedRow:
    return outbox.ParkedRow(name=each.name, until=each.chat.until, meaning=each.chat.meaning.value)


def _version(plan: Plan, issued: IssuedView, told: Told) -> outbox.VersionRow:
    kind = plan.warning_kind(issued.kind_key)
    what = DigestWhat(number=issued.number, kind=kind.words, kind_en=kind.name_en, level=issued.level.value)
    return outbox.VersionRow(
        what=what,
        version=issued.version,
        drill=issued.drill,
        sent=told.sent,
        chats=told.chats,
        took=_took(told.spread),
    )


def _row(plan: Plan, town: Coverage, locale: str) -> texts.CoverageRow:
    return texts.CoverageRow(
        place=rules.place_name(plan, town.code),
        desk=town.desk.name if town.desk else "",
        vacant=tuple(_kind(plan, kind, locale) for kind in town.vacant),
        has_group=not town.lacks_group,
        lost=len(town.lost),
        never_joined=len(town.never_joined),
        blocked=len(town.blocked),
        silent_villages=len(town.silent_villages),
        villages=town.villages,
        silent_grids=len(town.silent_grids),
        grids=town.grids,
        gaps=town.gaps,
    )


def _missing(plan: Plan, town: Coverage, locale: str) -> Iterator[texts.Missing]:
    yield from (texts.Missing(what="vacant", name=_kind(plan, kind, locale)) for kind in town.vacant)
    if town.lacks_group:
        yield texts.Missing(what="no_group", name="")
    yield from (texts.Missing(what="lost", name=title) for title in town.lost)
    yield from (_person("never_joined", seat) for seat in town.never_joined)
    yield from (_person("blocked", seat) for seat in town.blocked)
    places = {"village": town.silent_villages, "grid": town.silent_grids}
    for what, codes in places.items():
        yield from (texts.Missing(what=what, name=_below_town(plan, code)) for code in codes)


def _person(what: str, seat: Seat) -> texts.Missing:
    return texts.Missing(what=what, name=seat.name, phone=seat.phone or "")


def _below_town(plan: Plan, code: str) -> str:
    """The place without the town, which stands above: 高坡村, 横店村 第5网格."""
    return rules.place_name(plan, code).partition(" ")[2]


def _kind(plan: Plan, key: str, locale: str) -> str:
    name = rules.kind_name(plan.post_kind(key))
    return name.zh if locale == "zh" else name.en
