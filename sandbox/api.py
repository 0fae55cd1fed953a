"""The Bot API on HTTP: finds the method, lets faults strike, carries it out, answers in the platform's envelope."""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
from aiogram.methods import GetUpdates, TelegramMethod
from aiohttp import web

from sandbox import objects
from sandbox.calls import Call
from sandbox.errors import ApiError, Reason, flood
from sandbox.methods.table import BY_NAME, POLL
from sandbox.parsing import Parameters, checked, ignored, read
from sandbox.world import World


class BotApi:
    """Serves `/bot<token>/<method>` and `/file/bot<token>/<path>` of one bot."""

    def __init__(self, world: World, token: str) -> None:
        self.world = world
        self.token = token
        self.faults = world.faults
        self.calls = world.calls

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token:[^/]*}/{method:[^/]*}", self.call),
            web.route("*", "/bot{token:[^/]*}", self.nothing),
            web.get("/file/bot{token:[^/]*}/{path:.+}", self.download),
        ]

    async def nothing(self, request: web.Request) -> web.Response:
        return failure(ApiError(Reason.NOT_FOUND))

    async def call(self, request: web.Request) -> web.Response:
        """One call of the bot."""
        refusal = self._token_refusal(request)
        if refusal is not None:
            return failure(refusal)
        name = request.match_info["method"].lower()
        try:
            parameters = await read(request)
        except web.HTTPRequestEntityTooLarge:
            return failure(ApiError(Reason.TOO_LARGE))
        except ApiError as error:
            return self._fail(self.calls.begin(request.match_info["method"], {}), error)
        return await self._answer(request, name, parameters)

    async def download(self, request: web.Request) -> web.Response:
        """The bytes behind a link of `getFile`."""
        refusal = self._token_refusal(request)
        if refusal is not None:
            return failure(refusal)
        call = self.calls.begin("file", {"path": request.match_info["path"]})
        early = await self._strike(request, call, "file", None)
        if early is not None:
            return early
        stored = self.world.files.linked(request.match_info["path"])
        if stored is None:
            return self._fail(call, ApiError(Reason.NOT_FOUND))
        call.ok = True
        response = web.Response(body=stored.data, content_type="application/octet-stream")
        return self._dropped(request, call, "file", None) or response

    def _token_refusal(self, request: web.Request) -> ApiError | None:
        token = request.match_info["token"]
        if token == self.token:
            return None
        return ApiError(Reason.UNAUTHORIZED if ":" in token else Reason.TOKEN_SHAPE)

    async def _answer(self, request: web.Request, name: str, parameters: Parameters) -> web.Response:
        spelled = BY_NAME[name][0] if name in BY_NAME else request.match_info["method"]
        call = self.calls.begin("getUpdates" if name == POLL else spelled, parameters.shown())
        chat = _chat_of(parameters.values)
        early = await self._strike(request, call, name, chat)
        if early is not None:
            return early
        try:
            body = await self._poll(parameters) if name == POLL else self._carry_out(call, name, parameters)
        except ApiError as error:
            return self._cut(request, call, "offline") if self.faults.offline_left() > 0 else self._fail(call, error)
        call.ok = True
        self._publish(call)
        late = self.faults.strike("late_answer", name, chat)
        if late is not None:
            call.fault = "late_answer"
            await asyncio.sleep(late.seconds)
        return self._dropped(request, call, name, chat) or success(body)

    def _carry_out(self, call: Call, name: str, parameters: Parameters) -> bytes:
        found = BY_NAME.get(name)
        if found is None:
            raise ApiError(Reason.METHOD_NOT_FOUND)
        _, model, handler = found
        call.ignored = ignored(model, parameters)
        method: TelegramMethod[Any] = checked(model, parameters)
        return objects.dump(handler(self.world, method))

    async def _poll(self, parameters: Parameters) -> bytes:
        method = checked(GetUpdates, parameters)
        assert isinstance(method, GetUpdates)
        updates = self.world.updates
        updates.allow(method.allowed_updates)
        limit = 100 if method.limit is None else method.limit
        return b"[" + b",".join(await updates.poll(method.offset or 0, limit, method.timeout or 0)) + b"]"

    async def _strike(self, request: web.Request, call: Call, name: str, chat: int | None) -> web.Response | None:
        """Faults that come before a call is carried out; None: it goes through."""
        if self.faults.offline_left() > 0:
            return self._cut(request, call, "offline")
        slow = self.faults.strike("slow", name, chat)
        if slow is not None:
            call.fault = "slow"
            await asyncio.sleep(slow.seconds)
        if self.faults.strike("reset", name, chat):
            return self._cut(request, call, "reset")
        if self.faults.strike("error_500", name, chat):
            call.fault = "error_500"
            return self._fail(call, ApiError(Reason.INTERNAL))
        storm = self.faults.strike("flood", name, chat)
        if storm is not None:
            call.fault = "flood"
            return self._fail(call, flood(storm.retry_after))
        return None

    def _dropped(self, request: web.Request, call: Call, name: str, chat: int | None) -> web.Response | None:
        """The call was carried out, but nobody will hear of it."""
        if self.faults.strike("drop_answer", name, chat) is None:
            return None
        call.fault = "drop_answer"
        return _cut(request)

    def _cut(self, request: web.Request, call: Call, fault: str) -> web.Response:
        call.fault = fault
        call.description = "connection closed"
        self._publish(call)
        return _cut(request)

    def _fail(self, call: Call, error: ApiError) -> web.Response:
        call.error_code, call.description = error.code, error.description
        self._publish(call)
        return failure(error)

    def _publish(self, call: Call) -> None:
        if self.world.bus.listeners:
            self.world.bus.publish("call", call=call)


def success(body: bytes) -> web.Response:
    """`{"ok": true, "result": body}`."""
    return web.Response(body=b'{"ok":true,"result":' + body + b"}", content_type="application/json")


def failure(error: ApiError) -> web.Response:
    """`{"ok": false, …}` under the same HTTP status."""
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters is not None:
        body["parameters"] = error.parameters
    return web.Response(body=orjson.dumps(body), status=error.code, content_type="application/json")


def _cut(request: web.Request) -> web.Response:
    """Let the connection die; the response object only satisfies the framework."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _chat_of(values: dict[str, Any]) -> int | None:
    try:
        return int(values["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None
