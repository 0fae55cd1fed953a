"""Control API: the clock, the bot's reports, settled, and faults."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from aiohttp import web

from sandbox.acts import groups, speaking
from sandbox.control import views
from sandbox.control.answers import answered, refused
from sandbox.control.fields import body_of, figure, number, number_or_none
from sandbox.errors import Reason, Refused
from sandbox.settling import NotSettled, Settling
from sandbox.waiting import until
from sandbox.world import World

CLOCK_WAIT = 25.0
SETTLED_WAIT = 30.0
LONGEST_SETTLED_WAIT = 120.0


class ConductControl:
    """Handlers that move time and break things."""

    def __init__(self, world: World, settling: Settling) -> None:
        self.world = world
        self.settling = settling

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/clock", self.clock),
            web.post("/control/clock/advance", self.advance),
            web.post("/control/bot", self.report),
            web.get("/control/settled", self.settled),
            web.post("/control/faults", self.fault),
            web.delete("/control/faults", self.faults_off),
        ]

    async def clock(self, request: web.Request) -> web.Response:
        rev = number_or_none(dict(request.query), "rev")
        if rev is not None:
            await until(lambda: self.world.clock.rev != rev, self.world.clock.changed, CLOCK_WAIT)
        return answered(views.clock(self.world))

    async def advance(self, request: web.Request) -> web.Response:
        minutes = figure(await body_of(request), "minutes")
        if not 0 <= minutes <= 366 * 24 * 60:
            raise Refused("minutes lies between 0 and a year")
        try:
            stops = await self.settling.advance(minutes)
        except NotSettled as late:
            return _late(late)
        clock = self.world.clock
        return answered({**views.clock(self.world), "rev": clock.rev, "stops": stops})

    async def report(self, request: web.Request) -> web.Response:
        before = self.settling.report
        report = self.settling.take(await body_of(request))
        if before is None or _said(before) != _said(report):
            self.world.bus.publish("clock")
        return answered({})

    async def settled(self, request: web.Request) -> web.Response:
        seconds = figure(dict(request.query), "timeout", SETTLED_WAIT)
        try:
            await self.settling.wait(min(seconds, LONGEST_SETTLED_WAIT))
        except NotSettled as late:
            return _late(late)
        return answered({"settled": True, "rev": self.world.clock.rev})

    async def fault(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        match body.get("kind"):
            case "block":
                speaking.set_blocked(self.world, self.world.person(number(body, "chat")), True)
            case "kick":
                chat = self.world.current(self.world.group(number(body, "chat")))
                groups.change_bot(self.world, chat, "remove", None)
            case "migrate":
                fresh = groups.migrate(self.world, self.world.group(number(body, "chat")))
                return answered({"faults": self.world.faults.shown(), "migrated_to": fresh.id})
            case "duplicate_update":
                self.world.updates.repeat(number_or_none(body, "count") or 1)
            case _:
                self.world.faults.switch_on(body)
        if body.get("kind") == "offline":
            self.world.updates.end_poll(Reason.INTERNAL)
        self.world.bus.publish("fault")
        return answered({"faults": self.world.faults.shown()})

    async def faults_off(self, request: web.Request) -> web.Response:
        self.world.faults.clear()
        self.world.bus.publish("fault")
        self.settling.changed.notify()
        return answered({})


def _late(late: NotSettled) -> web.Response:
    sentence = "not settled; waiting for: " + "; ".join(late.waiting_for)
    return refused(sentence, HTTPStatus.GATEWAY_TIMEOUT, waiting_for=late.waiting_for)


def _said(report: Any) -> dict[str, Any]:
    return {key: value for key, value in asdict(report).items() if key != "at"}
