"""Every query on who is who. Private to directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from bot.core.upsert import insert_new
from bot.directory.models import (
    Grid,
    Group,
    GroupAlias,
    GroupState,
    Holding,
    Invitation,
    PendingJoin,
    Person,
    Post,
    Role,
    Tier,
    WrongTokens,
)

T = TypeVar("T")
HeldPost = tuple[Holding, Post]
PostKey = tuple[str, str, str]
_AT_ONCE = 500


async def add(session: AsyncSession, row: SQLModel) -> None:
    """Writes the row now, so that it has its id and its keys are checked."""
    session.add(row)
    await session.flush()


# --- people ----------------------------------------------------------------------------------------------------------


async def person(session: AsyncSession, person_id: int) -> Person | None:
    """The person, or None."""
    return await session.get(Person, person_id)


async def person_by_platform(session: AsyncSession, platform_id: int) -> Person | None:
    """Whoever is linked to the account."""
    return (await session.exec(select(Person).where(Person.platform_id == platform_id))).first()


async def account(session: AsyncSession, platform_id: int, now: datetime) -> tuple[Person, list[Post]] | None:
    """Whoever is linked to the account, and the posts held at `now`, in the order of getting them: one question."""
    held = and_(col(Holding.person_id) == col(Person.id), _open(now))
    statement = select(Person, Post).outerjoin(Holding, held).outerjoin(Post, col(Post.id) == col(Holding.post_id))
    statement = statement.where(Person.platform_id == platform_id).order_by(col(Holding.id))
    rows: Sequence[tuple[Person, Post | None]] = (await session.exec(statement)).all()
    return (rows[0][0], [post for _, post in rows if post is not None]) if rows else None


async def person_by_phone(session: AsyncSession, phone: str) -> Person | None:
    """Whoever has the number (E.164)."""
    return (await session.exec(select(Person).where(Person.phone == phone))).first()


async def people(session: AsyncSession, ids: Sequence[int]) -> Sequence[Person]:
    """These people, by id."""
    return (await session.exec(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id)))).all()


async def people_holding_in(
    session: AsyncSession, region_prefixes: Sequence[str], unit_keys: Sequence[str], now: datetime
) -> Sequence[Person]:
    """Who holds a post at `now` in one of these units or a region whose code begins with one of these, by name."""
    begins = (col(Post.region_code).startswith(prefix, autoescape=True) for prefix in region_prefixes)
    inside = or_(col(Post.unit_key).in_(unit_keys), *begins)
    ids = select(Holding.person_id).join(Post, col(Post.id) == col(Holding.post_id)).where(inside, _open(now))
    statement = select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.name), col(Person.id))
    return (await session.exec(statement)).all()


# --- posts and holdings ----------------------------------------------------------------------------------------------


async def post(session: AsyncSession, post_id: int) -> Post | None:
    """The post, or None."""
    return await session.get(Post, post_id)


async def get_post(session: AsyncSession, kind: str, region_code: str, unit_key: str) -> Post | None:
    """The post at that place, if anybody ever held it or was invited to it."""
    statement = select(Post).where(Post.kind == kind, Post.region_code == region_code, Post.unit_key == unit_key)
    return (await session.exec(statement)).first()


async def require_post(session: AsyncSession, kind: str, region_code: str, unit_key: str) -> Post:
    """The post at that place, made now if it is new."""
    await insert_new(session, Post, [{"kind": kind, "region_code": region_code, "unit_key": unit_key}])
    found = await get_post(session, kind, region_code, unit_key)
    if found is None:
        raise LookupError(f"post {kind} at {region_code or unit_key} was written and is not there")
    return found


async def holding(session: AsyncSession, holding_id: int) -> Holding | None:
    """The holding, or None."""
    return await session.get(Holding, holding_id)


async def add_holding(
    session: AsyncSession,
    *,
    person_id: int,
    post_id: int,
    role: Role,
    starts_at: datetime,
    ends_at: datetime | None,
    scope_note: str,
) -> bool:
    """Puts somebody on a post; False if the seat has been taken, also by a transaction of the same instant."""
    row = {
        "person_id": person_id,
        "post_id": post_id,
        "role": role,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "scope_note": scope_note,
    }
    return await insert_new(session, Holding, [row]) == 1


async def held_by(session: AsyncSession, person_ids: Sequence[int], now: datetime | None) -> Sequence[HeldPost]:
    """The posts these people hold at `now`, or hold without an end, in the order they got them."""
    held = _open(now) if now else col(Holding.ends_at).is_(None)
    statement = select(Holding, Post).join(Post, col(Post.id) == col(Holding.post_id))
    statement = statement.where(col(Holding.person_id).in_(person_ids), held).order_by(col(Holding.id))
    return (await session.exec(statement)).all()


async def holdings_of_post(session: AsyncSession, post_id: int, now: datetime) -> Sequence[Holding]:
    """Who holds the post at `now` or will, in the order they got it."""
    lasting = or_(col(Holding.ends_at).is_(None), col(Holding.ends_at) > now)
    statement = select(Holding).where(Holding.post_id == post_id, lasting).order_by(col(Holding.id))
    return (await session.exec(statement)).all()


async def lasting_holdings(session: AsyncSession, person_id: int, now: datetime) -> Sequence[Holding]:
    """What the person holds at `now` or will hold."""
    lasting = or_(col(Holding.ends_at).is_(None), col(Holding.ends_at) > now)
    return (await session.exec(select(Holding).where(Holding.person_id == person_id, lasting))).all()


async def holders(
    session: AsyncSession, kinds: Sequence[str], now: datetime, region_code: str | None = None
) -> Sequence[tuple[Holding, Person, Post]]:
    """Who holds a post of these kinds at `now`, exactly at the region if one is given; in the order they got it."""
    statement = (
        select(Holding, Person, Post)
        .join(Post, col(Post.id) == col(Holding.post_id))
        .join(Person, col(Person.id) == col(Holding.person_id))
        .where(col(Post.kind).in_(kinds), _open(now))
        .order_by(col(Holding.id))
    )
    if region_code is not None:
        statement = statement.where(Post.region_code == region_code)
    return (await session.exec(statement)).all()


async def seats(session: AsyncSession, now: datetime) -> Sequence[Any]:
    """Everybody on a post at `now`, in the order they got it: bare columns, for a whole district at once."""
    who = select(Person.id, Person.name, Person.phone, Person.platform_id)
    whole = who.add_columns(
        col(Person.state), col(Person.reachable), col(Post.kind), col(Post.region_code), col(Post.unit_key)
    )
    held = whole.add_columns(col(Holding.role)).join(Holding, col(Holding.person_id) == col(Person.id))
    statement = held.join(Post, col(Post.id) == col(Holding.post_id)).where(_open(now)).order_by(col(Holding.id))
    return (await session.exec(cast("Select[Any]", statement))).all()


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(col(Holding.starts_at) <= now, or_(col(Holding.ends_at).is_(None), col(Holding.ends_at) > now))


# --- grids -----------------------------------------------------------------------------------------------------------


async def grid(session: AsyncSession, code: str) -> Grid | None:
    """The grid, or None."""
    return await session.get(Grid, code)


async def grids_of(session: AsyncSession, village_code: str) -> Sequence[Grid]:
    """The village's grids by code."""
    return (await session.exec(select(Grid).where(Grid.village_code == village_code).order_by(col(Grid.code)))).all()


async def all_grids(session: AsyncSession) -> Sequence[str]:
    """The codes of all grids, in order."""
    return (await session.exec(select(Grid.code).order_by(col(Grid.code)))).all()


async def grids_among(session: AsyncSession, codes: Sequence[str]) -> set[str]:
    """Which of these grids exist."""
    found: set[str] = set()
    for some in _chunks(codes):
        found.update((await session.exec(select(Grid.code).where(col(Grid.code).in_(some)))).all())
    return found


async def grid_names(session: AsyncSession, codes: Sequence[str]) -> dict[str, str]:
    """What these grids are called, as far as they exist."""
    found: dict[str, str] = {}
    for some in _chunks(codes):
        found.update((await session.exec(select(Grid.code, Grid.name).where(col(Grid.code).in_(some)))).all())
    return found


# --- in bulk, for the roster -----------------------------------------------------------------------------------------


async def people_by_phone(session: AsyncSession, phones: Sequence[str]) -> list[Person]:
    """Whoever has one of these numbers."""
    found: list[Person] = []
    for some in _chunks(phones):
        found += (await session.exec(select(Person).where(col(Person.phone).in_(some)))).all()
    return found


async def require_posts(session: AsyncSession, places: Sequence[PostKey]) -> dict[PostKey, int]:
    """The ids of the posts at these places (kind, region, unit), made now if they are new."""
    ids: dict[PostKey, int] = {}
    for some in _chunks(places):
        rows = [{"kind": kind, "region_code": region, "unit_key": unit} for kind, region, unit in some]
        await insert_new(session, Post, rows)
        statement = select(Post).where(col(Post.region_code).in_([row["region_code"] for row in rows]))
        ids |= {(post.kind, post.region_code, post.unit_key): post.id for post in (await session.exec(statement)).all()}
    return ids


async def seats_of_posts(session: AsyncSession, post_ids: Sequence[int], now: datetime) -> list[Holding]:
    """Who holds these posts as A or B at `now` or will."""
    lasting = or_(col(Holding.ends_at).is_(None), col(Holding.ends_at) > now)
    found: list[Holding] = []
    for some in _chunks(post_ids):
        statement = select(Holding).where(col(Holding.post_id).in_(some), lasting, col(Holding.role) != Role.ACTING)
        found += (await session.exec(statement)).all()
    return found


async def add_seats(session: AsyncSession, now: datetime, seats: Sequence[tuple[int, int, Role]]) -> None:
    """Puts people (person, post, role) on free seats from now on."""
    session.add_all(Holding(person_id=who, post_id=what, role=role, starts_at=now) for who, what, role in seats)
    await session.flush()


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at once as every database takes parameters for."""
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


# --- groups ----------------------------------------------------------------------------------------------------------


async def group(session: AsyncSession, group_id: int, *, lock: bool = False) -> Group | None:
    """The group, or None; locked, nobody else changes it meanwhile."""
    return await session.get(Group, group_id, with_for_update=lock or None, populate_existing=lock)


async def group_by_chat(session: AsyncSession, chat_id: int) -> Group | None:
    """The group that has this chat id now."""
    return (await session.exec(select(Group).where(Group.chat_id == chat_id))).first()


async def group_once_at(session: AsyncSession, chat_id: int) -> Group | None:
    """The group that had this chat id before the platform moved it."""
    statement = select(Group).join(GroupAlias, col(GroupAlias.group_id) == col(Group.id))
    return (await session.exec(statement.where(GroupAlias.chat_id == chat_id))).first()


async def groups_in(session: AsyncSession, state: GroupState) -> Sequence[Group]:
    """All groups in that state, oldest first."""
    return (await session.exec(select(Group).where(Group.state == state).order_by(col(Group.id)))).all()


async def groups_bound(session: AsyncSession) -> Sequence[Group]:
    """Every bound group, in the order they were met."""
    statement = select(Group).where(Group.state == GroupState.BOUND, col(Group.region_code).is_not(None))
    return (await session.exec(statement.order_by(col(Group.id)))).all()


async def groups_placed(session: AsyncSession) -> Sequence[Group]:
    """Every group bound somewhere, lost ones too, in the order they were met."""
    statement = select(Group).where(Group.state != GroupState.PENDING, col(Group.region_code).is_not(None))
    return (await session.exec(statement.order_by(col(Group.id)))).all()


async def groups_bound_at(session: AsyncSession, region_code: str, tier: Tier) -> Sequence[Group]:
    """The groups bound to exactly this region and tier, oldest first."""
    statement = select(Group).where(
        Group.state == GroupState.BOUND, Group.region_code == region_code, Group.tier == tier
    )
    return (await session.exec(statement.order_by(col(Group.id)))).all()


async def add_alias(session: AsyncSession, chat_id: int, group_id: int, now: datetime) -> None:
    """Remembers a former chat id, once."""
    await insert_new(session, GroupAlias, [{"chat_id": chat_id, "group_id": group_id, "moved_at": now}])


async def absorb_group(session: AsyncSession, absorbed: Group, into: Group) -> None:
    """Takes away a second row of the same group; its former chat ids go to the row that stays."""
    await session.exec(update(GroupAlias).where(col(GroupAlias.group_id) == absorbed.id).values(group_id=into.id))
    await session.delete(absorbed)
    await session.flush()


# --- invitations -----------------------------------------------------------------------------------------------------


async def invitation(session: AsyncSession, invitation_id: int) -> Invitation | None:
    """The invitation, or None."""
    return await session.get(Invitation, invitation_id)


async def invitation_by_hash(session: AsyncSession, token_hash: str) -> Invitation | None:
    """The invitation whose token has this hash."""
    return (await session.exec(select(Invitation).where(Invitation.token_hash == token_hash))).first()


async def use_invitation(session: AsyncSession, invitation_id: int) -> bool:
    """Counts one use; False if there was none left. One statement, so that two at once cannot both take the last."""
    statement = (
        update(Invitation)
        .where(col(Invitation.id) == invitation_id, col(Invitation.uses) < col(Invitation.max_uses))
        .values(uses=Invitation.uses + 1)
    )
    result = await session.exec(statement)
    return bool(result.rowcount)


async def pending_join(session: AsyncSession, platform_id: int) -> PendingJoin | None:
    """The invitation the account has opened and not used yet."""
    return await session.get(PendingJoin, platform_id)


async def forget_pending_join(session: AsyncSession, platform_id: int) -> None:
    """The account waits no longer."""
    await session.exec(delete(PendingJoin).where(col(PendingJoin.platform_id) == platform_id))


async def wrong_tokens(session: AsyncSession, platform_id: int) -> WrongTokens | None:
    """The account's wrong tokens, if it ever sent one."""
    return await session.get(WrongTokens, platform_id)


async def open_invitations(session: AsyncSession, now: datetime) -> Sequence[tuple[Invitation, Post]]:
    """Invitations somebody could still use, newest first."""
    statement = (
        select(Invitation, Post)
        .join(Post, col(Post.id) == col(Invitation.post_id))
        .where(col(Invitation.revoked_at).is_(None), col(Invitation.expires_at) > now)
        .where(col(Invitation.uses) < col(Invitation.max_uses))
        .order_by(col(Invitation.id).desc())
    )
    return (await session.exec(statement)).all()
