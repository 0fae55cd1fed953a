"""Reading the control API's bodies: the right type or a sentence that says what was expected."""

from typing import Any

import orjson
from aiohttp import web

from sandbox.errors import Refused


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty object."""
    data = await request.read()
    if not data.strip():
        return {}
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Refused(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Refused("the body must be a JSON object")
    return value


def text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Refused(f"{name} must be text")
    return value


def text_or_none(body: dict[str, Any], name: str) -> str | None:
    return None if body.get(name) is None else text(body, name)


def number(body: dict[str, Any], name: str) -> int:
    found = number_or_none(body, name)
    if found is None:
        raise Refused(f"{name} is missing; it must be a whole number")
    return found


def number_or_none(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise Refused(f"{name} must be a whole number")
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise Refused(f"{name} must be a whole number") from error


def figure(body: dict[str, Any], name: str, default: float | None = None) -> float:
    value = body.get(name)
    if value is None and default is not None:
        return default
    try:
        return float(str(value))
    except ValueError as error:
        raise Refused(f"{name} must be a number") from error


def flag(body: dict[str, Any], name: str, default: bool = False) -> bool:
    value = body.get(name, default)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Refused(f"{name} must be true or false")
    return value


def numbers(body: dict[str, Any], name: str) -> list[int]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
        raise Refused(f"{name} must be a list of whole numbers")
    return value


def words(body: dict[str, Any], name: str) -> list[str]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Refused(f"{name} must be a list of texts")
    return value
