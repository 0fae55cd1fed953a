"""The bot itself: who it is, how it gets updates, its commands, its answers to taps, and signs of typing."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from aiogram.enums import ChatAction
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMyCommands,
    DeleteWebhook,
    GetMe,
    GetMyCommands,
    GetWebhookInfo,
    SendChatAction,
    SetMyCommands,
    SetWebhook,
)
from aiogram.types import BotCommand, User, WebhookInfo

from sandbox import objects
from sandbox.acts.tapping import answer
from sandbox.errors import ApiError, Reason
from sandbox.methods.common import open_chat
from sandbox.world import World

ANSWER_CHARACTERS = 200
QUERY_SECONDS = 60.0
MOST_COMMANDS = 100
DESCRIPTION_CHARACTERS = 256
SECRET_CHARACTERS = 256


def get_me(world: World, method: GetMe) -> User:
    """The bot's own account."""
    rights = {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return User.model_validate(objects.bot_user(world.bot) | rights)


def answer_callback_query(world: World, method: AnswerCallbackQuery) -> bool:
    """The word on the phone after a tap; too late after a minute."""
    if len(method.text or "") > ANSWER_CHARACTERS:
        raise ApiError(Reason.ANSWER_TOO_LONG)
    content: dict[str, Any] = {"text": method.text, "alert": bool(method.show_alert), "url": method.url}
    if not answer(world, method.callback_query_id, content, QUERY_SECONDS):
        raise ApiError(Reason.QUERY_OLD)
    return True


def send_chat_action(world: World, method: SendChatAction) -> bool:
    """ "Typing…" and its like: an event, no message."""
    chat = open_chat(world, method.chat_id)
    if method.action not in {action.value for action in ChatAction}:
        raise ApiError(Reason.WRONG_ACTION)
    world.bus.publish("typing", chat, action=method.action)
    return True


def set_my_commands(world: World, method: SetMyCommands) -> bool:
    """The menu of commands, per scope and language."""
    if len(method.commands) > MOST_COMMANDS:
        raise ApiError(Reason.COMMANDS_MANY)
    for command in method.commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command.command):
            raise ApiError(Reason.COMMAND_NAME)
        if not 1 <= len(command.description) <= DESCRIPTION_CHARACTERS:
            raise ApiError(Reason.COMMAND_DESCRIPTION)
    world.commands[_scope(method.scope, method.language_code)] = [
        {"command": command.command.removeprefix("/"), "description": command.description}
        for command in method.commands
    ]
    world.bus.publish("chat")
    return True


def get_my_commands(world: World, method: GetMyCommands) -> list[BotCommand]:
    """The menu of one scope and language."""
    found = world.commands.get(_scope(method.scope, method.language_code), [])
    return [BotCommand.model_validate(command) for command in found]


def delete_my_commands(world: World, method: DeleteMyCommands) -> bool:
    """Forget the menu of one scope and language."""
    world.commands.pop(_scope(method.scope, method.language_code), None)
    world.bus.publish("chat")
    return True


def set_webhook(world: World, method: SetWebhook) -> bool:
    """Updates go to an address from now on; an empty one means polling again. Only loopback addresses are called.

    Raises:
        ApiError: an address that is no HTTPS (plain HTTP is taken on loopback only), or a malformed secret.
    """
    if method.secret_token is not None:
        _check_secret(method.secret_token)
    if method.url:
        _check_address(method.url)
    if method.drop_pending_updates:
        world.updates.drop()
    world.updates.allow(method.allowed_updates)
    world.webhook.set(method.url, method.secret_token, method.max_connections or 40)
    if method.url:
        world.updates.end_poll(Reason.WEBHOOK_SET)
    return True


def delete_webhook(world: World, method: DeleteWebhook) -> bool:
    """Back to polling."""
    if method.drop_pending_updates:
        world.updates.drop()
    world.webhook.set("", None, 40)
    return True


def get_webhook_info(world: World, method: GetWebhookInfo) -> WebhookInfo:
    """Where updates go, how many wait, and what went wrong last."""
    hook = world.webhook
    body: dict[str, Any] = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": world.updates.waiting,
    }
    if hook.url:
        body |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
    if hook.last_error is not None:
        body |= {"last_error_date": hook.last_error[0], "last_error_message": hook.last_error[1]}
    if world.updates.allowed:
        body["allowed_updates"] = sorted(world.updates.allowed)
    return WebhookInfo.model_validate(body)


def _scope(scope: object, language: str | None) -> tuple[str, str]:
    shown = scope.model_dump_json(exclude_none=True) if scope is not None else '{"type":"default"}'  # type: ignore[attr-defined]  # a union of pydantic models
    return shown, language or ""


def _check_secret(secret: str) -> None:
    if len(secret) > SECRET_CHARACTERS:
        raise ApiError(Reason.SECRET_TOO_LONG)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
        raise ApiError(Reason.SECRET_CHARACTERS)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname:
        raise ApiError(Reason.WEBHOOK_URL, detail="invalid webhook URL specified")
    if not _loopback(parts.hostname):
        detail = "Failed to resolve host: this simulator calls loopback addresses only"
        if parts.scheme != "https":
            detail = "An HTTPS URL must be provided for webhook"
        raise ApiError(Reason.WEBHOOK_URL, detail=detail)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
