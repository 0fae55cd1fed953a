"""The draft's card with its lists, the signing card, and the choice of kind and level. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.directory.rules import short_place_name
from bot.plan.schema import Region, WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.plan.warnings import WarningKind
from bot.warning.elements import level_lines
from bot.warning.models import Audience, VersionState
from bot.warning.schemas import DraftView, SignerView, Unfinished
from handlers.pages import in_rows, number_at, page_of, pages_of, turning
from messages import warning_draft as texts
from messages import warning_sign as signed
from messages.engine import ZONE, Payload, label, render

VALID_HOURS = (6, 12, 24)

LISTED = ("level", "places", "valid_until", "starts_at", "audience")
"""Fields chosen on the card itself; the others are answered by a reply."""

_WITHIN = "in"
"""Asked among the places: the villages of a town."""

_ENDING = (WarningAct.LIFT, WarningAct.WITHDRAW)
_FIELDS = (
    *("places", "level", "valid_until", "matters", "measures", "starts_at", "scope_words"),
    *("consultation", "authority", "platform_number", "audience", "issuer"),
)
_FIELDS_OF_AN_END = ("reason", "consultation", "authority", "platform_number", "issuer")


def choose_kind(
    plan: Plan, kinds: Sequence[WarningKind], lying: Sequence[Unfinished], locale: str, *, drill: bool = False
) -> tuple[Payload, InlineKeyboard]:
    """The kinds the district writes itself, and the drafts that lie; whose others are is said in a line."""
    action = "wd.drill" if drill else "wd.new"
    stations = {kind.station: kind.station_en or "" for kind in plan.warning_kinds.values() if kind.station}
    payload = texts.ChooseKind(
        any=bool(kinds),
        stations=tuple(stations),
        stations_en=tuple(stations.values()),
        unfinished=len(lying),
        drill=drill,
    )
    rows = in_rows([Button(_name(kind, locale), f"{action}:{kind.key}") for kind in kinds], 3)
    for each in lying[:10]:
        words = label("warning_draft.resume", locale).format(what=_title(plan, each, locale))
        rows.append([Button(words, f"wd.show:{each.version_id}")])
    return payload, InlineKeyboard(rows)


def choose_level(
    kind: WarningKind, levels: Sequence[WarningLevel], locale: str, *, drill: bool = False
) -> tuple[Payload, InlineKeyboard]:
    """The levels the actor may draft of the kind."""
    action = "wd.drill" if drill else "wd.new"
    row = [Button(_level(level, locale), f"{action}:{kind.key}:{level.value}") for level in levels]
    return texts.ChooseLevel(kind=kind.words, kind_en=kind.name_en, drill=drill), InlineKeyboard(in_rows(row, 2))


def draft_card(plan: Plan, view: DraftView, reader: int | None, locale: str) -> Screen:
    """The live card of a draft: every field a button, the list of the one that is open, and what is missing.

    While it waits, only a reader who may sign it goes on writing; the desk writes down what was said on the telephone.
    """
    kind, version = plan.warning_kind(view.kind_key), view.version
    state = _state(view)
    signs = state == "proposed" and any(each.person_id == reader for each in view.signers)
    writes = state in ("draft", "returned") or (signs and version.act is not WarningAct.WITHDRAW)
    asking = view.asking.partition(":")[0] if writes else ""
    payload = texts.Draft(
        number=view.series_number,
        kind=kind.words,
        kind_en=kind.name_en,
        level=version.level.value,
        act=version.act.value,
        state=state,
        places=level_lines(plan, version.places),
        scope_words=version.scope_words,
        starts_at=version.starts_at,
        valid_until=version.valid_until,
        matters=version.matters,
        measures=version.measures,
        issuer=version.issuer,
        consultation=version.consultation,
        authority=version.authority,
        platform_number=version.platform_number,
        public=view.audience is Audience.PUBLIC,
        missing=view.missing,
        groups=view.preview.groups,
        people=view.preview.people,
        minutes=view.preview.minutes,
        unreachable=view.preview.unreachable,
        unreachable_count=view.preview.unreachable_count,
        advice=view.preview.advice,
        signers=tuple(
            texts.Signer(name=each.name, phone=each.phone, reachable=each.reachable) for each in view.signers
        ),
        return_reason=version.return_reason,
        signed_name=version.signed_name,
        signed_at=view.signed_at,
        asking="" if asking == "starts_at" else asking,
    )
    if asking:
        rows = [*_offers(plan, view, locale), [_button("wd.open", "back", view, locale)]]
    else:
        rows = _fields(view, locale) if writes else []
        rows += [[_sign(view, locale)]] if signs else _ways(view, state, locale)
    return Screen(render(payload, locale), InlineKeyboard(rows))


def sign_card(plan: Plan, view: DraftView, locale: str) -> Screen:
    """【请签发】, with buttons while it waits for a signature; nobody who wrote it has this card."""
    kind, version = plan.warning_kind(view.kind_key), view.version
    state = _state(view)
    state = "past" if state == "discarded" or (view.is_past and state != "issued") else state
    state = "returned" if state == "draft" else state
    payload = signed.Sign(
        kind=kind.words,
        kind_en=kind.name_en,
        level=version.level.value,
        act=version.act.value,
        state=state,
        places=level_lines(plan, version.places),
        consultation=version.consultation,
        authority=version.authority,
        platform_number=version.platform_number,
        wants_number=view.wants_number,
        text=version.text,
        drafted_name=version.drafted_name,
        groups=view.preview.groups,
        people=view.preview.people,
        unreachable=view.preview.unreachable,
        unreachable_count=view.preview.unreachable_count,
        advice=view.preview.advice,
        signed_name=version.signed_name,
        signed_at=view.signed_at,
    )
    if state != "proposed":
        return Screen(render(payload, locale))
    rows = [[_sign(view, locale)]]
    if version.act is not WarningAct.WITHDRAW:
        rows[0] += [_button("ws.edit", "edit", view, locale), _button("ws.return", "return", view, locale)]
        rows.append([_button("ws.refer", "refer", view, locale)])
    return Screen(render(payload, locale), InlineKeyboard(rows))


def signers_of(views: Sequence[SignerView]) -> tuple[texts.Signer, ...]:
    """Who may sign, with the numbers to call."""
    return tuple(texts.Signer(name=each.name, phone=each.phone, reachable=each.reachable) for each in views)


def field_value(view: DraftView, field: str) -> str:
    """What stands in a field, as its question shows it."""
    if field in ("valid_until", "starts_at"):
        return _moment(view.version.valid_until if field == "valid_until" else view.version.starts_at)
    return str(getattr(view.version, "matters" if field == "reason" else field))


# --- buttons of the card ---------------------------------------------------------------------------------------------


def _ways(view: DraftView, state: str, locale: str) -> list[list[Button]]:
    if state in ("draft", "returned"):
        return [[_button("wd.propose", "propose", view, locale), _button("wd.discard", "discard", view, locale)]]
    number = [_word("platform_number", view, locale)]
    if state == "signed":
        return [number]
    if state != "proposed" or view.version.act is WarningAct.WITHDRAW:
        return []
    return [[_button("ws.oral", "oral", view, locale)], number]


def _fields(view: DraftView, locale: str) -> list[list[Button]]:
    fields = _FIELDS_OF_AN_END if view.version.act in _ENDING else _FIELDS
    return in_rows([_word(field, view, locale) for field in fields], 3)


def _sign(view: DraftView, locale: str) -> Button:
    words = "agree" if view.version.act is WarningAct.WITHDRAW else "sign"
    return Button(label(f"warning_draft.{words}", locale), f"ws.sign:{view.version.id}:{view.seen}")


def _offers(plan: Plan, view: DraftView, locale: str) -> list[list[Button]]:
    field = view.asking.partition(":")[0]
    if field == "places":
        return _places(plan, view, locale)
    typed = [Button(label("warning_draft.typed", locale), f"wd.word:{view.version.id}:{field}")]
    offers: Mapping[str, list[Button]] = {
        "level": [_put(view, field, level.value, _level(level, locale)) for level in view.levels],
        "valid_until": [
            _put(view, field, str(hours), label("warning_draft.hours", locale).format(hours=hours))
            for hours in VALID_HOURS
        ],
        "starts_at": [_put(view, field, "issue", label("warning_draft.from_issue", locale))],
        "audience": [
            _put(view, field, audience.value, label(f"warning_draft.{audience.value}", locale)) for audience in Audience
        ],
    }
    rows = in_rows(offers.get(field, []), 3)
    return [*rows, typed] if field in ("valid_until", "starts_at") else rows


def _places(plan: Plan, view: DraftView, locale: str) -> list[list[Button]]:
    """The towns and the whole district; behind a button of its own, a town's villages (`places:in:<town>:<page>`)."""
    _, *asked = view.asking.split(":")
    if asked[:1] != [_WITHIN]:
        return _towns(plan, view, number_at(asked, 0), locale)
    town = asked[1] if len(asked) > 1 else ""
    if plan.get_region(town) is None:
        return _of_which_town(plan, view)
    return _chosen_among(plan, view, plan.children(town), f"{_WITHIN}:{town}", number_at(asked, 2), locale)


def _towns(plan: Plan, view: DraftView, page: int, locale: str) -> list[list[Button]]:
    district = plan.district.code
    chosen = {place.region_code: place.level for place in view.version.places}
    whole = _marked(label("warning_draft.whole", locale), chosen.get(district), locale)
    within = Button(label("warning_draft.villages", locale), f"wd.open:{view.version.id}:places:{_WITHIN}")
    return [
        [_put(view, "places", district, whole), within],
        *_chosen_among(plan, view, plan.children(district), "", page, locale),
    ]


def _of_which_town(plan: Plan, view: DraftView) -> list[list[Button]]:
    """Whose villages."""
    opens = f"wd.open:{view.version.id}:places:{_WITHIN}"
    towns = plan.children(plan.district.code)
    return in_rows([Button(town.short_name, f"{opens}:{town.code}") for town in towns], 4)


def _chosen_among(
    plan: Plan, view: DraftView, regions: Sequence[Region], where: str, page: int, locale: str
) -> list[list[Button]]:
    chosen = {place.region_code: place.level for place in view.version.places}
    buttons = [
        _put(view, "places", region.code, _marked(short_place_name(plan, region.code), chosen.get(region.code), locale))
        for region in page_of(regions, page)
    ]
    opens = ":".join(part for part in (f"wd.open:{view.version.id}:places", where) if part)
    return [*in_rows(buttons, 3), *turning(opens, page, pages_of(regions), locale)]


def _word(field: str, view: DraftView, locale: str) -> Button:
    """A field: opens its list on the card, or asks for words in a message."""
    words = label(f"warning_draft.field.{field}", locale)
    if _is_filled(view, field):
        words = label("warning_draft.filled", locale).format(field=words)
    action = "wd.open" if field in LISTED else "wd.word"
    return Button(words, f"{action}:{view.version.id}:{field}")


def _is_filled(view: DraftView, field: str) -> bool:
    if field in ("level", "audience"):
        return True
    return bool(view.version.places) if field == "places" else bool(field_value(view, field))


def _button(action: str, key: str, view: DraftView, locale: str) -> Button:
    return Button(label(f"warning_draft.{key}", locale), f"{action}:{view.version.id}")


def _put(view: DraftView, field: str, value: str, words: str) -> Button:
    return Button(words, f"wd.put:{view.version.id}:{field}:{value}")


def _marked(name: str, level: WarningLevel | None, locale: str) -> str:
    mark = (
        f"{label(f'warning.mark.{level.value}', locale)}{label(f'warning.short.{level.value}', locale)}"
        if level
        else ""
    )
    return label("warning_draft.town", locale).format(place=name, mark=mark)


def _level(level: WarningLevel, locale: str) -> str:
    return f"{label(f'warning.mark.{level.value}', locale)}{label(f'warning.level.{level.value}', locale)}"


def _state(view: DraftView) -> str:
    state = view.version.state
    if state is VersionState.PROPOSED:
        return "signed" if view.signed_at else "proposed"
    return "returned" if state is VersionState.DRAFT and view.version.return_reason else state.value


def _title(plan: Plan, each: Unfinished, locale: str) -> str:
    kind = plan.warning_kinds.get(each.kind_key)
    name = _name(kind, locale) if kind else each.kind_key
    return f"{name} {_level(each.level, locale)} {_moment(each.opened_at)}"


def _moment(at: datetime | None) -> str:
    return at.astimezone(ZONE).strftime("%m-%d %H:%M") if at else ""


def _name(kind: WarningKind, locale: str) -> str:
    return kind.words if locale == "zh" else kind.name_en
