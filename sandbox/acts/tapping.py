"""People tap buttons: inline ones, those of the reply keyboard, and old ones on messages long gone."""

from dataclasses import dataclass, replace
from typing import Any

from sandbox import objects
from sandbox.acts.sending import Around, own_contact, send_location
from sandbox.acts.speaking import Sent, enter, put, with_marks
from sandbox.chats import Chat, Keyboard, Person, Record
from sandbox.errors import Refused, unknown
from sandbox.waiting import until
from sandbox.world import Query, World

ANSWER_SECONDS = 10.0
HERE = (29.7050, 105.7150)


@dataclass(frozen=True, slots=True)
class Tap:
    """What is tapped: a button by the words on it or by its data.

    Attributes:
        forged: send `data` even if no version of the message ever had such a button.
        place: latitude and longitude a location button shares.
    """

    message_id: int | None
    text: str | None = None
    data: str | None = None
    forged: bool = False
    place: tuple[float, float] = HERE


@dataclass(frozen=True, slots=True)
class Tapped:
    """What came of it: the bot's answer to an inline button, or the message a reply button sent."""

    answered: bool
    text: str | None = None
    alert: bool = False
    url: str | None = None
    seconds: float = 0.0
    update_id: int | None = None
    message_id: int | None = None


async def tap(world: World, person: Person, chat: Chat, touch: Tap) -> Tapped:
    """Tap, and wait at most 10 s for the bot's answer.

    Raises:
        Refused: no such button, or the person is not in the chat.
    """
    record = chat.messages.get(touch.message_id) if touch.message_id is not None else None
    button = _inline(record, touch) if record is not None else None
    if record is not None and button is not None:
        return await _tap_inline(world, person, record, button)
    keyboard = world.current(chat).keyboards.get(person.id)
    pressed = _reply_button(keyboard, touch)
    if keyboard is None or pressed is None:
        raise unknown(f"there is no button {touch.text or touch.data!r}; there are: {_shown(record, keyboard)}")
    sent = _press(world, person, chat, pressed, touch.place)
    if keyboard.markup.get("one_time_keyboard"):
        keyboard.hidden = True
        world.bus.publish("chat", world.current(chat))
    return Tapped(True, update_id=sent.update_id, message_id=sent.message_id)


async def _tap_inline(world: World, person: Person, record: Record, button: dict[str, Any]) -> Tapped:
    enter(world, person, record.chat)
    if "url" in button:
        return Tapped(True, url=button["url"])
    if "callback_data" not in button:
        return Tapped(True, text=button.get("copy_text", {}).get("text"))
    query = world.new_query(record.chat, record.message_id, person)
    update_id = world.updates.add(
        "callback_query", lambda number: objects.update(number, "callback_query", _callback(query, record, button))
    )
    began = world.clock.monotonic() - world.clock.offset
    await until(lambda: query.answer is not None, query.answered, ANSWER_SECONDS)
    seconds = round(world.clock.monotonic() - world.clock.offset - began, 3)
    return replace(_outcome(query), seconds=seconds, update_id=update_id)


def _callback(query: Query, record: Record, button: dict[str, Any]) -> dict[str, Any]:
    gone = record.deleted or record.chat.migrated_to is not None
    return {
        "id": query.id,
        "from": objects.person_user(query.person),
        "message": objects.inaccessible(record.chat, record.message_id) if gone else objects.body(record),
        "chat_instance": str(abs(record.chat.id) * 7919),
        "data": button["callback_data"],
    }


def _outcome(query: Query) -> Tapped:
    if query.answer is None:
        return Tapped(False)
    return Tapped(True, query.answer.get("text"), query.answer.get("alert", False), query.answer.get("url"))


def _inline(record: Record, touch: Tap) -> dict[str, Any] | None:
    """The newest version's button, else one of a former version: old screens stay on people's phones."""
    for body in [record.body, *(body for _, body in reversed(record.former))]:
        for button in _buttons(body):
            if touch.data is not None and button.get("callback_data") == touch.data:
                return button
            if touch.data is None and button["text"] == touch.text:
                return button
    if touch.forged and touch.data is not None:
        return {"text": touch.text or "", "callback_data": touch.data}
    return None


def _buttons(body: dict[str, Any]) -> list[dict[str, Any]]:
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _reply_button(keyboard: Keyboard | None, touch: Tap) -> dict[str, Any] | None:
    if keyboard is None:
        return None
    buttons: list[dict[str, Any]] = [button for row in keyboard.markup["keyboard"] for button in row]
    return next((button for button in buttons if button["text"] == touch.text), None)


def _press(world: World, person: Person, chat: Chat, button: dict[str, Any], place: tuple[float, float]) -> Sent:
    enter(world, person, chat)
    if button.get("request_contact"):
        return own_contact(world, person, chat)
    if button.get("request_location"):
        return send_location(world, person, chat, *place, 20.0, Around())
    return put(world, person, chat, with_marks("text", button["text"]))


def _shown(record: Record | None, keyboard: Keyboard | None) -> str:
    inline = [button["text"] for button in _buttons(record.body)] if record is not None else []
    reply = [button["text"] for row in keyboard.markup["keyboard"] for button in row] if keyboard else []
    return ", ".join([*inline, *reply]) or "none"


def answer(world: World, query_id: str, content: dict[str, Any], lifetime: float) -> bool:
    """The bot answers a tap.

    Returns:
        False if the query is unknown or older than `lifetime` seconds.
    """
    query = world.queries.get(query_id)
    if query is None or world.clock.monotonic() - query.born > lifetime:
        return False
    if query.answer is None:
        query.answer = content
        query.answered.notify()
        world.bus.publish("answer", query.chat, message_id=query.message_id, person=query.person.id, **content)
    return True


def check_place(latitude: object, longitude: object) -> tuple[float, float]:
    """Coordinates from a request, or the default place."""
    if latitude is None or longitude is None:
        return HERE
    try:
        return float(str(latitude)), float(str(longitude))
    except ValueError as error:
        raise Refused("latitude and longitude are numbers") from error
