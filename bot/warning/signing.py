"""签发: a text that was proposed is signed by a second person, returned, or issued on consent by telephone.

Two pairs of eyes: nobody signs what he wrote last. Whoever signs, signs what stood on his card.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM, Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Screen, Target, Telling
from bot.directory import people
from bot.plan.schema import WarningAct
from bot.plan.service import Plan
from bot.plan.warnings import WarningDeed
from bot.warning import drafting, elements, issuing, proposing, repository, rights
from bot.warning.errors import ConsentUnread, NoSuchWarning, Overtaken, OwnDraft, SignYourself, TooLong
from bot.warning.models import Place, Series, Version, VersionState
from bot.warning.rules import Step, after
from bot.warning.schemas import SignerView
from messages import warning_sign as signed
from messages.engine import ZONE, Payload, label, phone, render

COUNTERSIGN = "ws.countersign"
"""What the button under a missing signature does; the version's id follows."""

NUMBER = "wplatform"
"""Subject of the question for the platform's number: `wplatform:<series>`."""

GOVERNMENT = "government_office"
"""The unit of the pack that takes what the district government is to sign."""

_AT_ONCE = 20


async def sign(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int, seen: str) -> None:
    """签发: issues it in the same transaction; where the platform's number is awaited, as soon as that is filled in.

    Raises:
        NotAllowed, NotYours, Incomplete.
        OwnDraft: he wrote it.
        Overtaken: it is not what stood on his card, or is signed, returned or issued.
    """
    series, version, places = await _waiting(session, plan, actor, now, version_id)
    if version.drafted_by == actor.person_id:
        raise OwnDraft
    if elements.seen_mark(version, places) != seen:
        raise Overtaken(series.number or "")
    proposing.require_complete(plan, series, version, places, now)
    version.signed_by, version.signed_name, version.signed_at = actor.person_id, actor.name, now
    proposing.record(session, now, actor, "warning.sign", series, version, seen=seen)
    await _issue_or_wait(session, plan, actor, now, series, version, places)


async def send_back(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series_id: int, reason: str
) -> None:
    """退回: the drafter is told why, and may change and propose it again.

    Raises:
        NotAllowed, NotYours, Overtaken.
    """
    _, newest = await issuing.existing(session, series_id)
    series, version, _ = await _waiting(session, plan, actor, now, newest.id)
    version.state, version.return_reason = VersionState.DRAFT, reason.strip()
    series.state = after(series.state, Step.RETURN) or series.state
    proposing.record(session, now, actor, "warning.return", series, version, reason=version.return_reason)
    told = signed.Returned(**proposing.what(plan, series, version), name=actor.name, reason=version.return_reason)
    await _tell_drafter(session, now, series, version, "returned", told)
    await proposing.touch(session, version)


async def may_sign(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int
) -> tuple[Series, Version]:
    """The version, if the actor may decide on it now: nobody is asked for what he will be refused."""
    series, version, _ = await _waiting(session, plan, actor, now, version_id)
    return series, version


async def refer(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int) -> None:
    """报区政府签发: written down; the drafter is told whom to telephone and what to say. It goes on waiting.

    Raises:
        NotAllowed, NotYours, Overtaken.
    """
    series, version, places = await _waiting(session, plan, actor, now, version_id)
    office = plan.units.get(GOVERNMENT)
    proposing.record(session, now, actor, "warning.refer", series, version)
    told = signed.Referred(
        **proposing.what(plan, series, version),
        name=actor.name,
        office=office.name if office else "区政府",
        office_en=office.name_en if office else "District government",
        phone=office.duty_phone if office else None,
        places=elements.level_lines(plan, places),
        desk_phone=plan.duty_phone(plan.district.code),
    )
    await _tell_drafter(session, now, series, version, "referred", told)


async def oral_open(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int
) -> tuple[Series, Version, list[SignerView]]:
    """The version whose consent by telephone the actor may write down, and whom to call.

    Raises:
        NotAllowed, NotYours: he is not of the desk that drafts.
        SignYourself: he may sign it.
        Overtaken: it does not wait for a signature.
    """
    series, version = await drafting.of_version(session, version_id)
    if version.state is not VersionState.PROPOSED or version.signed_at is not None:
        raise Overtaken(series.number or "")
    places = await repository.places(session, version.id)
    levels = {version.level, *(place.level for place in places)}
    await rights.required(session, plan, actor, now, WarningDeed.DRAFT, series.kind_key, levels)
    posts = await rights.posts_of(session, actor, now)
    signs = rights.signing_deed(version.act)
    if version.drafted_by != actor.person_id and rights.has(plan, posts, signs, series.kind_key, version.level):
        raise SignYourself
    return series, version, await proposing.signers(session, plan, now, series, version)


async def oral(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series_id: int, words: str) -> None:
    """电话口头同意，由值班员代录: issues it at once; the leader is asked for the signature in the morning.

    `words`: the leader's post, the number called, the time.

    Raises:
        ConsentUnread: one of the three is missing.
        NotAllowed, NotYours, SignYourself, Incomplete, Overtaken.
    """
    _, newest = await issuing.existing(session, series_id)
    series, version, _ = await oral_open(session, plan, actor, now, newest.id)
    places = list(await repository.places(session, version.id))
    consent = elements.consent_of(words, now)
    if consent is None:
        raise ConsentUnread
    proposing.require_complete(plan, series, version, places, now)
    clock = consent.at.astimezone(ZONE).strftime("%H:%M")
    written = label("warning_draft.oral_words", "zh")
    version.oral_words = written.format(post=consent.post, phone=phone(consent.phone), at=clock)
    version.signed_name, version.signed_at = consent.post, consent.at
    version.countersign_due_at = elements.next_morning(now)
    proposing.record(session, now, actor, "warning.oral_consent", series, version, words=version.oral_words)
    await _issue_or_wait(session, plan, actor, now, series, version, places)


async def fill_number(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series_id: int, words: str
) -> int | None:
    """The platform's number; a version that is signed and waited for it is issued. The id of one that still waits.

    Raises:
        NotAllowed, NotYours, Incomplete.
        TooLong.
        Overtaken: it is issued.
    """
    _, newest = await issuing.existing(session, series_id)
    series, version, places = await may_fill_number(session, plan, actor, now, newest.id)
    number = words.strip()
    if len(number) > elements.LONGEST_NUMBER:
        raise TooLong(elements.LONGEST_NUMBER)
    version.platform_number = number
    proposing.record(session, now, actor, "warning.platform_number", series, version, number=number)
    if version.signed_at is None:
        await proposing.touch(session, version)
        return version.id
    proposing.require_complete(plan, series, version, places, now)
    await _issue_or_wait(session, plan, actor, now, series, version, places)
    return None


async def may_fill_number(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int
) -> tuple[Series, Version, list[Place]]:
    """The version, if the actor is of the desk and it is not out yet. Raises NotAllowed, NotYours, Overtaken."""
    series, version = await drafting.of_version(session, version_id)
    places = list(await repository.places(session, version.id))
    levels = {version.level, *(place.level for place in places)}
    await rights.required(session, plan, actor, now, WarningDeed.DRAFT, series.kind_key, levels)
    if version.state not in (VersionState.DRAFT, VersionState.PROPOSED):
        raise Overtaken(series.number or "")
    return series, version, places


async def countersign(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int) -> Series:
    """补签 of a version issued on consent by telephone, once.

    Raises:
        NotAllowed, NotYours.
        OwnDraft: he wrote it.
        Overtaken: it is signed.
    """
    version = await repository.version(session, version_id)
    if version is None:
        raise NoSuchWarning
    series, _ = await issuing.existing(session, version.series_id, lock=True)
    await session.refresh(version)
    deed = rights.signing_deed(version.act)
    await rights.required(session, plan, actor, now, deed, series.kind_key, (version.level,))
    if version.oral_words is None or version.countersigned_at is not None:
        raise Overtaken(series.number or "")
    if version.drafted_by == actor.person_id:
        raise OwnDraft
    version.countersigned_at, version.countersign_due_at, version.signed_by = now, None, actor.person_id
    proposing.record(session, now, actor, "warning.countersign", series, version)
    told = signed.Countersigned(
        **proposing.what(plan, series, version), number=series.number or "", name=actor.name, at=now
    )
    await _tell_drafter(session, now, series, version, "countersigned", told)
    await delivery.touch(session, issuing.subject_of(series.id))
    return series


async def due_countersign(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Asks for the signatures that are missing, every morning until they are there; how many."""
    versions = await repository.due_for_countersigning(session, now, _AT_ONCE)
    for version in versions:
        series, _ = await issuing.existing(session, version.series_id)
        asked = signed.Countersign(
            **proposing.what(plan, series, version),
            number=series.number or "",
            act=version.act.value,
            oral=version.oral_words or "",
            issued_at=version.issued_at or now,
            text=version.text,
        )
        day = now.astimezone(ZONE).date().toordinal()
        how = _how(series, version, "countersign", seq=day)
        for signer in await proposing.signers(session, plan, now, series, version):
            if signer.person_id != version.drafted_by and signer.reachable and signer.platform_id:
                screen = Screen(render(asked, signer.locale), _countersign_button(version, signer.locale))
                await delivery.show(session, now, how, screen, [Target(signer.platform_id, signer.locale)])
        version.countersign_due_at = elements.next_morning(now)
        proposing.record(session, now, SYSTEM, "warning.ask_countersign", series, version)
    return len(versions)


async def next_countersign(session: AsyncSession) -> datetime | None:
    """When a missing signature is asked for next."""
    return await repository.next_countersigning(session)


async def _waiting(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int
) -> tuple[Series, Version, list[Place]]:
    """The version if it waits for a signature and the actor may give it."""
    series, version = await drafting.of_version(session, version_id)
    places = list(await repository.places(session, version.id))
    if version.act is WarningAct.WITHDRAW:
        rights.require_either(plan, actor, (WarningDeed.SIGN, WarningDeed.DRAFT))
    else:
        levels = {version.level, *(place.level for place in places)}
        deed = rights.signing_deed(version.act)
        await rights.required(session, plan, actor, now, deed, series.kind_key, levels)
    if version.state is not VersionState.PROPOSED or version.signed_at is not None:
        raise Overtaken(series.number or "")
    return series, version, places


async def _issue_or_wait(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    series: Series,
    version: Version,
    places: list[Place],
) -> None:
    if elements.wants_number(version, proposing.needs_of(plan, series, version)):
        wanted = signed.NumberWanted(**proposing.what(plan, series, version), name=version.signed_name or "")
        await _tell_drafter(session, now, series, version, "number", wanted, subject=f"{NUMBER}:{series.id}")
        await proposing.touch(session, version)
        return
    former = await repository.newest_issued(session, series.id)
    version.starts_at, version.published_at = version.starts_at or now, now
    version.text = elements.text_of(plan, series, version, places, former, now)
    await issuing.issue(session, plan, actor, now, series, version)
    told = signed.SignedAndIssued(
        **proposing.what(plan, series, version),
        number=series.number or "",
        act=version.act.value,
        name=version.signed_name or "",
        at=now,
        oral=version.oral_words is not None,
    )
    await _tell_drafter(session, now, series, version, "issued", told)
    await proposing.touch(session, version)


async def _tell_drafter(
    session: AsyncSession,
    now: datetime,
    series: Series,
    version: Version,
    purpose: str,
    payload: Payload,
    *,
    subject: str | None = None,
) -> None:
    drafter = await people.person(session, version.drafted_by, now) if version.drafted_by else None
    if drafter is None or drafter.platform_id is None:
        return
    how = _how(series, version, purpose, seq=int(now.timestamp()), subject=subject)
    await delivery.tell(session, now, how, payload, [Target(drafter.platform_id, drafter.locale)])


def _how(series: Series, version: Version, purpose: str, *, seq: int, subject: str | None = None) -> Telling:
    about = subject or drafting.card_subject(version.id)
    lane = Lane.INTERACTIVE if series.drill else Lane.URGENT
    return Telling(about, purpose, lane, version=version.number, seq=seq, critical=True, drill=series.drill)


def _countersign_button(version: Version, locale: str) -> InlineKeyboard:
    return InlineKeyboard([[Button(label("warning_draft.countersign", locale), f"{COUNTERSIGN}:{version.id}")]])
