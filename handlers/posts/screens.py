"""Screens of invitations and posts: views to payloads and keyboards, pure data.

A place in a button's data is a region's or grid's code, or `u.` and a unit's key.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery.schemas import Button, InlineKeyboard
from bot.directory import rules
from bot.directory.models import Role
from bot.directory.posts import HeldBy
from bot.directory.schemas import GridView, PersonView, PlaceOfPost, PostView
from bot.plan.schema import PostKind
from bot.plan.service import Plan
from handlers.pages import in_rows, page_of, pages_of, turning
from messages.directory import Name
from messages.engine import label
from messages.posts import ChoosePlace, ChooseRole, OwnPosts, PostCard, PostHolder

DAYS = (1, 3, 7, 30)
"""For how long somebody can be made to act for a post by one tap; the use case takes any period."""

ROLE_LETTERS = {"A": Role.HOLDER, "B": Role.DEPUTY}
_UNIT = "u."


def place_data(post: PlaceOfPost | PostView) -> str:
    """The post's place as a button carries it."""
    return post.region_code or f"{_UNIT}{post.unit_key}"


def place_from(kind: str, data: str) -> PlaceOfPost:
    """The post a button speaks of."""
    if data.startswith(_UNIT):
        return PlaceOfPost(kind, unit_key=data.removeprefix(_UNIT))
    return PlaceOfPost(kind, region_code=data)


def kinds(found: Sequence[PostKind], locale: str) -> InlineKeyboard:
    """The kinds of post one may invite to."""
    buttons = [Button(in_locale(rules.kind_name(kind), locale), f"dir.inv:{kind.key}") for kind in found]
    return InlineKeyboard(in_rows(buttons, 1))


def places(
    plan: Plan, kind: PostKind, at: str, options: Sequence[Button], page: int, locale: str
) -> tuple[ChoosePlace, InlineKeyboard]:
    """One page of places to choose from."""
    pages = pages_of(options)
    rows = in_rows(page_of(options, page), 3)
    keyboard = InlineKeyboard([*rows, *turning(f"dir.inv:{kind.key}:{at}", page, pages, locale)])
    return ChoosePlace(kind=rules.kind_name(kind), place=rules.place_name(plan, at)), keyboard


def place_options(plan: Plan, kind: PostKind, codes: Sequence[str]) -> list[Button]:
    """Regions as buttons."""
    return [Button(rules.short_place_name(plan, code), f"dir.inv:{kind.key}:{code}") for code in codes]


def unit_options(plan: Plan, kind: PostKind, within: str, locale: str) -> list[Button]:
    """The units of a region as buttons."""
    units = (unit for unit in plan.units.values() if plan.contains(within, unit.region))
    return [Button(unit.name if locale == "zh" else unit.name_en, f"dir.inv:{kind.key}:u.{unit.key}") for unit in units]


def grid_options(kind: PostKind, village: str, grids: Sequence[GridView], locale: str) -> list[Button]:
    """The village's grids, and the next one nobody has made yet."""
    found = [Button(grid.name, f"dir.inv:{kind.key}:{grid.code}") for grid in grids]
    code = rules.next_grid_code(village, [grid.code for grid in grids])
    words = label("directory.button.new_grid", locale)
    return found + ([Button(words.format(name=rules.grid_name(code)), f"dir.inv:{kind.key}:{code}")] if code else [])


def role_choice(
    plan: Plan, where: PlaceOfPost, held: Sequence[HeldBy], locale: str
) -> tuple[ChooseRole, InlineKeyboard]:
    """A or B, whichever is free."""
    names = {row.post.role: row.person.name for row in held}
    free = [letter for letter, role in ROLE_LETTERS.items() if role not in names]
    buttons = [
        Button(
            label(f"directory.role.{ROLE_LETTERS[letter].value}", locale),
            f"dir.inv.ok:{where.kind}:{place_data(where)}:{letter}",
        )
        for letter in free
    ]
    payload = ChooseRole(
        post=rules.post_name(plan, where), holder=names.get(Role.HOLDER), deputy=names.get(Role.DEPUTY)
    )
    return payload, InlineKeyboard([buttons] if buttons else [])


def revoking(invitation_id: int, locale: str) -> InlineKeyboard:
    """The button that makes the link open nothing."""
    return InlineKeyboard([[Button(label("directory.button.revoke", locale), f"dir.inv.no:{invitation_id}")]])


def own_posts(plan: Plan, person: PersonView | None, locale: str) -> tuple[OwnPosts, InlineKeyboard | None]:
    """What one holds, each a button."""
    posts = person.posts if person else ()
    named = [(rules.post_name(plan, post), post) for post in posts]
    buttons = [Button(in_locale(name, locale), f"dir.post:{post.id}") for name, post in named]
    payload = OwnPosts(posts=tuple((name, post.role.value) for name, post in named))
    return payload, InlineKeyboard(in_rows(buttons, 1)) if buttons else None


def post_card(
    plan: Plan, where: PlaceOfPost, post_id: int, held: Sequence[HeldBy], *, may_give: bool, locale: str
) -> tuple[PostCard, InlineKeyboard | None]:
    """Who holds the post, and what can be done about it."""
    holders = tuple(
        PostHolder(
            role=row.post.role.value,
            name=row.person.name,
            phone=row.person.phone,
            reachable=row.person.reachable,
            until=row.post.ends_at,
            note=row.post.scope_note,
        )
        for row in held
    )
    payload = PostCard(post=rules.post_name(plan, where), holders=holders)
    return payload, InlineKeyboard(_giving(post_id, held, locale)) if may_give else None


def choices(post_id: int, role: Role, found: Sequence[PersonView], page: int, locale: str) -> InlineKeyboard:
    """People who could get the post."""
    buttons = [Button(person.name, f"dir.to:{post_id}:{role.value}:{person.id}") for person in page_of(found, page)]
    turn = turning(f"dir.give:{post_id}:{role.value}", page, pages_of(found), locale)
    return InlineKeyboard([*in_rows(buttons, 1), *turn])


def confirming(post_id: int, role: Role, taker_id: int, giver_id: int, locale: str) -> InlineKeyboard:
    """The button that gives the post; it remembers who had it when it was shown."""
    data = f"dir.ok:{post_id}:{role.value}:{taker_id}:{giver_id}"
    return InlineKeyboard([[Button(label("directory.button.confirm", locale), data)]])


def periods(post_id: int, taker_id: int, locale: str) -> InlineKeyboard:
    """For how many days from now."""
    words = label("directory.button.days", locale)
    return InlineKeyboard([[Button(words.format(days=days), f"dir.days:{post_id}:{taker_id}:{days}") for days in DAYS]])


def in_locale(name: Name, locale: str) -> str:
    """The name in that language."""
    return name.zh if locale == "zh" else name.en


def _giving(post_id: int, held: Sequence[HeldBy], locale: str) -> list[list[Button]]:
    give = [
        Button(label(f"directory.button.give_{role.value}", locale), f"dir.give:{post_id}:{role.value}")
        for role in Role
    ]
    words = label("directory.button.end", locale)
    ends = [
        Button(
            words.format(role=label(f"directory.role.{row.post.role.value}", locale), name=row.person.name),
            f"dir.end:{row.post.holding_id}",
        )
        for row in held
        if row.post.role is not Role.HOLDER
    ]
    return [*in_rows(give, 1), *in_rows(ends, 1)]
