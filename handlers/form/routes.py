"""Taps and words on the form: `f.open:draft:rev:field[:step]`, `f.put:draft:rev:field:value`, and the ways out."""

from __future__ import annotations

from bot.core.access import Permission
from bot.directory import places
from bot.intake import form, receiving, service, telephone
from bot.intake.errors import DraftGone, NoSuchSite
from bot.intake.models import Asked
from bot.plan.regions import is_grid
from handlers.act import Act
from handlers.routing import PRIVATE, Route, button, command, word
from messages import form as texts
from messages.engine import label

SITE = "site_"
"""How a link's token begins that names a place instead of an invitation."""


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        button("f.open", open_field),
        button("f.put", put),
        button("f.back", back),
        button("f.skip", skip),
        button("d.more", more),
        button("d.keep", keep),
        button("d.submit", submit),
        button("d.same", same),
        button("d.distinct", distinct),
        button("d.withdraw", withdraw),
        button("d.not_ours", not_ours),
        word("menu.telephone", begin_telephone),
        command("telephone", begin_telephone, PRIVATE),
        word("menu.draft", unfinished),
        command("draft", unfinished, PRIVATE),
        command("cancel", cancel_in_words, PRIVATE),
        word("menu.location", location_as_text),
        command("site", site_link, PRIVATE),
        word("words.back", back_in_words),
        word("words.skip", skip_in_words),
        word("words.keep", keep_in_words),
        word("words.cancel", cancel_in_words),
    ]


async def open_field(act: Act) -> None:
    """A field was tapped, or a page of its list."""
    step = act.data[4] if len(act.data) > 4 else ""
    await form.open_field(act.session, act.actor, act.now, int(act.data[1]), _field(act), step)


async def put(act: Act) -> None:
    """One of the answers a field offers."""
    value, field = act.data[4], _field(act)
    if field is Asked.MEASURES:
        value = label(f"form.measure.{value}", act.locale)
    await form.choose(act.session, act.plan, act.actor, act.now, int(act.data[1]), field, value)


async def back(act: Act) -> None:
    """返回."""
    await form.leave(act.session, act.plan, act.actor, act.now, int(act.data[1]), onward=False)


async def skip(act: Act) -> None:
    """跳过."""
    await form.leave(act.session, act.plan, act.actor, act.now, int(act.data[1]), onward=True)


async def more(act: Act) -> None:
    """补充详情."""
    await form.more(act.session, act.actor, act.now, int(act.data[1]))


async def keep(act: Act) -> None:
    """存草稿."""
    await service.keep(act.session, act.actor, act.now, int(act.data[1]))


async def submit(act: Act) -> None:
    """上报, of a draft that lay."""
    await service.submit(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def same(act: Act) -> None:
    """就是这个，我也看到."""
    await service.same(act.session, act.plan, act.actor, act.now, int(act.data[1]), int(act.data[3]))


async def distinct(act: Act) -> None:
    """不是同一处."""
    await service.distinct(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def withdraw(act: Act) -> None:
    """撤回."""
    await service.withdraw(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def not_ours(act: Act) -> None:
    """都不是: who takes such things."""
    await service.discard(act.session, act.actor, act.now, int(act.data[1]))
    await act.say(texts.NotOurs())


async def begin_telephone(act: Act) -> None:
    """电话接报."""
    await telephone.begin(act.session, act.plan, act.actor, act.now, act.chat.id)


async def unfinished(act: Act) -> None:
    """草稿: the one that is open, or the one put aside."""
    if not await service.kept(act.session, act.actor):
        await act.say(texts.NoDraft())


async def site_link(act: Act) -> None:
    """`/site NAME or CODE`: the link to print as a code at that place."""
    act.actor.require(Permission.PERSON_INVITE)
    wanted = " ".join(act.arguments)
    unit = act.plan.units.get(wanted)
    found = [] if unit else act.plan.find_regions(wanted, under=act.plan.district.code)
    site = unit.key if unit else wanted if is_grid(wanted) else found[0].code if found else None
    if site is None:
        raise NoSuchSite
    place = unit.name if unit else await places.name_of(act.session, act.plan, site)
    await act.say(texts.SiteLink(place=place, link=f"https://t.me/{act.bot_username}?start={SITE}{site}"))


async def begin_at_site(act: Act, site: str) -> None:
    """A code at a place was scanned."""
    await receiving.begin_at(act.session, act.plan, act.actor, act.now, act.chat.id, site)


async def location_as_text(act: Act) -> None:
    """Some clients send the words on the key instead of the position."""
    await act.say(texts.LocationAsText())


async def back_in_words(act: Act) -> None:
    """返回, typed."""
    await form.leave(act.session, act.plan, act.actor, act.now, await _unfinished(act), onward=False)


async def skip_in_words(act: Act) -> None:
    """跳过, typed."""
    await form.leave(act.session, act.plan, act.actor, act.now, await _unfinished(act), onward=True)


async def keep_in_words(act: Act) -> None:
    """存草稿, typed."""
    await service.keep(act.session, act.actor, act.now, await _unfinished(act))


async def cancel_in_words(act: Act) -> None:
    """取消, typed."""
    await service.discard(act.session, act.actor, act.now, await _unfinished(act))


def _field(act: Act) -> Asked:
    try:
        return Asked(act.data[3])
    except (IndexError, ValueError) as error:
        raise DraftGone from error


async def _unfinished(act: Act) -> int:
    """The draft that words like 返回 mean. Raises DraftGone when there is none."""
    number = await service.meant(act.session, act.actor)
    if number is None:
        raise DraftGone
    return number
