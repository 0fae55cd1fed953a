"""The form's card, the screen of each field, what may be the same thing, and the report's live card. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.incident.models import Facts
from bot.incident.schemas import IncidentView
from bot.intake import answers
from bot.intake.form import AGO_MINUTES
from bot.intake.models import Asked, DraftState, Via
from bot.intake.rules import is_answered
from bot.intake.schemas import DraftView, Likely
from bot.plan.schema import Kind, Level, Nature
from bot.plan.service import Plan
from handlers.naming import kind_name
from handlers.pages import in_rows, number_at, page_of, pages_of, turning
from messages import form as texts
from messages.engine import ZONE, label, phone, render

_PER_PAGE = 8
_MEASURES = ("moved", "sealed", "called", "cut")
_COUNTS = range(10)
_ON_MAP = 5


def form_card(plan: Plan, view: DraftView, evidence: str, place: str, rev: int, locale: str) -> Screen:
    """Which of two it is, and every field as a button; one tap on the first row sends it."""
    payload = texts.Form(
        telephone=view.via is Via.TELEPHONE,
        opened_at=view.opened_at,
        evidence=evidence,
        place=place,
        facts=facts_lines(plan, view.facts, locale),
    )
    first = [_draft("happened", view, rev, locale), _draft("hazard_only", view, rev, locale)]
    rows = [first, *field_rows(view, rev, locale)]
    if view.via is Via.TELEPHONE:
        rows.insert(0, [Button(label("form.telephone_danger", locale), f"d.threatened_yes:{view.id}:{rev}")])
    if view.may_join:
        words = label("intake.add_to", locale).format(number=view.may_join)
        rows.append([Button(words, f"d.join:{view.id}:{rev}")])
    last = [_form("d.keep", "keep", view, rev, locale), _draft("cancel", view, rev, locale)]
    if view.via is Via.CHAT:
        last.insert(0, _form("d.not_ours", "not_ours", view, rev, locale))
    return Screen(render(payload, locale), InlineKeyboard([*rows, last]))


def question_card(plan: Plan, view: DraftView, place: str, rev: int, locale: str) -> Screen:
    """One field: its question, what it offers to tap, and the ways out."""
    field = view.asking or Asked.WHAT
    payload = texts.Question(
        field=field.value,
        step=view.at_step if view.at_step in answers.FIGURES else _nothing(plan, view),
        telephone=view.via is Via.TELEPHONE,
        value=place if field is Asked.PLACE else _value(plan, view.facts, field, locale),
        done=sum(1 for each in Asked if is_answered(view.facts, each)),
        total=len(Asked),
    )
    rows = _offers(plan, view, field, rev, locale)
    ways_out = [_form("f.back", "back", view, rev, locale), _form("f.skip", "skip", view, rev, locale)]
    if view.state is DraftState.OPEN:
        ways_out += [_form("d.keep", "keep", view, rev, locale), _draft("cancel", view, rev, locale)]
    return Screen(render(payload, locale), InlineKeyboard([*rows, ways_out]))


def likeness_card(plan: Plan, view: DraftView, places: tuple[str, ...], rev: int, locale: str) -> Screen:
    """At most three reports that may be of the same thing; `places` are theirs in the same order."""
    payload = texts.Likeness(
        filed=view.number,
        candidates=tuple(_likely(plan, each, place, locale) for each, place in zip(view.likely, places, strict=True)),
    )
    rows = [
        [Button(label("form.same", locale).format(place=n), f"d.same:{view.id}:{rev}:{each.report_id}")]
        for n, each in enumerate(view.likely, 1)
    ]
    other = "distinct" if view.state is DraftState.OPEN else "distinct_filed"
    rows.append([_form("d.distinct", other, view, rev, locale)])
    if view.state is DraftState.OPEN:
        rows.append([_form("d.keep", "keep", view, rev, locale), _draft("cancel", view, rev, locale)])
    return Screen(render(payload, locale), InlineKeyboard(rows))


def resume_card(plan: Plan, view: DraftView, evidence: str, rev: int, locale: str) -> Screen:
    """Once, of a draft that lay: go on, send it, or throw it away."""
    facts = facts_lines(plan, view.facts, locale)
    payload = texts.Resume(opened_at=view.opened_at, evidence=evidence, facts=facts)
    ways = [("d.restore", "resume"), ("d.submit", "submit"), ("d.cancel", "delete")]
    return Screen(
        render(payload, locale), InlineKeyboard([[_form(data, key, view, rev, locale) for data, key in ways]])
    )


def kept_card(view: DraftView, evidence: str, rev: int, locale: str) -> Screen:
    """A draft put aside."""
    payload = texts.Kept(opened_at=view.opened_at, evidence=evidence)
    return Screen(render(payload, locale), InlineKeyboard([[_form("d.restore", "resume", view, rev, locale)]]))


def report_card(
    plan: Plan, view: DraftView, incident: IncidentView | None, evidence: str, place: str, rev: int, locale: str
) -> Screen:
    """The reporter's live card; what can still be done with the report are its buttons."""
    nature = incident.nature if incident else (view.nature or Nature.HAZARD)
    facts = view.facts if incident is None else incident.facts
    state = "withdrawn" if view.withdrawn else incident.state.value if incident else "filed"
    has_it = incident if incident and not incident.away else None
    payload = texts.Report(
        number=view.number or "",
        nature=nature.value,
        kind=kind_name(plan, facts.kind_key, locale) or "",
        evidence=evidence,
        place=place,
        facts=tuple(line for line in facts_lines(plan, view.facts, locale, without=Asked.KIND)),
        state=state,
        taken_name=has_it.taken_name if has_it else None,
        arrive_by=has_it.arrive_by if has_it else None,
        same_as=incident.number if incident and incident.number != view.number else None,
    )
    rows: list[list[Button]] = []
    if not view.withdrawn and state in ("filed", "reported", "verified", "doubted"):
        row = [_form("d.more", "more", view, rev, locale)]
        untouched = incident is None or (incident.taken_name is None and state == "reported")
        if untouched:
            row.append(_form("d.withdraw", "withdraw", view, rev, locale))
        rows.append(row)
    return Screen(render(payload, locale), InlineKeyboard(rows))


def field_rows(view: DraftView, rev: int, locale: str) -> list[list[Button]]:
    """Every field as a button, ticked when anything is known of it."""
    buttons = []
    for field in Asked:
        words = label(f"form.field.{field.value}", locale)
        ticked = label("form.filled", locale).format(field=words) if is_answered(view.facts, field) else words
        buttons.append(Button(ticked, f"f.open:{view.id}:{rev}:{field.value}"))
    return in_rows(buttons, 4)


def facts_lines(plan: Plan, facts: Facts, locale: str, *, without: Asked | None = None) -> tuple[str, ...]:
    """One line for each field of which anything is known; the place only where it is more than a region."""
    fields = [field for field in Asked if field not in (without, Asked.PLACE)]
    lines = [(field.value, _value(plan, facts, field, locale)) for field in fields]
    lines.insert(1, ("place", facts.place_words or ""))
    if facts.latitude is not None and facts.longitude is not None:
        lines.insert(2, ("located", f"{facts.latitude:.{_ON_MAP}f}, {facts.longitude:.{_ON_MAP}f}"))
    return tuple(label(f"form.line.{name}", locale).format(value=value) for name, value in lines if value)


def casualties_text(facts: Facts, locale: str) -> str:
    """死亡2 失联不清楚 …, all five, as soon as one is known; else empty."""
    if not is_answered(facts, Asked.CASUALTIES):
        return ""
    return label("form.figure_between", locale).join(_figure(facts, name, locale) for name in answers.FIGURES)


def _offers(plan: Plan, view: DraftView, field: Asked, rev: int, locale: str) -> list[list[Button]]:
    if field is Asked.KIND:
        return _kinds(plan, view, rev, locale)
    if field is Asked.PLACE:
        return _places(plan, view, rev, locale)
    if field is Asked.CASUALTIES:
        return _casualties(view, rev, locale)
    offers = {
        Asked.TIME: [(str(minutes), _ago(minutes, locale)) for minutes in AGO_MINUTES],
        Asked.REINFORCEMENT: [(value, label(f"form.{value}", locale)) for value in ("yes", "no")],
        Asked.MEASURES: [(key, label(f"form.measure.{key}", locale)) for key in _MEASURES],
        Asked.CONTACT: [("me", label("form.me", locale))] if view.via is Via.CHAT else [],
    }.get(field, [])
    return in_rows([_put(view, field, value, words, rev) for value, words in offers], 2)


def _kinds(plan: Plan, view: DraftView, rev: int, locale: str) -> list[list[Button]]:
    step, _, rest = view.at_step.partition(".")
    if step == "s":
        sector, _, page = rest.partition(".")
        return _kind_pages(plan, view, sector, number_at([page], 0), rev, locale)
    if step == "q":
        found = _searched(plan, rest)
        again = Button(label("form.to_sectors", locale), f"f.open:{view.id}:{rev}:kind")
        return [*in_rows([_kind(view, kind, rev, locale) for kind in found[:_PER_PAGE]], 2), [again]]
    recent = [_kind(view, plan.kinds[key], rev, locale) for key in view.recent_kinds if key in plan.kinds]
    sectors = [
        Button(sector.name if locale == "zh" else sector.name_en, f"f.open:{view.id}:{rev}:kind:s.{sector.key}.1")
        for sector in plan.sectors.values()
        if any(kind.sector == sector.key for kind in plan.kinds.values())
    ]
    return [*in_rows(recent, 2), *in_rows(sectors, 3)]


def _searched(plan: Plan, words: str) -> list[Kind]:
    wanted = words.casefold()
    return [kind for kind in plan.kinds.values() if wanted in kind.name or wanted in kind.name_en.casefold()]


def _nothing(plan: Plan, view: DraftView) -> str:
    """The step of a search for a kind that found none."""
    step, _, words = view.at_step.partition(".")
    return "nothing" if view.asking is Asked.KIND and step == "q" and not _searched(plan, words) else ""


def _kind_pages(plan: Plan, view: DraftView, sector: str, page: int, rev: int, locale: str) -> list[list[Button]]:
    kinds = [kind for kind in plan.kinds.values() if kind.sector == sector]
    shown = [_kind(view, kind, rev, locale) for kind in page_of(kinds, page, _PER_PAGE)]
    turn = _turning(f"f.open:{view.id}:{rev}:kind:s.{sector}", page, pages_of(kinds, _PER_PAGE), locale)
    return [*in_rows(shown, 2), *turn]


def _places(plan: Plan, view: DraftView, rev: int, locale: str) -> list[list[Button]]:
    step, _, rest = view.at_step.partition(".")
    if step != "r":
        words = "form.home_desk" if view.via is Via.TELEPHONE else "form.home"
        home = _put(view, Asked.PLACE, "home", label(words, locale), rev)
        town = (region for region in plan.path(view.region_code) if region.level is Level.TOWN)
        start = next(town, plan.district).code
        pick = Button(label("form.pick", locale), f"f.open:{view.id}:{rev}:place:r.{start}.1")
        return [[home, pick]]
    code, _, page_text = rest.partition(".")
    region, page = plan.get_region(code) or plan.district, number_at([page_text], 0)
    children = plan.children(region.code)
    buttons = [
        Button(child.short_name, f"f.open:{view.id}:{rev}:place:r.{child.code}.1")
        if plan.children(child.code)
        else _put(view, Asked.PLACE, child.code, child.short_name, rev)
        for child in page_of(children, page)
    ]
    whole = _put(view, Asked.PLACE, region.code, region.name, rev)
    up = region.parent or region.code
    upward = Button(label("form.up", locale), f"f.open:{view.id}:{rev}:place:r.{up}.1")
    turn = _turning(f"f.open:{view.id}:{rev}:place:r.{region.code}", page, pages_of(children), locale)
    return [*in_rows(buttons, 3), *turn, [whole, upward] if region.parent else [whole]]


def _casualties(view: DraftView, rev: int, locale: str) -> list[list[Button]]:
    if view.at_step in answers.FIGURES:
        figure = view.at_step
        counts = [_put(view, Asked.CASUALTIES, f"{figure}.{count}", str(count), rev) for count in _COUNTS]
        unknown = _put(view, Asked.CASUALTIES, f"{figure}.", label("form.unknown", locale), rev)
        return [*in_rows(counts, 5), [unknown]]
    figures = [
        Button(_figure(view.facts, name, locale), f"f.open:{view.id}:{rev}:casualties:{name}")
        for name in answers.FIGURES
    ]
    nobody = _put(view, Asked.CASUALTIES, "none", label("form.nobody", locale), rev)
    return [*in_rows(figures, 2), [nobody]]


# --- words -----------------------------------------------------------------------------------------------------------


def _value(plan: Plan, facts: Facts, field: Asked, locale: str) -> str:
    if field is Asked.KIND:
        return kind_name(plan, facts.kind_key, locale) or ""
    if field is Asked.TIME:
        return _moment(facts.occurred_at)
    if field is Asked.CASUALTIES:
        return casualties_text(facts, locale)
    if field is Asked.REINFORCEMENT:
        return "" if facts.reinforcement is None else label(f"form.{'yes' if facts.reinforcement else 'no'}", locale)
    if field is Asked.CONTACT:
        return " ".join(part for part in (facts.contact_name, phone(facts.contact_phone or "")) if part)
    return (facts.what if field is Asked.WHAT else facts.measures) or ""


def _moment(at: datetime | None) -> str:
    return at.astimezone(ZONE).strftime("%m-%d %H:%M") if at else ""


def _figure(facts: Facts, name: str, locale: str) -> str:
    count = getattr(facts, name)
    shown = label("desk.figure.unknown", locale) if count is None else str(count)
    return label("form.figure_value", locale).format(name=label(f"desk.figure.{name}", locale), count=shown)


def _ago(minutes: int, locale: str) -> str:
    return label("form.ago", locale).format(minutes=minutes) if minutes else label("form.now", locale)


def _likely(plan: Plan, each: Likely, place: str, locale: str) -> texts.LikelyLine:
    return texts.LikelyLine(
        number=each.number,
        nature=each.nature.value,
        kind=kind_name(plan, each.kind_key, locale) or "",
        where=each.place_words or place,
        filed_at=each.filed_at,
    )


def _name(kind: Kind, locale: str) -> str:
    return kind.name if locale == "zh" else kind.name_en


# --- buttons ---------------------------------------------------------------------------------------------------------


def _kind(view: DraftView, kind: Kind, rev: int, locale: str) -> Button:
    return _put(view, Asked.KIND, kind.key, _name(kind, locale), rev)


def _put(view: DraftView, field: Asked, value: str, words: str, rev: int) -> Button:
    return Button(words, f"f.put:{view.id}:{rev}:{field.value}:{value}")


def _form(data: str, key: str, view: DraftView, rev: int, locale: str) -> Button:
    return Button(label(f"form.{key}", locale), f"{data}:{view.id}:{rev}")


def _draft(action: str, view: DraftView, rev: int, locale: str) -> Button:
    return Button(label(f"intake.{action}", locale), f"d.{action}:{view.id}:{rev}")


def _turning(data: str, page: int, pages: int, locale: str) -> list[list[Button]]:
    """The row that turns pages; the page's number follows a dot, being part of where the list stands."""
    rows = turning(data, page, pages, locale)
    return [[Button(button.text, _dotted(button.data or "")) for button in row] for row in rows]


def _dotted(data: str) -> str:
    start, _, page = data.rpartition(":")
    return f"{start}.{page}"
