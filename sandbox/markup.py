"""Keyboards as the bot sends them: which of the four kinds, and whether the platform would take it.

The kinds are told apart by their one distinguishing field before any model sees them, because aiogram's
`ReplyKeyboardRemove` has defaults for everything and would accept a misspelt inline keyboard.
"""

from typing import Any

from aiogram.types import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from pydantic import ValidationError

from sandbox.entities import normal_url
from sandbox.errors import ApiError, Reason

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply

MOST_BUTTONS = 100
MOST_BYTES = 10_000
DATA_BYTES = 64
COPY_CHARACTERS = 256
PLACEHOLDER_CHARACTERS = 64
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_KINDS: dict[str, tuple[type[Markup], str]] = {
    "inline_keyboard": (InlineKeyboardMarkup, "inline keyboard button"),
    "keyboard": (ReplyKeyboardMarkup, "keyboard button"),
    "remove_keyboard": (ReplyKeyboardRemove, "reply markup"),
    "force_reply": (ForceReply, "reply markup"),
}


def parse_markup(value: Any) -> Markup:
    """The keyboard a request carries.

    Raises:
        ApiError: not an object, none of the four kinds, a button the platform refuses, or too many of them.
    """
    if isinstance(value, dict):
        for field, (model, kind) in _KINDS.items():
            if field in value:
                return _checked(_modelled(model, _spelled_out(value), kind))
    raise ApiError(Reason.MARKUP_OBJECT)


def for_chat(markup: Markup | None, private: bool) -> None:
    """Raises ApiError if a button asks in a group what only a private chat can give."""
    if private or not isinstance(markup, ReplyKeyboardMarkup):
        return
    for button in (button for row in markup.keyboard for button in row):
        if button.request_contact:
            raise ApiError(Reason.CONTACT_PRIVATE_ONLY)
        if button.request_location:
            raise ApiError(Reason.LOCATION_PRIVATE_ONLY)


def inline_body(markup: Markup | None) -> dict[str, Any] | None:
    """What stays on the message: an inline keyboard with at least one button."""
    if not isinstance(markup, InlineKeyboardMarkup) or not any(markup.inline_keyboard):
        return None
    return markup.model_dump(mode="json", exclude_none=True, exclude_unset=True)


def _spelled_out(value: dict[str, Any]) -> dict[str, Any]:
    """Plain words among reply buttons stand for `{"text": word}`."""
    rows = value.get("keyboard")
    if not isinstance(rows, list):
        return value
    return {**value, "keyboard": [_row(row) for row in rows]}


def _row(row: Any) -> Any:
    return [{"text": item} if isinstance(item, str) else item for item in row] if isinstance(row, list) else row


def _modelled(model: type[Markup], value: dict[str, Any], kind: str) -> Markup:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ApiError(Reason.MARKUP_BUTTON, kind=kind, detail=f"{where}: {first['msg']}") from error


def _checked(markup: Markup) -> Markup:
    if isinstance(markup, InlineKeyboardMarkup):
        buttons = [button for row in markup.inline_keyboard for button in row]
        for button in buttons:
            _check_inline(button)
        size = sum(len(button.text.encode()) + len((button.callback_data or "").encode()) for button in buttons)
        if len(buttons) > MOST_BUTTONS or size > MOST_BYTES:
            raise ApiError(Reason.MARKUP_TOO_LONG)
    if isinstance(markup, ReplyKeyboardMarkup):
        _check_reply(markup)
    return markup


def _check_inline(button: InlineKeyboardButton) -> None:
    _check_text(button, "inline keyboard button")
    actions = [name for name in _ACTIONS if getattr(button, name) is not None]
    if not actions:
        raise ApiError(Reason.BUTTON_NO_ACTION)
    if len(actions) > 1:
        raise ApiError(Reason.BUTTON_ACTIONS)
    if button.callback_data is not None and not 1 <= len(button.callback_data.encode()) <= DATA_BYTES:
        raise ApiError(Reason.BUTTON_DATA)
    if button.url is not None and not normal_url(button.url):
        raise ApiError(Reason.BUTTON_URL)
    if button.copy_text is not None and not 1 <= len(button.copy_text.text) <= COPY_CHARACTERS:
        raise ApiError(Reason.BUTTON_COPY)


def _check_reply(markup: ReplyKeyboardMarkup) -> None:
    buttons = [button for row in markup.keyboard for button in row]
    if not buttons:
        raise ApiError(Reason.MARKUP_BUTTON, kind="keyboard button", detail="keyboard is empty")
    for button in buttons:
        _check_text(button, "keyboard button")
    if len(buttons) > 3 * MOST_BUTTONS:
        raise ApiError(Reason.MARKUP_TOO_LONG)
    if not 1 <= len(markup.input_field_placeholder or "-") <= PLACEHOLDER_CHARACTERS:
        raise ApiError(Reason.MARKUP_BUTTON, kind="reply markup", detail="input_field_placeholder is too long")


def _check_text(button: InlineKeyboardButton | KeyboardButton, kind: str) -> None:
    if not button.text.strip():
        raise ApiError(Reason.MARKUP_BUTTON, kind=kind, detail="text is empty")
