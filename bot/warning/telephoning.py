"""Who is told by telephone: the publisher's list of numbers. What was sent is not told; a call that got through is.

At an end the list names who was told by telephone before, or by somebody who was sent: he cannot be left believing it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import briefing
from bot.delivery import service as delivery
from bot.delivery.models import ChannelKind, Lane
from bot.delivery.schemas import Button, InlineKeyboard, Target, Telling
from bot.directory import places
from bot.directory.rules import place_name
from bot.plan.service import Plan
from bot.warning import repository
from bot.warning.models import PhoneResult, Recipient, Series, Version
from bot.warning.rules import ENDS, is_cut_off, is_missing, is_told_by_telephone
from bot.warning.unheld import unheld
from messages import warning as texts
from messages.engine import label

_LISTED = 15
_CALLS = (PhoneResult.REACHED, PhoneResult.NO_ANSWER, PhoneResult.CUT_OFF)
_WHERE_CUT_OFF = (PhoneResult.REACHED, PhoneResult.MESSENGER)
"""No call gets there: somebody is sent, or the line comes back."""


async def tell_list(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    subject: str,
    series: Series,
    version: Version,
    rows: Sequence[Recipient],
) -> None:
    """Gives the publisher whom to telephone, out of everybody who was told; once a second."""
    ended = version.act in ENDS
    wanted = [row for row in rows if (is_told_by_telephone(row) if ended else is_missing(row))]
    shown = wanted[:_LISTED]
    sent_by = await briefing.sent_to_people(session, subject, version.number)
    desks = () if ended else await _desks(session, plan, series, version, rows)
    words = texts.PhoneList(
        number=series.number or "",
        act=version.act.value,
        minutes=int((now - (version.issued_at or now)).total_seconds() // 60),
        people=tuple([await _line(session, plan, row, sent_by.get(row.person_id or 0, ())) for row in shown]),
        more=len(wanted) - len(shown),
        desks=desks,
    )
    how = Telling(
        subject,
        "phones",
        Lane.INTERACTIVE,
        version=version.number,
        seq=int(now.timestamp()),
        critical=True,
        drill=series.drill,
    )
    target = Target(series.opened_chat, series.opened_locale)
    await delivery.tell(session, now, how, words, [target], lambda locale: _keys(series, shown, locale))


async def _desks(
    session: AsyncSession, plan: Plan, series: Series, version: Version, rows: Sequence[Recipient]
) -> tuple[texts.Desk, ...]:
    """Duty numbers of places concerned where nobody is known who must answer."""
    concerned = await repository.places(session, version.id)
    codes = unheld(plan, series.kind_key, concerned, (row.region_code for row in rows if row.must_answer))
    phones = {code: phone for code in codes if (phone := plan.duty_phone(code))}
    return tuple(texts.Desk(place=place_name(plan, code), phone=phone) for code, phone in phones.items())[:_LISTED]


async def _line(session: AsyncSession, plan: Plan, row: Recipient, sent_by: Collection[ChannelKind]) -> texts.Missing:
    return texts.Missing(
        name=row.name,
        phone=row.phone or plan.duty_phone(row.region_code) or "",
        place=await places.name_of(session, plan, row.region_code),
        result=row.phoned.value if row.phoned else None,
        at=row.phoned_at,
        sent_by=tuple(sorted(kind.value for kind in sent_by)),
    )


def _keys(series: Series, shown: Sequence[Recipient], locale: str) -> InlineKeyboard:
    rows = [[_key(number, row, result, locale) for result in _results(row)] for number, row in enumerate(shown, 1)]
    if shown:
        rows.append([Button(label("paper.calls", locale), f"paper.calls:{series.id}")])
    return InlineKeyboard(rows)


def _results(row: Recipient) -> tuple[PhoneResult, ...]:
    return _WHERE_CUT_OFF if is_cut_off(row) else _CALLS


def _key(number: int, row: Recipient, result: PhoneResult, locale: str) -> Button:
    words = label(f"warning.phoned.{result.value}", locale)
    return Button(f"{number} {words}", f"w.phone:{row.id}:{result.value}")
