"""拟发预警: the district's own text as rows while it is written. Every field is a column, so several drafts may lie.

A draft is a version in state DRAFT: the first of a new series, or the next one of a series in force. It tells nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target
from bot.plan.schema import WaitKey, WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.plan.warnings import WarningDeed, WarningKind
from bot.warning import elements, issuing, repository, rights
from bot.warning.errors import NoSuchWarning, Overtaken, TimeUnread, TooLong
from bot.warning.models import Audience, Origin, Place, Series, SeriesState, Version, VersionState
from bot.warning.rules import ENDS, Step, after
from bot.warning.schemas import Unfinished

DRAFT_CARD = "warning.draft"
"""The role of the card on which a text is written."""

LISTS = ("level", "places", "valid_until", "starts_at", "audience")
"""Fields that are answered on the card itself; the others are answered in words."""

_CLEARED = "issue"
_ENDED = (SeriesState.LIFTED, SeriesState.LAPSED, SeriesState.WITHDRAWN, SeriesState.DISCARDED)


CARD_SUBJECT = "wdraft"


def card_subject(version_id: int) -> str:
    """The cards of one version while it is written and signed; those of a later one are others."""
    return f"{CARD_SUBJECT}:{version_id}"


async def kinds_open(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime
) -> dict[WarningKind, tuple[WarningLevel, ...]]:
    """What the actor may draft, in the pack's order. Raises NotAllowed without the right to draft anything."""
    rights.require(plan, actor, WarningDeed.DRAFT)
    posts = await rights.posts_of(session, actor, now)
    levels = {
        kind.key: tuple(level for level in WarningLevel if rights.has(plan, posts, WarningDeed.DRAFT, kind.key, level))
        for kind in plan.warning_kinds.values()
    }
    return {kind: levels[key] for key, kind in plan.warning_kinds.items() if levels[key]}


async def unfinished(session: AsyncSession, plan: Plan, actor: Actor, *, drill: bool = False) -> list[Unfinished]:
    """The texts that lie or wait for a signature, whoever of the desk began them, the newest first; drills apart."""
    rights.require(plan, actor, WarningDeed.DRAFT)
    rows = await repository.unfinished(session, drill=drill)
    return [Unfinished(version.id, series.kind_key, version.level, series.opened_at) for series, version in rows]


async def begin(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    kind_key: str,
    level: WarningLevel,
    target: Target,
    *,
    drill: bool = False,
) -> None:
    """Opens a draft with the pack's words. A second tap shows the one just opened. A drill is written and signed alike.

    Raises:
        NotAllowed, NotYours: the law or the pack gives it to somebody else.
    """
    await rights.required(session, plan, actor, now, WarningDeed.DRAFT, kind_key, (level,))
    latest = next(iter(await repository.unfinished(session, drill=drill)), None)
    if latest and _is_same_tap(plan, latest, actor, now, kind_key, level):
        await _show(session, now, *latest, target)
        return
    series = await repository.add(
        session,
        Series(
            kind_key=kind_key,
            origin=Origin.OWN,
            opened_by=actor.person_id,
            opened_name=actor.name,
            opened_chat=target.chat_id,
            opened_locale=target.locale,
            opened_at=now,
            drill=drill,
        ),
    )
    template = plan.template(kind_key, level)
    version = await repository.add(
        session,
        Version(
            series_id=series.id,
            number=1,
            act=WarningAct.ISSUE,
            level=level,
            matters=template.matters if template else "",
            measures=template.measures if template else "",
            issuer=plan.unit(plan.info.duty_unit).name,
            drafted_by=actor.person_id,
            drafted_name=actor.name,
            changed_at=now,
        ),
    )
    _record(session, now, actor, "warning.draft", series, version, level=level.value)
    await _show(session, now, series, version, target)


async def show(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int, target: Target) -> None:
    """The card again, as a new message at the foot: to the desk, and while it waits to whoever may sign it."""
    series, version = await of_version(session, version_id)
    if version.state not in (VersionState.DRAFT, VersionState.PROPOSED):
        raise Overtaken(series.number or "")
    rights.require_either(plan, actor, (WarningDeed.DRAFT, WarningDeed.SIGN))
    await _show(session, now, series, version, target)


async def open_list(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int, asking: str
) -> None:
    """Shows the list of a field on the card (`places:2` its second page), or no list."""
    _, version = await editable(session, plan, actor, now, version_id)
    version.asking = asking if asking.partition(":")[0] in LISTS else ""
    await delivery.touch(session, card_subject(version.id))


async def choose(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int, field: str, value: str
) -> None:
    """One tap in a list.

    Raises:
        NotYours: the level is somebody else's to publish.
        Overtaken: the button is an old one.
    """
    series, version = await editable(session, plan, actor, now, version_id)
    if field in ("level", "places") and version.act in ENDS:
        raise Overtaken(series.number or "")
    if field == "level":
        await _set_level(session, plan, actor, now, series, version, WarningLevel(value))
    elif field == "places":
        await _toggle(session, plan, series, version, value)
    elif field == "valid_until":
        version.valid_until = max(now, version.starts_at or now) + timedelta(hours=int(value))
    elif field == "starts_at" and value == _CLEARED:
        version.starts_at = None
    elif field == "audience":
        version.audience = Audience(value)
    else:
        raise Overtaken(series.number or "")
    if field != "places":
        version.asking = ""
    await changed(session, plan, actor, now, series, version, field)


async def write(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series_id: int, field: str, words: str
) -> int:
    """A field in words; `reason` is why a warning ends. The version's id.

    Raises:
        TimeUnread, TooLong.
        Overtaken: it is signed or issued.
    """
    _, newest = await issuing.existing(session, series_id)
    series, version = await editable(session, plan, actor, now, newest.id)
    text = words.strip()
    if field in ("valid_until", "starts_at"):
        at = elements.moment_ahead(text, now)
        if at is None:
            raise TimeUnread
        setattr(version, field, at)
    else:
        if len(text) > elements.LONGEST_WORDS:
            raise TooLong(elements.LONGEST_WORDS)
        setattr(version, "matters" if field == "reason" else field, text)
    version.asking = ""
    await changed(session, plan, actor, now, series, version, field)
    return version.id


async def discard(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int) -> None:
    """Throws a draft away. A series in force stays as it is."""
    series, version = await editable(session, plan, actor, now, version_id)
    if version.state is not VersionState.DRAFT:
        raise Overtaken(series.number or "")
    version.state, version.asking = VersionState.DISCARDED, ""
    series.state = after(series.state, Step.DISCARD) or series.state
    _record(session, now, actor, "warning.discard_draft", series, version)
    await delivery.touch(session, card_subject(version.id))


async def adjust(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    series_id: int,
    number: int,
    target: Target,
    *,
    lift: bool = False,
) -> None:
    """Opens the next version of an own series in force, with what the last one said; the draft that lies, if one does.

    Raises:
        NotYours: the warning is somebody else's, or the actor's post may not.
        Overtaken: the series has ended, or the button belongs to a former version.
    """
    series, newest = await issuing.existing(session, series_id, lock=True)
    levels = {newest.level, *(place.level for place in await repository.places(session, newest.id))}
    await rights.required(session, plan, actor, now, WarningDeed.DRAFT, series.kind_key, tuple(levels))
    former = await repository.newest_issued(session, series.id)
    is_old = former is None or former.number != number
    if is_old or series.state is not SeriesState.IN_FORCE or series.origin is not Origin.OWN:
        raise Overtaken(series.number or "")
    if newest.state is not VersionState.ISSUED:
        await _show(session, now, series, newest, target)
        return
    version = await next_version(session, actor, series, newest, WarningAct.LIFT if lift else WarningAct.UPDATE)
    _record(session, now, actor, "warning.draft", series, version, act_intended=version.act.value)
    await _show(session, now, series, version, target)


# --- what signing uses too -------------------------------------------------------------------------------------------


async def next_version(
    session: AsyncSession, actor: Actor, series: Series, former: Version, act: WarningAct, matters: str = ""
) -> Version:
    """A draft that says what the former version said; one that ends the series says only `matters`, why."""
    ends = act in ENDS
    version = await repository.add(
        session,
        Version(
            series_id=series.id,
            number=await repository.next_number(session, series.id),
            act=act,
            level=former.level,
            scope_words=former.scope_words,
            valid_until=None if ends else former.valid_until,
            matters=matters if ends else former.matters,
            measures="" if ends else former.measures,
            issuer=former.issuer,
            consultation="" if ends else former.consultation,
            authority=former.authority,
            audience=former.audience,
            drafted_by=actor.person_id,
            drafted_name=actor.name,
        ),
    )
    for place in await repository.places(session, former.id):
        await repository.add(session, Place(version_id=version.id, region_code=place.region_code, level=place.level))
    return version


async def editable(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int
) -> tuple[Series, Version]:
    """The version if the actor may write it: the desk while it is a draft, who may sign it while it waits.

    Raises:
        NotAllowed, NotYours.
        Overtaken: a newer version exists, or this one is signed, issued or thrown away.
    """
    series, version = await of_version(session, version_id)
    levels = {version.level, *(place.level for place in await repository.places(session, version.id))}
    if version.state is VersionState.DRAFT:
        deed = WarningDeed.DRAFT
    elif (
        version.state is VersionState.PROPOSED and version.signed_at is None and version.act is not WarningAct.WITHDRAW
    ):
        deed = rights.signing_deed(version.act)
    else:
        raise Overtaken(series.number or "")
    await rights.required(session, plan, actor, now, deed, series.kind_key, tuple(levels))
    return series, version


async def of_version(session: AsyncSession, version_id: int) -> tuple[Series, Version]:
    """The version and its series, locked, if it is the newest and the series goes on.

    Raises:
        NoSuchWarning, Overtaken.
    """
    version = await repository.version(session, version_id)
    if version is None:
        raise NoSuchWarning
    if version.state is VersionState.DISCARDED:
        raise Overtaken("")
    series, newest = await issuing.existing(session, version.series_id, lock=True)
    if newest.id != version.id or (series.state in _ENDED and newest.state is not VersionState.ISSUED):
        raise Overtaken(series.number or "")
    await session.refresh(newest)
    return series, newest


async def changed(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series: Series, version: Version, field: str
) -> None:
    """Writes down who changed a field, and makes the text of one that waits for its signature anew."""
    version.changed_at = now
    await session.flush()
    former = await repository.newest_issued(session, series.id)
    places = await repository.places(session, version.id)
    if version.act not in ENDS:
        former_places = await repository.places(session, former.id) if former else ()
        version.act = elements.act_of(version, places, former, former_places)
    if version.state is VersionState.PROPOSED:
        version.text = elements.text_of(plan, series, version, places, former, None)
    elif actor.person_id != version.drafted_by:
        version.drafted_by, version.drafted_name = actor.person_id, actor.name
    _record(session, now, actor, "warning.write", series, version, field=field)
    await delivery.touch(session, card_subject(version.id))


async def _show(session: AsyncSession, now: datetime, series: Series, version: Version, target: Target) -> None:
    version.changed_at = now
    subject, lane = card_subject(version.id), Lane.INTERACTIVE
    await delivery.wish_card(
        session, now, subject=subject, role=DRAFT_CARD, target=target, lane=lane, drill=series.drill
    )
    await delivery.show_card_again(session, subject, DRAFT_CARD, target.chat_id)


async def _set_level(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    series: Series,
    version: Version,
    level: WarningLevel,
) -> None:
    is_signing = version.state is VersionState.PROPOSED
    deed = rights.signing_deed(version.act) if is_signing else WarningDeed.DRAFT
    await rights.required(session, plan, actor, now, deed, series.kind_key, (level,))
    former, version.level = version.level, level
    for place in await repository.places(session, version.id):
        if place.level is former or place.level.rank < level.rank:
            place.level = level
    old, new = plan.template(series.kind_key, former), plan.template(series.kind_key, level)
    for name in ("matters", "measures"):
        if new and getattr(version, name) in ("", getattr(old, name, "")):
            setattr(version, name, getattr(new, name))


async def _toggle(session: AsyncSession, plan: Plan, series: Series, version: Version, code: str) -> None:
    """One tap on a town; the whole district takes the place of its towns and they of it."""
    if plan.get_region(code) is None:
        raise Overtaken(series.number or "")
    levels = rights.levels_of(plan, WarningDeed.DRAFT, series.kind_key)
    whole = plan.district.code
    places = {place.region_code: place for place in await repository.places(session, version.id)}
    place = places.pop(code, None)
    level = elements.next_level(version, levels, place.level if place else None)
    for other in places:
        if whole in (code, other):
            await repository.forget_place(session, version.id, other)
    if place is not None and level is not None:
        place.level = level
    elif level is not None:
        await repository.add(session, Place(version_id=version.id, region_code=code, level=level))
    else:
        await repository.forget_place(session, version.id, code)


def _is_same_tap(
    plan: Plan, latest: tuple[Series, Version], actor: Actor, now: datetime, kind_key: str, level: WarningLevel
) -> bool:
    series, version = latest
    same = (series.opened_by, series.kind_key, version.level) == (actor.person_id, kind_key, level)
    return same and version.number == 1 and now - series.opened_at < plan.wait(WaitKey.UNDO)


def _record(
    session: AsyncSession, now: datetime, actor: Actor, act: str, series: Series, version: Version, **facts: str
) -> None:
    subject = issuing.subject_of(series.id)
    audit.record(session, now, actor, act, subject, drill=series.drill, version=version.number, **facts)
