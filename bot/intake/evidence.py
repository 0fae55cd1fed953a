"""What the desks are shown of evidence: what the platform has, by its id, or a copy of ours where it says too much.

A picture sent as a file carries where it was taken, often the reporter's home (PEERS 10.2 no. 3, 17); a round video
can be sent on by its id only without words. Both are held until they are fetched (`Item.by_copy`); the words that came
with them are not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.delivery.schemas import Media
from bot.incident import service as incidents
from bot.incident.schemas import Addition
from bot.intake import repository
from bot.intake.models import FileState, Item, ItemKind
from bot.intake.rules import LONGEST_CAPTION
from bot.plan.service import Plan


async def show(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, item: Item, added: Addition
) -> None:
    """Shows the desks what has a file, now or when our copy is here. Words too long for a caption go before it."""
    if item.by_copy:
        # Who fetches and who files meet here: the row is locked, and whoever comes second sees what the first wrote.
        item = await repository.lock_item(session, item.id) or item
    held = item.by_copy and item.file_state is FileState.WANTED
    if added.text and (held or len(added.text) > LONGEST_CAPTION):
        await incidents.supplement(session, plan, actor, now, incident_id, added)
        added = replace(added, text="")
    if not held:
        await incidents.show_media(session, plan, actor, now, incident_id, added, media_of(item))


def media_of(item: Item) -> Media | None:
    """What of the item may be shown; None if nothing can be: there is no copy, and there will be none."""
    if not item.by_copy:
        return Media(item.kind.value, item.file_id)
    if item.kind is ItemKind.DOCUMENT:
        return Media("photo", sha256=item.cleaned_sha256) if item.cleaned_sha256 else None
    return Media(item.kind.value, sha256=item.sha256) if item.sha256 else None
