"""A Bot API request, in any of its four forms, as a checked aiogram method object.

JSON, form, multipart and query string become one dictionary; text that stands for JSON (keyboards in forms) is
decoded; `attach://` names become the uploaded files. It is stricter than the platform in one way: a value of the wrong
JSON type is refused instead of converted. Parameters the method does not know are ignored as there, and reported.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

import orjson
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, InputFile, TelegramObject
from aiohttp import web
from pydantic import ValidationError

from sandbox.errors import ApiError, Reason
from sandbox.markup import parse_markup

ATTACHED = "attach://"


class Upload(BufferedInputFile):
    """A file that came with the request."""

    def __init__(self, data: bytes, filename: str, mime: str | None) -> None:
        super().__init__(data, filename)
        self.mime = None if mime in (None, "application/octet-stream") else mime


@dataclass(slots=True)
class Parameters:
    """What a request said: values by name, and the files that came along."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """For the log of calls: files by name and size."""
        files = {name: f"<{len(upload.data)} bytes {upload.filename}>" for name, upload in self.uploads.items()}
        return {**self.values, **files}


async def read(request: web.Request) -> Parameters:
    """Read query and body.

    Raises:
        ApiError: a JSON body that is none, or no object.
    """
    found = Parameters(dict(request.query))
    if request.content_type == "application/json":
        found.values |= _json_object(await request.read())
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                found.uploads[name] = Upload(value.file.read(), value.filename, value.content_type)
            else:
                found.values[name] = value
    return found


def _json_object(data: bytes) -> dict[str, Any]:
    if not data.strip():
        return {}
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ApiError(Reason.BAD_JSON) from error
    if not isinstance(value, dict):
        raise ApiError(Reason.BAD_JSON)
    return value


def checked(model: type[TelegramMethod[Any]], parameters: Parameters) -> TelegramMethod[Any]:
    """The request as an object of its aiogram method.

    Raises:
        ApiError: 400, naming the first parameter that is missing or wrong.
    """
    values: dict[str, Any] = {}
    shapes = _shapes(model)
    for name, value in [*parameters.values.items(), *parameters.uploads.items()]:
        if value is None or (value == "" and name != "url"):  # an empty address means: no webhook
            continue
        values[name] = _shaped(name, value, shapes.get(name, ""), parameters.uploads)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _refusal(error) from error


def ignored(model: type[TelegramMethod[Any]], parameters: Parameters) -> list[str]:
    """Names of parameters the method does not have: the platform says nothing about them, the log of calls does."""
    return [name for name in parameters.values if name not in model.model_fields]


def _shaped(name: str, value: Any, shape: str, uploads: dict[str, Upload]) -> Any:
    if name == "reply_markup":
        return parse_markup(_decoded(value, Reason.MARKUP_JSON))
    if shape == "json":
        return _attached(_decoded(value, Reason.BAD_JSON), uploads)
    if shape == "file":
        return _attached(value, uploads)
    return value


def _decoded(value: Any, reason: Reason) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ApiError(reason) from error


def _attached(value: Any, uploads: dict[str, Upload]) -> Any:
    if isinstance(value, str) and value.startswith(ATTACHED):
        upload = uploads.get(value.removeprefix(ATTACHED))
        if upload is None:
            raise ApiError(Reason.FILE_MISSING, kind="file")
        return upload
    if isinstance(value, list):
        return [_attached(item, uploads) for item in value]
    if isinstance(value, dict):
        return {key: _attached(item, uploads) for key, item in value.items()}
    return value


@cache
def _shapes(model: type[TelegramMethod[Any]]) -> dict[str, str]:
    """Which parameters are JSON in text form, and which are files."""
    found = {}
    for name, info in model.model_fields.items():
        parts = list(_parts(info.annotation))
        if InputFile in parts:
            found[name] = "file"
        elif any(part is list or (isinstance(part, type) and issubclass(part, TelegramObject)) for part in parts):
            found[name] = "json"
    return found


def _parts(annotation: Any) -> list[Any]:
    origin = getattr(annotation, "__origin__", None)
    found = [annotation if origin is None else origin]
    for inner in get_args(annotation):
        found += _parts(inner)
    return found


_MISSING = {
    "chat_id": Reason.CHAT_ID_EMPTY,
    "text": Reason.TEXT_EMPTY,
    "message_id": Reason.MESSAGE_ID_MISSING,
    "callback_query_id": Reason.QUERY_OLD,
    "latitude": Reason.COORDINATES,
    "longitude": Reason.COORDINATES,
    "file_id": Reason.FILE_ID,
}
_FILES = ("photo", "document", "voice", "video", "media")


def _refusal(error: ValidationError) -> ApiError:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "request"
    if first["type"] == "missing" and len(first["loc"]) == 1:
        if name in _FILES:
            return ApiError(Reason.FILE_MISSING, kind=name)
        if name in _MISSING:
            return ApiError(_MISSING[name])
    where = ".".join(str(part) for part in first["loc"][1:])
    return ApiError(Reason.WRONG_PARAMETER, name=name, detail=" ".join(filter(None, [where, first["msg"]])))
