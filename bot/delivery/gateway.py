"""The only way out to the platform: one HTTP client, JSON in and out. Knows no bot framework and no domain.

A call with an `Upload` among its parameters goes as a form with the file in it, everything else is the same.

It says apart what the ledger must know apart: the platform refused (`Refused`), the request certainly never left
(`Unsent`), or nobody knows (`Unknown`: timeout, reset, 5xx). It does not retry, pace or interpret.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
import orjson

from bot.core.errors import JiaoyingError
from bot.core.shelf import place_of
from bot.delivery.schemas import Upload

CALL_TIMEOUT_SECONDS = 20.0
UPLOAD_TIMEOUT_SECONDS = 60.0
"""A village's line carries a photo slowly, and one called uncertain would be shown twice."""

_CHUNK_BYTES = 64 * 1024
_CONNECT_SECONDS = 10.0
_DOWNLOAD_SECONDS = 180.0
"""20 MB on a line of 1 Mbit/s."""
_SILENT_SECONDS = 30.0
_JSON = {"Content-Type": "application/json"}
# The last one: our proxy would not or could not open the line.
_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)


class GatewayError(JiaoyingError):
    """A call that did not give a result. `method` says which."""

    def __init__(self, method: str, text: str) -> None:
        super().__init__(f"{method}: {text}")
        self.method = method


class Refused(GatewayError):
    """The platform answered no. `code` as in HTTP, `description` as it said, `parameters` may carry retry_after."""

    def __init__(self, method: str, code: int, description: str, parameters: Mapping[str, Any]) -> None:
        super().__init__(method, f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after: int | None = parameters.get("retry_after")
        self.migrate_to: int | None = parameters.get("migrate_to_chat_id")


class Unsent(GatewayError):
    """No connection came about: the platform has not seen the request."""


class Unknown(GatewayError):
    """The request left and no usable answer came back: it may or may not have been carried out."""


class Platform(Protocol):
    """What the rest of the program needs of a platform; another channel implements the same."""

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = CALL_TIMEOUT_SECONDS) -> Any:
        """The method's result. Raises Refused, Unsent or Unknown. `timeout` in seconds."""

    def download(self, path: str) -> AsyncIterator[bytes]:
        """The bytes of a file whose path getFile gave."""


class Gateway:
    """Telegram's Bot API at `base_url` (no slash at its end) for one token; `files` holds what may be uploaded."""

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.telegram.org",
        *,
        proxy: str | None = None,
        files: Path | None = None,
    ) -> None:
        self._shelf = files
        self._calls = f"{base_url}/bot{token}"
        self._files = f"{base_url}/file/bot{token}"
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=50)
        self._session = aiohttp.ClientSession(connector=connector, json_serialize=_dumps)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = CALL_TIMEOUT_SECONDS) -> Any:
        form = None
        if any(isinstance(value, Upload) for value in params.values()):
            form, timeout = await self._form(method, params), max(timeout, UPLOAD_TIMEOUT_SECONDS)
        request = self._open.post(
            f"{self._calls}/{method}",
            data=form or orjson.dumps(params),
            headers=None if form else _JSON,
            timeout=_limits(timeout),
            proxy=self._proxy,
        )
        try:
            async with request as response:
                return _result(method, response.status, await response.read())
        except _NEVER_LEFT as error:
            raise Unsent(method, type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unknown(method, type(error).__name__) from error

    async def download(self, path: str) -> AsyncIterator[bytes]:
        try:
            limit = aiohttp.ClientTimeout(total=_DOWNLOAD_SECONDS, connect=_CONNECT_SECONDS, sock_read=_SILENT_SECONDS)
            async with self._open.get(f"{self._files}/{path}", timeout=limit, proxy=self._proxy) as response:
                if response.status != 200:
                    raise Refused("download", response.status, response.reason or "", {})
                async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                    yield chunk
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unknown("download", type(error).__name__) from error

    async def _form(self, method: str, params: Mapping[str, Any]) -> aiohttp.FormData:
        """The parameters as a form, because a file goes along. Raises Refused when our copy of it is not there."""
        # The platform takes a name as it stands, in any script; quoted, people would see the percent signs.
        form = aiohttp.FormData(quote_fields=False)
        for name, value in params.items():
            if isinstance(value, Upload):
                form.add_field(name, await self._bytes_of(method, value), filename=value.name)
            else:
                form.add_field(name, value if isinstance(value, str) else _dumps(value))
        return form

    async def _bytes_of(self, method: str, upload: Upload) -> bytes:
        if self._shelf is None:
            raise JiaoyingError("the gateway has no folder to upload from")
        try:
            return await asyncio.to_thread(place_of(self._shelf, upload.sha256).read_bytes)
        except FileNotFoundError as error:
            raise Refused(method, 400, f"our copy {upload.sha256} is not there", {}) from error

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise JiaoyingError("the gateway is used outside its `async with`")
        return self._session


@cache
def _limits(timeout: float) -> aiohttp.ClientTimeout:
    # Connecting (looking up the name included) runs out first: a call that never left must not look uncertain.
    return aiohttp.ClientTimeout(total=timeout, connect=min(timeout / 2, _CONNECT_SECONDS))


def _result(method: str, status: int, body: bytes) -> Any:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unknown(method, f"HTTP {status} without JSON") from error
    if not isinstance(answer, dict) or not (answer.get("ok") or answer.get("error_code")):
        # Something between us and the platform answered in its place.
        raise Unknown(method, f"HTTP {status} with another's JSON")
    if answer.get("ok"):
        return answer.get("result")
    code, description = int(answer["error_code"]), str(answer.get("description", ""))
    if code >= 500:
        raise Unknown(method, f"{code} {description}")
    raise Refused(method, code, description, answer.get("parameters") or {})


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
