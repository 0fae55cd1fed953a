"""What people send, and what they tap on the draft's card (`d.action:draft:rev`)."""

from __future__ import annotations

from telegram.ext import filters

from bot.delivery import service as delivery
from bot.directory import places
from bot.incident import audience
from bot.incident.models import Threat
from bot.intake import receiving, service
from bot.intake.schemas import Sent
from bot.plan.schema import Nature
from handlers.act import Act
from handlers.channel.routes import take_address
from handlers.intake.reading import CONTENT, read
from handlers.replies import answer_to
from handlers.routing import EDITED, GROUPS, NEW, PRIVATE, Do, Route, button, command, message, word
from handlers.warning.routes import take_signal
from messages import common
from messages import intake as texts

_THREATS = {"threatened_yes": Threat.YES, "threatened_no": Threat.NO, "threatened_unclear": Threat.UNCLEAR}
_OUTCOMES = {"happened": Nature.ACCIDENT, "hazard_only": Nature.HAZARD}


def routes() -> list[Route]:
    """All routes of this room. What people send comes last: every other room looks at it first."""
    return [
        word("menu.report", begin),
        command("report", begin, PRIVATE),
        word("menu.mine", mine),
        command("my", mine, PRIVATE),
        *(button(f"d.{action}", _answer(threat)) for action, threat in _THREATS.items()),
        *(button(f"d.{action}", _settle(nature)) for action, nature in _OUTCOMES.items()),
        button("d.join", join),
        button("d.cancel", cancel),
        button("d.restore", restore),
        message((NEW | EDITED) & PRIVATE & CONTENT & ~filters.COMMAND, receive),
        message(NEW & GROUPS & filters.REPLY & CONTENT & ~filters.COMMAND, receive_in_group),
        message(NEW & PRIVATE & ~filters.StatusUpdate.ALL, not_understood),
    ]


async def begin(act: Act) -> None:
    """报告险情: opens the draft's card, which says that a photo or a voice note is enough."""
    if act.actor.person_id is None:
        await act.say(texts.ReportHow())
        return
    await receiving.begin(act.session, act.plan, act.actor, act.now, act.chat.id)


async def mine(act: Act) -> None:
    """A person's own reports."""
    reports = await service.mine(act.session, act.actor)
    lines = [
        texts.ReportLine(
            number=report.number,
            nature=report.nature.value,
            place=await places.name_of(act.session, act.plan, report.region_code),
            state=report.state,
            filed_at=report.filed_at,
        )
        for report in reports
    ]
    await act.say(texts.Mine(reports=tuple(lines)))


async def receive(act: Act) -> None:
    """Anything sent in private is a report or part of one."""
    if act.actor.person_id is None and act.update.edited_message is not None:
        # A stranger's moving location comes as an edit every few seconds; he has been told once.
        return
    if act.actor.person_id is None:
        await act.say(texts.UnknownReporter(phones=audience.phones(act.plan, act.plan.district.code)))
        return
    sent = await _sent(act)
    if answer := answer_to(sent.reply_about):
        take, number = answer
        await take(act, number)
        return
    if not sent.is_edit and (await take_address(act) or await take_signal(act)):
        return
    await receiving.receive(act.session, act.plan, act.actor, act.now, sent)


async def receive_in_group(act: Act) -> None:
    """A reply to one of our messages belongs to its case; any other reply meets silence."""
    sent = await _sent(act)
    if answer := answer_to(sent.reply_about):
        take, number = answer
        await take(act, number)
    elif act.actor.person_id is not None and sent.reply_about and sent.reply_about.startswith("incident:"):
        await receiving.receive(act.session, act.plan, act.actor, act.now, sent)


async def join(act: Act) -> None:
    """补充到…: the draft belongs to the report before."""
    await service.join(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def cancel(act: Act) -> None:
    """取消."""
    await service.discard(act.session, act.actor, act.now, int(act.data[1]))


async def restore(act: Act) -> None:
    """恢复."""
    await service.restore(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def not_understood(act: Act) -> None:
    """A sticker, a poll: nothing a report is made of."""
    await act.say(common.NotUnderstood())


def _answer(threat: Threat) -> Do:
    async def answer(act: Act) -> None:
        await service.answer(act.session, act.plan, act.actor, act.now, int(act.data[1]), threat)

    return answer


def _settle(nature: Nature) -> Do:
    async def settle(act: Act) -> None:
        await service.settle(act.session, act.plan, act.actor, act.now, int(act.data[1]), nature)

    return settle


async def _sent(act: Act) -> Sent:
    replied = act.message.reply_to_message
    about = await _about(act, replied.message_id) if replied else None
    return read(act.message, about=about, is_edit=act.update.edited_message is not None)


async def _about(act: Act, message_id: int) -> str | None:
    """What a message in the chat is about, be it ours or the person's own."""
    ours = await delivery.subject_of(act.session, act.chat.id, message_id)
    return ours or await receiving.subject_at(act.session, act.chat.id, message_id)
