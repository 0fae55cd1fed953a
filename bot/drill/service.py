"""Link tests: started, answered, ended, looked back at. One is open at a time.

It reaches groups that take part in drills, silently and behind all that is real. Sent and answered are two facts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM, Actor, Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, Fate, InlineKeyboard, Outcomes, Target, Telling
from bot.directory import groups, taking_part
from bot.directory.models import GroupState
from bot.directory.rules import require_at
from bot.directory.schemas import GroupView
from bot.drill import repository
from bot.drill.errors import AlreadyOpen, ItIsNight, LinkTestOver, NobodyTakesPart, NotAGroupOfIt
from bot.drill.models import LinkGroup, LinkTest, LinkTestState
from bot.drill.schemas import Apart, LinkGroupView, LinkTestView, Outlook
from bot.duty.rules import is_night
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from messages import drill as texts
from messages.engine import label

BOARD = "drill.board"
"""The role of the card of whoever started a test."""

ANSWER_CARD = "drill.answer"
"""The role of the small card in a group that says who has answered there."""

PURPOSE = "link"
REFRESH = timedelta(minutes=1)


def subject_of(test_id: int) -> str:
    """The name of a test in the ledger and the audit."""
    return f"linktest:{test_id}"


def answer_subject(link_id: int) -> str:
    """The name in the ledger of the small card in one group."""
    return f"linkgroup:{link_id}"


async def outlook(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> Outlook:
    """What a test started now would do. Raises NotAllowed."""
    require_at(plan, actor, Permission.DRILL_HOLD, plan.district.code)
    known = await taking_part.with_a_place(session)
    under_way = await repository.open_test(session)
    return Outlook(
        groups=sum(_is_reached(group) for group in known),
        apart=_apart(known),
        is_night=is_night(plan, now),
        open_since=under_way.started_at if under_way else None,
    )


async def start(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, target: Target, *, at_night: bool = False
) -> None:
    """Sends the test to every group that takes part; its board comes to `target`.

    Raises:
        NotAllowed: without the right to hold drills.
        AlreadyOpen: one is under way.
        NobodyTakesPart: no group does.
        ItIsNight: without `at_night`.
    """
    require_at(plan, actor, Permission.DRILL_HOLD, plan.district.code)
    if under_way := await repository.open_test(session):
        raise AlreadyOpen(under_way.started_at, under_way.closes_at)
    reached = [group for group in await taking_part.with_a_place(session) if _is_reached(group)]
    if not reached:
        raise NobodyTakesPart
    if is_night(plan, now) and not at_night:
        raise ItIsNight
    test = await repository.begin(
        session,
        {
            "started_by": actor.person_id,
            "started_name": actor.name,
            "started_chat": target.chat_id,
            "started_locale": target.locale,
            "started_at": now,
            "nudge_due_at": now + plan.wait(WaitKey.LINK_TEST_NUDGE),
            "closes_at": now + plan.wait(WaitKey.LINK_TEST_ENDS),
            "board_due_at": now + REFRESH,
        },
    )
    if test is None:
        raise AlreadyOpen(now, now + plan.wait(WaitKey.LINK_TEST_ENDS))
    await repository.add_groups(session, [_row(test, group) for group in reached])
    how = Telling(subject_of(test.id), PURPOSE, Lane.BULK, drill=True)
    targets = [Target(group.chat_id, group.locale, group.thread_id, silent=True) for group in reached]
    words = texts.LinkTestSent(until=test.closes_at)
    await delivery.tell(session, now, how, words, targets, lambda locale: _received_key(test.id, locale))
    lane = Lane.INTERACTIVE
    await delivery.wish_card(
        session, now, subject=subject_of(test.id), role=BOARD, target=target, lane=lane, drill=True
    )
    audit.record(session, now, actor, "drill.link_test", subject_of(test.id), drill=True, groups=len(reached))


async def answer(session: AsyncSession, actor: Actor, now: datetime, test_id: int, chat_id: int) -> None:
    """收到, tapped in a group by anybody who has a post. The first counts for the group; later taps change nothing.

    Raises:
        NotAGroupOfIt: nobody we know, or the chat was not tested.
        LinkTestOver: it has ended.
    """
    test = await repository.get(session, test_id)
    group = await groups.by_chat(session, chat_id)
    if test is None or group is None or not actor.grants:
        raise NotAGroupOfIt
    link = await repository.group_in(session, test_id, group.id)
    if link is None:
        raise NotAGroupOfIt
    if test.state is not LinkTestState.OPEN:
        raise LinkTestOver
    if link.answered_at is not None:
        return
    link.answered_at, link.answered_by, link.answered_name = now, actor.person_id, actor.name
    await delivery.wish_card(
        session,
        now,
        subject=answer_subject(link.id),
        role=ANSWER_CARD,
        target=Target(group.chat_id, group.locale, group.thread_id, silent=True),
        lane=Lane.ROUTINE,
        drill=True,
    )
    await delivery.touch(session, subject_of(test_id))
    audit.record(session, now, actor, "drill.answer", subject_of(test_id), drill=True, group=group.id)


async def end(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, test_id: int) -> None:
    """现在结束: what is not sent yet is not sent, no answer counts any more, and the board comes again as a summary.

    Raises:
        NotAllowed.
        LinkTestOver: it has ended.
    """
    require_at(plan, actor, Permission.DRILL_HOLD, plan.district.code)
    test = await repository.open_test(session, lock=True)
    if test is None or test.id != test_id:
        raise LinkTestOver
    await close(session, now, test, actor)


async def close(session: AsyncSession, now: datetime, test: LinkTest, by: Actor = SYSTEM) -> None:
    """Ends the test. Rights are the caller's to check."""
    test.state, test.closed_at = LinkTestState.CLOSED, now
    test.nudge_due_at, test.board_due_at = None, None
    await delivery.cancel(session, subject_of(test.id))
    await delivery.show_card_again(session, subject_of(test.id), BOARD)
    links = await repository.groups_of(session, test.id)
    answered = sum(link.answered_at is not None for link in links)
    subject = subject_of(test.id)
    audit.record(session, now, by, "drill.link_test_end", subject, drill=True, groups=len(links), answered=answered)


async def view(session: AsyncSession, test_id: int) -> LinkTestView | None:
    """The test as its board shows it; None if there is none."""
    test = await repository.get(session, test_id)
    return await _view(session, test) if test else None


async def last_link_test(session: AsyncSession) -> LinkTestView | None:
    """The test started last, open or ended, with what each group did; None if there never was one."""
    test = await repository.newest(session)
    return await _view(session, test) if test else None


async def answered_in(session: AsyncSession, link_id: int) -> tuple[str, datetime] | None:
    """Who answered in one group of a test, and when; None while nobody has."""
    link = await repository.link_group(session, link_id)
    return (link.answered_name or "", link.answered_at) if link and link.answered_at else None


async def outcomes(session: AsyncSession, test_id: int) -> Outcomes:
    """What became of the test's text in every chat."""
    return await delivery.outcomes_of(session, subject_of(test_id), 1, PURPOSE)


async def _view(session: AsyncSession, test: LinkTest) -> LinkTestView:
    known = await taking_part.with_a_place(session)
    chats = {group.id: group.chat_id for group in known}
    fates = {chat.chat_id: chat.fate for chat in (await outcomes(session, test.id)).chats}
    return LinkTestView(
        id=test.id,
        is_open=test.state is LinkTestState.OPEN,
        started_name=test.started_name,
        started_at=test.started_at,
        closes_at=test.closes_at,
        closed_at=test.closed_at,
        groups=tuple(
            _link_view(link, fates.get(chats.get(link.group_id, 0)))
            for link in await repository.groups_of(session, test.id)
        ),
        apart=_apart(known),
    )


def _link_view(link: LinkGroup, fate: Fate | None) -> LinkGroupView:
    return LinkGroupView(
        id=link.id,
        group_id=link.group_id,
        title=link.title,
        region_code=link.region_code,
        tier=link.tier,
        answered_at=link.answered_at,
        answered_name=link.answered_name,
        fate=fate,
    )


def _row(test: LinkTest, group: GroupView) -> dict[str, object]:
    return {
        "test_id": test.id,
        "group_id": group.id,
        "title": group.title,
        "region_code": group.region_code,
        "tier": group.tier,
    }


def _is_reached(group: GroupView) -> bool:
    return group.state is GroupState.BOUND and group.drill_opt_in and group.tier is not None


def _apart(known: list[GroupView]) -> Apart:
    bound = [group for group in known if group.state is GroupState.BOUND]
    lost = [group for group in known if group.state is GroupState.LOST]
    return Apart(
        not_taking_part=tuple(sorted(group.title for group in bound if not group.drill_opt_in)),
        lost=tuple(sorted(group.title for group in lost)),
    )


def _received_key(test_id: int, locale: str) -> InlineKeyboard:
    return InlineKeyboard([[Button(label("warning.answer.received", locale), f"dr.got:{test_id}")]])
