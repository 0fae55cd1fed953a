"""What the control API shows: messages, keyboards, people, groups and the state, as `docs/sandbox.md` promises."""

from typing import Any

from sandbox.acts.telling import SERVICE
from sandbox.bus import Change
from sandbox.calls import Call
from sandbox.chats import Chat, Person, Record
from sandbox.clock import instant
from sandbox.files import Stored
from sandbox.settling import Settling
from sandbox.world import World

KINDS = ("text", "photo", "voice", "video", "document", "location", "contact")
CONNECTED_SECONDS = 60.0
PINNED_SHOWN = 24
"""Characters of a pinned message that the line about it quotes."""


def message(world: World, record: Record) -> dict[str, Any]:
    """One message as people see it; deleted ones stay, marked."""
    body = record.body
    kind = next((kind for kind in KINDS if kind in body), "service")
    contact = body.get("contact")
    return {
        "message_id": record.message_id,
        "chat": record.chat.id,
        "date": body["date"],
        "rev": record.rev,
        "from": _author(record),
        "author": record.author,
        "kind": kind,
        "text": body.get("text"),
        "entities": body.get("entities", []),
        "caption": body.get("caption"),
        "caption_entities": body.get("caption_entities", []),
        "file": _file(world, body, kind),
        "location": body.get("location"),
        "contact": contact,
        "album": body.get("media_group_id"),
        "reply_to": record.reply_to,
        "thread": body.get("message_thread_id"),
        "forward": _forward(body.get("forward_origin")),
        "service": _service(body) if kind == "service" else None,
        "service_kind": next((name for name in SERVICE if name in body), None),
        "keyboard": inline_keyboard(body),
        "edits": [_version(when, former) for when, former in record.former],
        "edited": body.get("edit_date"),
        "deleted": record.deleted,
        "silent": record.silent,
        "pinned": record.pinned,
    }


def inline_keyboard(body: dict[str, Any]) -> dict[str, Any] | None:
    """The inline keyboard of one version of a message."""
    rows = body.get("reply_markup", {}).get("inline_keyboard")
    return {"kind": "inline", "rows": [[_inline_button(button) for button in row] for row in rows]} if rows else None


def reply_keyboard(chat: Chat, person_id: int | None) -> dict[str, Any] | None:
    """The reply keyboard on a person's phone; without a person: the private chat's owner, or the group's newest."""
    owner = chat.id if person_id is None and chat.kind == "private" else person_id
    shown = [key for person, key in chat.keyboards.items() if owner in (None, person) and not key.hidden]
    if not shown:
        return None
    markup = max(shown, key=lambda key: key.message_id).markup
    return {
        "kind": "reply",
        "rows": [[_reply_button(button) for button in row] for row in markup["keyboard"]],
        "one_time": markup.get("one_time_keyboard", False),
        "resize": markup.get("resize_keyboard", False),
        "placeholder": markup.get("input_field_placeholder"),
    }


def person(someone: Person) -> dict[str, Any]:
    return {
        "id": someone.id,
        "name": someone.name,
        "phone": someone.phone,
        "language": someone.language,
        "started": someone.started,
        "blocked": someone.blocked,
        "deactivated": someone.deactivated,
    }


def group(chat: Chat) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": chat.id,
        "title": chat.title,
        "kind": chat.kind,
        "forum": chat.forum,
        "members": [
            {"id": person_id, "status": member.status, "anonymous": member.anonymous}
            for person_id, member in chat.members.items()
        ],
        "bot": chat.bot if chat.has_bot else "absent",
        "topics": [{"thread": thread, "name": name} for thread, name in chat.topics.items()],
    }
    if chat.migrated_to is not None:
        body["migrated_to"] = chat.migrated_to
    return body


def state(world: World, settling: Settling) -> dict[str, Any]:
    """Everything at a glance, without messages."""
    body: dict[str, Any] = {
        "rev": world.bus.rev,
        "clock": clock(world),
        "bot": _bot(world, settling),
        "people": [person(someone) for someone in world.people.values()],
        "groups": [group(chat) for chat in world.chats.values() if chat.kind != "private"],
        "faults": world.faults.shown(),
    }
    return body | {key: value for key, value in (("hint", world.hint), ("phones", world.phones)) if value}


def clock(world: World) -> dict[str, Any]:
    return {"now": instant(world.clock.now()), "offset": world.clock.offset, "rev": world.clock.rev}


def change(world: World, item: Change) -> dict[str, Any]:
    """One event."""
    body: dict[str, Any] = {"rev": item.rev, "kind": item.kind}
    if item.chat is not None:
        body["chat"] = item.chat.id
    if item.record is not None:
        body["message"] = message(world, item.record)
    for key, value in item.extra.items():
        body[key] = value.shown() if isinstance(value, Call) else value
    return body


def _bot(world: World, settling: Settling) -> dict[str, Any]:
    report, missing = settling.report, settling.missing()
    commands = world.commands.get(('{"type":"default"}', "")) or next(iter(world.commands.values()), [])
    updates = world.updates
    recent = world.calls.newest_age()
    connected = updates.polling or updates.webhook_active or (recent is not None and recent < CONNECTED_SECONDS)
    return {
        "id": world.bot.id,
        "username": world.bot.username,
        "name": world.bot.name,
        "connected": connected,
        "settled": not missing,
        "waiting_for": missing,
        "next_due": instant(report.next_due) if report is not None and report.next_due is not None else None,
        "commands": commands,
        "updates_waiting": updates.waiting,
    }


def _author(record: Record) -> dict[str, Any]:
    sender = record.body["from"]
    if "sender_chat" in record.body:
        return {"id": sender["id"], "name": record.body["sender_chat"].get("title", ""), "is_bot": False}
    return {"id": sender["id"], "name": sender["first_name"], "is_bot": sender["is_bot"]}


def _file(world: World, body: dict[str, Any], kind: str) -> dict[str, Any] | None:
    found = body.get(kind)
    if kind not in ("photo", "voice", "video", "document") or not found:
        return None
    stored = world.files.find((found[-1] if kind == "photo" else found)["file_id"])
    return _stored(stored) if stored is not None else None


def _stored(stored: Stored) -> dict[str, Any]:
    body: dict[str, Any] = {
        "file_id": stored.file_id,
        "name": stored.name,
        "mime": stored.mime,
        "size": stored.size,
        "width": stored.width,
        "height": stored.height,
        "duration": stored.duration or None,
    }
    return {key: value for key, value in body.items() if value is not None}


def _forward(origin: dict[str, Any] | None) -> dict[str, Any] | None:
    if origin is None:
        return None
    if "sender_chat" in origin:
        return {"name": origin["sender_chat"].get("title", "")}
    return {"name": origin["sender_user"]["first_name"]}


def _version(when: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "date": when,
        "text": body.get("text"),
        "caption": body.get("caption"),
        "keyboard": inline_keyboard(body),
    }


_BUTTON_FIELDS = {"text": "text", "callback_data": "data", "url": "url", "style": "style"}


def _inline_button(button: dict[str, Any]) -> dict[str, Any]:
    shown = {name: button[field] for field, name in _BUTTON_FIELDS.items() if field in button}
    return shown | ({"copy": button["copy_text"]["text"]} if "copy_text" in button else {})


def _reply_button(button: dict[str, Any]) -> dict[str, Any]:
    return {key: button[key] for key in ("text", "request_contact", "request_location") if button.get(key)}


def _names(users: list[dict[str, Any]]) -> str:
    return "、".join(user["first_name"] for user in users)


def _service(body: dict[str, Any]) -> str:
    """What a service message says, in the words of the chat's people."""
    match body:
        case {"new_chat_members": users}:
            return f"{_names(users)} 加入群组"
        case {"left_chat_member": user}:
            return f"{_names([user])} 离开群组"
        case {"pinned_message": pinned}:
            said = " ".join(str(pinned.get("text") or pinned.get("caption") or pinned["message_id"]).split())
            return f"置顶了消息：{said[:PINNED_SHOWN]}{'…' if len(said) > PINNED_SHOWN else ''}"
        case {"forum_topic_created": topic}:
            return f"新建话题：{topic['name']}"
        case {"migrate_to_chat_id": number}:
            return f"群组已升级为超级群组 {number}"
        case {"migrate_from_chat_id": number}:
            return f"由群组 {number} 升级而来"
        case _:
            return "群组已建立"
