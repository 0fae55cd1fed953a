"""What the platform's messages are to a report, as the Bot API writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Message, Update

from bot.intake.models import ItemKind
from handlers.intake.reading import CONTENT, may_be_picture, read

WORKER = {"id": 101, "is_bot": False, "first_name": "网格员"}
FRAME: dict[str, Any] = {
    "message_id": 7,
    "date": 1_783_788_600,
    "from": WORKER,
    "chat": {"id": 101, "type": "private", "first_name": "网格员"},
}
SMALL = {"file_id": "small", "file_unique_id": "a", "width": 90, "height": 67, "file_size": 900}
LARGE = {"file_id": "large", "file_unique_id": "b", "width": 1280, "height": 960, "file_size": 90_000}
HELD = {"file_id": "F", "file_unique_id": "u", "file_size": 12}
PLACE = {"latitude": 29.7, "longitude": 105.72}
FORWARD = {"type": "user", "date": 1_783_780_000, "sender_user": {"id": 9, "is_bot": False, "first_name": "村民"}}


def message(**content: Any) -> Message:
    found = Message.de_json({**FRAME, **content}, None)
    assert found is not None
    return found


def passes(**content: Any) -> bool:
    return bool(CONTENT.check_update(Update(1, message=message(**content))))


def test_the_largest_variant_of_a_photo_is_the_evidence() -> None:
    """PEERS 10.2 no. 4: the order of the variants is the platform's affair."""
    for photo in ([SMALL, LARGE], [LARGE, SMALL]):
        sent = read(message(photo=photo, caption=" 裂缝 ", media_group_id="m"), about=None)
        assert (sent.kind, sent.file_id, sent.size, sent.text) == (ItemKind.PHOTO, "large", 90_000, "裂缝")
        assert (sent.album, sent.by_copy) == ("m", False)


@pytest.mark.parametrize(
    ("content", "kind", "by_copy"),
    [
        ({"voice": {**HELD, "duration": 3}}, ItemKind.VOICE, False),
        ({"audio": {**HELD, "duration": 3}}, ItemKind.VOICE, True),
        ({"video": {**HELD, "duration": 3, "width": 1, "height": 1}}, ItemKind.VIDEO, False),
        ({"video_note": {**HELD, "duration": 3, "length": 240}}, ItemKind.VIDEO, True),
        (
            {"animation": {**HELD, "duration": 3, "width": 1, "height": 1}, "document": {**HELD, "file_id": "D"}},
            ItemKind.VIDEO,
            True,
        ),
        ({"document": {**HELD, "file_name": "IMG_1.JPG", "mime_type": "image/jpeg"}}, ItemKind.DOCUMENT, True),
        ({"document": {**HELD, "file_name": "告知单.pdf", "mime_type": "application/pdf"}}, ItemKind.DOCUMENT, False),
    ],
    ids=["voice", "audio", "video", "round video", "animation", "picture as a file", "pdf"],
)
def test_every_file_people_send_is_evidence(content: dict[str, Any], kind: ItemKind, by_copy: bool) -> None:
    assert passes(**content)
    sent = read(message(**content), about="incident:3")
    assert (sent.kind, sent.file_id, sent.size, sent.by_copy) == (kind, "F", 12, by_copy)
    assert (sent.reply_about, sent.sent_at) == ("incident:3", datetime.fromtimestamp(1_783_788_600, UTC))


def test_a_position_its_accuracy_and_its_later_moves_are_read() -> None:
    live = {**PLACE, "horizontal_accuracy": 30.0, "live_period": 900}
    first, moved = read(message(location=live), about=None), read(message(location=live), about=None, is_edit=True)
    assert passes(location=live)
    assert (first.kind, first.latitude, first.longitude, first.accuracy) == (ItemKind.LOCATION, 29.7, 105.72, 30.0)
    assert (first.place_name, first.is_edit, moved.is_edit) == (None, False, True)


def test_a_position_at_zero_over_zero_says_nothing_of_the_place() -> None:
    """PEERS 10.2 no. 7: a phone without a fix."""
    sent = read(message(location={"latitude": 0.0, "longitude": 0.0}), about=None)
    assert (sent.kind, sent.latitude, sent.longitude, sent.accuracy) == (ItemKind.LOCATION, None, None, None)


@pytest.mark.parametrize(("title", "named"), [("横店村委会", "横店村委会"), ("", "龙水镇")])
def test_a_pin_from_the_map_keeps_its_name(title: str, named: str) -> None:
    venue = {"location": PLACE, "title": title, "address": "龙水镇"}
    assert passes(venue=venue, location=PLACE)
    sent = read(message(venue=venue, location=PLACE), about=None)
    assert (sent.kind, sent.latitude, sent.place_name) == (ItemKind.LOCATION, 29.7, named)


def test_what_is_forwarded_is_evidence_like_any_other() -> None:
    content = {"photo": [SMALL, LARGE], "forward_origin": FORWARD}
    assert passes(**content)
    assert read(message(**content), about=None).file_id == "large"


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {**HELD, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
        {"contact": {"phone_number": "+86 10000 00009", "first_name": "村民", "user_id": 9}},
        {"dice": {"emoji": "🎲", "value": 3}},
    ],
    ids=["sticker", "somebody's card", "dice"],
)
def test_what_no_report_is_made_of_does_not_pass(content: dict[str, Any]) -> None:
    assert not passes(**content)


@pytest.mark.parametrize(
    ("name", "mime", "wanted"),
    [
        ("IMG_1.jpg", "image/jpeg", True),
        ("IMG_1.HEIC", "application/octet-stream", True),
        ("IMG_1.heic", None, True),
        ("IMG_1.dng", None, True),
        ("IMG_1.JPG", "application/octet-stream", True),
        ("photo", "image/png", True),
        ("a.pdf", "image/jpeg", True),
        ("photo.jpg", "application/pdf", True),
        (None, None, True),
        ("照片", None, True),
        ("台账", "application/octet-stream", True),
        ("告知单.pdf", "application/pdf", False),
        ("告知单.pdf", None, False),
        ("film.mp4", "video/mp4", False),
        ("名单.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", False),
    ],
)
def test_a_file_may_be_a_picture_unless_its_phone_says_it_is_something_else(
    name: str | None, mime: str | None, wanted: bool
) -> None:
    assert may_be_picture(name, mime) is wanted
