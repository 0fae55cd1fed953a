"""From a shipment to the Bot API call that carries it. Pure; the only place that knows the methods' parameters."""

from __future__ import annotations

import html
import re
from typing import Any

from bot.delivery.schemas import Shipment, Upload
from messages.engine import label

# The platform's own tags only: what made a text unreadable is often a bare `<`, and the words after it must stay.
_TAG = re.compile(
    r"</?(?:b|strong|i|em|u|ins|s|strike|del|span|a|code|pre|blockquote|tg-spoiler|tg-emoji)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_OUR_KEYS = ("media", "file_id", "sha256", "name", "plain", "pin")
"""Keys of a stored body that are no parameters of a call."""

_NAMES = {"photo": "photo.jpg", "voice": "voice.ogg", "video": "video.mp4", "document": "file"}
"""What an uploaded file is called unless we named it: the original's name is no business of a group's."""

_MEDIA = {"photo": "sendPhoto", "voice": "sendVoice", "video": "sendVideo", "document": "sendDocument"}


def call_of(shipment: Shipment) -> tuple[str, dict[str, Any]]:
    """Method and parameters. A repeat is marked; markup that was refused is taken out, and a plain text has none."""
    if shipment.pins:
        pinned = {"chat_id": shipment.chat_id, "message_id": shipment.reply_to, "disable_notification": True}
        return "pinChatMessage", pinned
    if shipment.tidies:
        method = "deleteMessage" if shipment.body.get("deletes") else "unpinChatMessage"
        return method, {"chat_id": shipment.chat_id, "message_id": shipment.reply_to}
    params = {key: value for key, value in shipment.body.items() if key not in _OUR_KEYS}
    text_key = "caption" if "media" in shipment.body else "text"
    params.update(_worded(shipment, text_key))
    params["chat_id"] = shipment.chat_id
    if shipment.edits is not None:
        return "editMessageText", {**params, "message_id": shipment.edits}
    params.update(_placing(shipment))
    if "media" in shipment.body:
        media = shipment.body["media"]
        return _MEDIA[media], {**params, media: _file(shipment.body)}
    return "sendMessage", params


def _file(body: dict[str, Any]) -> str | Upload:
    """Its id on the platform, or our copy to be uploaded."""
    if digest := body.get("sha256"):
        return Upload(str(digest), str(body.get("name") or _NAMES[body["media"]]))
    return str(body["file_id"])


def _worded(shipment: Shipment, key: str) -> dict[str, Any]:
    text = str(shipment.body[key])
    if shipment.repeated:
        text = f"{label('delivery.repeated', shipment.locale)}\n{text}"
    if shipment.body.get("plain"):
        return {key: text}
    if shipment.plain:
        return {key: html.unescape(_TAG.sub("", text))}
    return {key: text, "parse_mode": "HTML"}


def _placing(shipment: Shipment) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if shipment.thread_id is not None:
        params["message_thread_id"] = shipment.thread_id
    if shipment.silent:
        params["disable_notification"] = True
    if shipment.reply_to is not None:
        params["reply_parameters"] = {"message_id": shipment.reply_to, "allow_sending_without_reply": True}
    return params
