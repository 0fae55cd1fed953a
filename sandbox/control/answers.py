"""Answers of the control API, and its guard: loopback callers only, and no page from elsewhere."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from sandbox.errors import Refused

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]", "::1")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answered(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def refused(sentence: str, status: HTTPStatus, **more: Any) -> web.Response:
    return answered({"error": sentence, **more}, status)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into answers, and keep other sites' pages away from the control API.

    A web page anywhere can send requests to a loopback address of whoever reads it; `Host` and `Origin` tell it apart.
    """
    if not request.path.startswith("/control/"):
        return await handler(request)
    origin = request.headers.get("Origin")
    if not _local(request.host) or (origin is not None and urlsplit(origin).netloc != request.host):
        return refused("only pages of this sandbox may call it", HTTPStatus.FORBIDDEN)
    try:
        return await handler(request)
    except Refused as refusal:
        return refused(refusal.sentence, refusal.status)
    except web.HTTPException as error:
        return refused(error.reason, HTTPStatus(error.status))


def _local(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name in LOOPBACK_NAMES
