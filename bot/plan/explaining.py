"""Turns pydantic's errors into problems an officer can mend: line, field, what stands there, what should.

The expectations are the descriptions of the schema's fields; only the words around them are here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.core.access import Permission
from bot.plan.documents import Document, Place, Value, field_words
from bot.plan.errors import PackProblem
from bot.plan.fields import DATE_WORDS, DURATION_WORDS
from bot.plan.schema import HourKey, Lane, Level, LimitKey, Medium, Nature, Scope, WaitKey, WarningLevel
from bot.plan.warnings import WarningDeed, WarningNeed

_NOUNS: dict[type[StrEnum], str] = {
    Permission: "a permission",
    Scope: "a scope",
    Level: "a level",
    Nature: "a nature",
    Lane: "a lane",
    Medium: "a medium",
    WaitKey: "a wait of the product",
    LimitKey: "a limit of the product",
    HourKey: "an hour of the product",
    WarningLevel: "a warning level",
    WarningDeed: "a deed",
    WarningNeed: "a need",
}
_PLAIN = {str: "text", bool: "yes or no", date: DATE_WORDS, timedelta: DURATION_WORDS}


def problems_of(error: ValidationError, model: type[BaseModel], document: Document, at: Place) -> Iterator[PackProblem]:
    """One problem per error of one entry; `at` is the entry's place in the document.

    A list whose only item is wrong also counts as too short: what merely encloses another error is left out.
    """
    details = error.errors()
    places = {detail["loc"] for detail in details}
    for detail in details:
        if any(place != detail["loc"] and place[: len(detail["loc"])] == detail["loc"] for place in places):
            continue
        found, expectation = _sentence(detail, model)
        place = (*at, *detail["loc"])
        yield PackProblem(document.file, document.line(place), field_words(detail["loc"]), found, expectation)


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    kind, place = detail["type"], detail["loc"]
    if kind == "pack_rule":
        return detail["ctx"]["found"], detail["ctx"]["expectation"]
    if kind == "extra_forbidden":
        return "is no field here", _fields(_annotation(model, place[:-1]))
    annotation = _annotation(model, place)
    if kind == "missing":
        return "is missing", _described(annotation)
    return _found(detail["input"], annotation), _described(annotation)


def _found(value: Value, annotation: object) -> str:
    if value is None:
        return "is empty"
    if isinstance(value, list | dict):
        return f"is a {'list' if isinstance(value, list) else 'mapping'}" if value else "is empty"
    return f'"{value}" is not {_NOUNS.get(_enum(annotation), "fitting")}'


def _annotation(model: type[BaseModel], place: Place) -> object:
    """What the schema says at a place: a FieldInfo for a field, a type or Annotated for a list's items."""
    here: object = model
    for part in place:
        here = _items(here) if isinstance(part, int) else _field(here, part)
    return here


def _field(here: object, name: str) -> object:
    fields = getattr(_bare(here), "model_fields", {})
    return fields.get(name, str)


def _items(here: object) -> object:
    return next(iter(get_args(_bare(here))), str)


def _bare(here: object) -> Any:
    """The type itself, without FieldInfo, Annotated or `| None`."""
    if isinstance(here, FieldInfo):
        here = here.annotation
    while get_origin(here) is Annotated:
        here = get_args(here)[0]
    options = [option for option in get_args(here) if option is not type(None)]
    return options[0] if type(None) in get_args(here) and len(options) == 1 else here


def _enum(here: object) -> Any:
    bare = _bare(here)
    return bare if isinstance(bare, type) and issubclass(bare, StrEnum) else None


def _described(here: object) -> str:
    described = _description(here)
    if described:
        return described
    bare = _bare(here)
    if _enum(bare) is not None:
        return f"one of {', '.join(member.value for member in bare)}"
    if get_origin(bare) is tuple:
        return "a list"
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return f"a mapping with {', '.join(bare.model_fields)}"
    return _PLAIN.get(bare, "another value")


def _description(here: object) -> str | None:
    if isinstance(here, FieldInfo):
        return here.description or _description(here.annotation)
    infos = (
        [info for info in get_args(here)[1:] if isinstance(info, FieldInfo)] if get_origin(here) is Annotated else []
    )
    if infos:
        return infos[0].description
    options = [option for option in get_args(here) if option is not type(None)] if type(None) in get_args(here) else []
    return _description(options[0]) if options else None


def _fields(here: object) -> str:
    return f"only {', '.join(getattr(_bare(here), 'model_fields', {}))}"
