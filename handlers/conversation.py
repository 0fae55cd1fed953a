"""python-telegram-bot at work: parses updates and routes them to the handlers. The only place that builds its objects.

It never sends: its one call of its own (getMe at the start) goes through our gateway like everything else. Exceptions
of handlers are passed on to the inbox worker, which owns the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot
from telegram.request import BaseRequest, RequestData

from bot.core.access import Actor
from bot.core.clock import Clock
from bot.core.errors import JiaoyingError, Refusal
from bot.delivery.gateway import Platform, Refused
from bot.directory import groups, people
from bot.inbox.models import InboxUpdate
from bot.inbox.worker import Handling
from bot.plan.service import Plan
from bot.watch import service as watch
from handlers import refusals
from handlers.act import Act, ActContext, current_act
from handlers.calls.routes import routes as call_routes
from handlers.channel.routes import routes as channel_routes
from handlers.directory.routes import routes as directory_routes
from handlers.drill.routes import routes as drill_routes
from handlers.duty.routes import routes as duty_routes
from handlers.form.routes import routes as form_routes
from handlers.groups.routes import routes as group_routes
from handlers.incident.routes import routes as incident_routes
from handlers.intake.routes import routes as intake_routes
from handlers.lists.routes import routes as list_routes
from handlers.paper.routes import routes as paper_routes
from handlers.posts.routes import routes as post_routes
from handlers.warning.routes import routes as warning_routes
from handlers.warning_draft.routes import routes as warning_draft_routes
from handlers.work_stop.routes import routes as work_stop_routes
from messages.engine import DEFAULT_LOCALE

_Application = Application[Any, ActContext, Any, Any, Any, Any]


class ThroughGateway(BaseRequest):
    """python-telegram-bot's transport on our gateway, for the few calls it makes itself."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing to open: the gateway is."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: Any, **_named: Any
    ) -> tuple[int, bytes]:
        params = request_data.parameters if request_data else {}
        try:
            result = await self._platform.call(url.rsplit("/", 1)[-1], params)
        except Refused as refused:
            failed = {"ok": False, "error_code": refused.code, "description": refused.description}
            return refused.code, orjson.dumps(failed)
        return 200, orjson.dumps({"ok": True, "result": result})


class PassingOn(_Application):
    """An application that handles no error itself."""

    async def process_error(self, update: object, error: Exception, *_: Any, **__: Any) -> bool:
        raise error


@dataclass(frozen=True, slots=True)
class Conversation:
    """Handles one stored update within the worker's transaction. Make it with `converse`."""

    application: _Application
    plan: Plan
    clock: Clock

    @property
    def handling(self) -> Handling:
        """What the inbox worker is given."""
        return Handling(self.handle, self.explain, self.apologise)

    async def handle(self, session: AsyncSession, row: InboxUpdate) -> None:
        """Routes the update to its handler. Raises whatever the handler raises."""
        act = await self._act(session, row)
        if act is None:
            return
        if (query := act.update.callback_query) and query.message:
            message = query.message
            await watch.require_known(session, message.chat.id, message.message_id, message.date)
        token = current_act.set(act)
        try:
            await self.application.process_update(act.update)
        finally:
            current_act.reset(token)

    async def explain(self, session: AsyncSession, row: InboxUpdate, refusal: Refusal) -> None:
        """Tells the person why it was refused."""
        act = await self._act(session, row)
        if act is not None:
            await refusals.explain(act, refusal)

    async def apologise(self, session: AsyncSession, row: InboxUpdate, fault: str) -> None:
        """Tells the person that it failed, if the update can be read at all."""
        try:
            act = await self._act(session, row)
        except (KeyError, TypeError, ValueError, JiaoyingError):
            # What cannot be parsed has nobody to apologise to; the log has it.
            return
        if act is not None:
            await refusals.apologise(act, fault)

    async def _act(self, session: AsyncSession, row: InboxUpdate) -> Act | None:
        update = Update.de_json(row.payload, self.application.bot)
        user, chat = update.effective_user, update.effective_chat
        if user is None or chat is None:
            return None
        now = self.clock.now()
        actor = await people.actor_of(session, self.plan, user.id, now)
        in_group = await groups.locale_of(session, chat.id) if chat.id < 0 else None
        locale = in_group or (actor.locale if actor else DEFAULT_LOCALE)
        return Act(
            number=row.id,
            update=update,
            session=session,
            now=now,
            plan=self.plan,
            actor=actor or Actor(None, user.full_name),
            locale=locale,
            bot_username=self.application.bot.username,
            platform_id=user.id,
        )


async def converse(platform: Platform, token: str, plan: Plan, clock: Clock) -> Conversation:
    """Builds the application with all routes and asks the platform who we are. Raises what the gateway raises."""
    bot = ExtBot(token, request=ThroughGateway(platform), get_updates_request=ThroughGateway(platform))
    builder = ApplicationBuilder().bot(bot).updater(None).application_class(PassingOn)
    application = builder.context_types(ContextTypes(context=ActContext)).build()
    rooms = (
        directory_routes,
        post_routes,
        group_routes,
        channel_routes,
        incident_routes,
        call_routes,
        list_routes,
        duty_routes,
        work_stop_routes,
        drill_routes,
        paper_routes,
        warning_draft_routes,
        form_routes,
        warning_routes,
        intake_routes,
    )
    application.add_handlers([route for routes in rooms for route in routes()])
    await application.initialize()
    return Conversation(application, plan, clock)
