"""The menu and the screens about oneself and other people: views to payloads and keyboards, pure data."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.access import Actor, Permission
from bot.delivery.schemas import Button, InlineKeyboard, Key, ReplyKeyboard
from bot.directory import rules
from bot.directory.models import PersonState
from bot.directory.schemas import PersonView
from bot.plan.service import Plan
from handlers.pages import in_rows, page_of, pages_of, turning
from messages.directory import Name, PeopleList, PersonCard
from messages.engine import LOCALES, label

_PEOPLE_PER_PAGE = 8

_LOCATION = "menu.location"

# What stands in which row of the menu, and the right that makes it appear; None: everybody's.
_MENU: tuple[tuple[tuple[str, Permission | None], ...], ...] = (
    (("menu.stop", Permission.WORK_STOP),),
    (("menu.relay", Permission.WARNING_RELAY), ("menu.draft_warning", Permission.WARNING_DRAFT)),
    (
        ("menu.report", Permission.REPORT_FILE),
        ("menu.telephone", Permission.REPORT_TELEPHONE),
        (_LOCATION, Permission.REPORT_FILE),
    ),
    (
        ("menu.todo", Permission.INCIDENT_TAKE),
        ("menu.find", Permission.INCIDENT_TAKE),
        ("menu.shift", Permission.REPORT_TELEPHONE),
    ),
    (("menu.mine", Permission.REPORT_SEE_OWN), ("menu.draft", Permission.REPORT_FILE), ("menu.posts", None)),
    (
        ("menu.people", Permission.PERSON_SEE),
        ("menu.coverage", Permission.COVERAGE_SEE),
        ("menu.invite", Permission.PERSON_INVITE),
    ),
    (("menu.groups", Permission.GROUP_BIND), ("menu.drill", Permission.DRILL_HOLD)),
    (("menu.language", None), ("menu.help", None)),
)

# The commands of /help in their order; every one has a label `directory.command`.
_COMMANDS: tuple[tuple[str, Permission | None], ...] = (
    ("menu", None),
    ("my", Permission.REPORT_SEE_OWN),
    ("draft", Permission.REPORT_FILE),
    ("telephone", Permission.REPORT_TELEPHONE),
    ("stopwork", Permission.WORK_STOP),
    ("todo", Permission.INCIDENT_TAKE),
    ("find", Permission.REPORT_SEE_OWN),
    ("handover", Permission.REPORT_TELEPHONE),
    ("posts", None),
    ("people", Permission.PERSON_SEE),
    ("coverage", Permission.COVERAGE_SEE),
    ("delivery", Permission.DELIVERY_RETRY),
    ("invite", Permission.PERSON_INVITE),
    ("groups", Permission.GROUP_BIND),
    ("drill", Permission.DRILL_HOLD),
    ("channel", Permission.CHANNEL_ATTACH),
    ("paper", Permission.WARNING_ARCHIVE),
    ("language", None),
    ("leave", None),
)


def menu(actor: Actor, locale: str) -> ReplyKeyboard:
    """The keys for what the actor may do now; a stranger is offered to show the contact card."""
    if actor.person_id is None:
        return contact(locale)
    rows = ([_key(key, locale) for key, right in row if right is None or actor.may(right)] for row in _MENU)
    return ReplyKeyboard([keys for row in rows for keys in in_rows(row, len(row))])


def _key(key: str, locale: str) -> Key:
    return Key(label(key, locale), wants_location=key == _LOCATION)


def contact(locale: str) -> ReplyKeyboard:
    """The key that hands over the own contact card."""
    return ReplyKeyboard([[Key(label("words.contact", locale), wants_contact=True)]])


def no_keys() -> ReplyKeyboard:
    """Takes the menu away."""
    return ReplyKeyboard()


def commands(actor: Actor) -> tuple[str, ...]:
    """The commands that do something for the actor."""
    return tuple(name for name, right in _COMMANDS if right is None or actor.may(right))


def languages() -> InlineKeyboard:
    """Each language in its own words."""
    return InlineKeyboard([[Button(label("directory.language", locale), f"dir.lang:{locale}") for locale in LOCALES]])


def leaving(locale: str) -> InlineKeyboard:
    """The one button that ends it."""
    return InlineKeyboard([[Button(label("directory.button.leave", locale), "dir.leave")]])


def post_names(plan: Plan, person: PersonView | None) -> tuple[Name, ...]:
    """What the person's posts are called."""
    return tuple(rules.post_name(plan, post) for post in person.posts) if person else ()


def people_list(views: Sequence[PersonView], page: int, locale: str) -> tuple[PeopleList, InlineKeyboard]:
    """One page of people, each a button."""
    pages = pages_of(views, _PEOPLE_PER_PAGE)
    page = min(max(page, 1), pages)
    away = sum(1 for person in views if not person.reachable)
    buttons = [
        Button(_mark(person, locale) + person.name, f"dir.person:{person.id}")
        for person in page_of(views, page, _PEOPLE_PER_PAGE)
    ]
    keyboard = InlineKeyboard([*in_rows(buttons, 1), *turning("dir.people", page, pages, locale)])
    return PeopleList(total=len(views), unreachable=away, page=page, pages=pages), keyboard


def person_card(plan: Plan, actor: Actor, person: PersonView, locale: str) -> tuple[PersonCard, InlineKeyboard]:
    """One person with his posts, each a button, and what the actor may do with him."""
    payload = PersonCard(
        name=person.name,
        phone=person.phone,
        state=person.state.value,
        reachable=person.reachable,
        posts=tuple((rules.post_name(plan, post), post.role.value) for post in person.posts),
    )
    posts = [Button(_in(rules.post_name(plan, post), locale), f"dir.post:{post.id}") for post in person.posts]
    return payload, InlineKeyboard([*in_rows(posts, 1), *_judging(actor, person, locale)])


def _judging(actor: Actor, person: PersonView, locale: str) -> list[list[Button]]:
    """Suspend or reinstate, where that is possible at all; the tap checks the right where he holds his posts."""
    if person.id == actor.person_id or not actor.may(Permission.PERSON_SUSPEND):
        return []
    acts = {PersonState.ACTIVE: "suspend", PersonState.SUSPENDED: "reinstate"}
    act = acts.get(person.state)
    return [[Button(label(f"directory.button.{act}", locale), f"dir.{act}:{person.id}")]] if act else []


def _mark(person: PersonView, locale: str) -> str:
    """In words, not by colour: who cannot be reached or may do nothing."""
    if person.state is not PersonState.ACTIVE:
        return f"[{label(f'directory.state.{person.state.value}', locale)}] "
    return "" if person.reachable else f"[{label('directory.unreachable', locale)}] "


def _in(name: Name, locale: str) -> str:
    return name.zh if locale == "zh" else name.en
