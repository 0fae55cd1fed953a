"""Promises of files: what people send, what the bot fetches and sends, albums, and what is refused."""

import io
from typing import Any

import aiohttp
import pytest

from sandbox.client import Control, ControlError, Part
from sandbox.clock import Clock
from sandbox.errors import ApiError
from sandbox.files import FileStore, picture_size
from sandbox.server import Sandbox
from tests.sandbox.conftest import Wire, png


async def fetched(client: Any, file_id: str) -> bytes:
    """Download through the library."""
    file = await client.bot.get_file(file_id=file_id)
    if client.name == "aiogram":
        return (await client.bot.download_file(file.file_path)).read()  # type: ignore[no-any-return]  # client.bot is Any
    return bytes(await file.download_as_bytearray())


async def test_the_largest_variant_of_a_photo_is_what_was_sent_and_the_small_one_is_not(
    client: Any, control: Control, worker: int, picture: bytes
) -> None:
    await control.send_photo(worker, picture, caption="屋后坡裂 /x")
    (update,) = await client.bot.get_updates()
    small, large = update.message.photo
    assert (large.width, large.height, large.file_size) == (640, 480, len(picture))
    assert (small.width, small.height) == (90, 67)
    assert await fetched(client, large.file_id) == picture
    assert picture_size(await fetched(client, small.file_id)) == (90, 67)
    assert update.message.caption == "屋后坡裂 /x"


async def test_people_send_voice_video_and_files(client: Any, control: Control, worker: int) -> None:
    await control.send_voice(worker, b"OggS voice", duration=7)
    await control.send_video(worker, b"video")
    await control.send_document(worker, b"PK", name="台账.xlsx")
    voice, video, document = [update.message for update in await client.bot.get_updates()]
    assert (voice.voice.mime_type, voice.voice.file_size) == ("audio/ogg", 10)
    seen = (await control.messages(worker))[0].file
    assert seen is not None
    assert seen["duration"] == 7
    assert video.video.file_name == "video.mp4"
    assert document.document.file_name == "台账.xlsx"
    assert await fetched(client, document.document.file_id) == b"PK"


async def test_people_send_places_and_contact_cards(client: Any, control: Control, worker: int) -> None:
    await control.send_location(worker, 29.7, 105.7, accuracy=30)
    await control.send_contact(worker)
    await control.send_contact(worker, phone="119", first_name="消防")
    place, own, other = [update.message for update in await client.bot.get_updates()]
    assert (place.location.latitude, place.location.horizontal_accuracy) == (29.7, 30)
    assert (own.contact.user_id, other.contact.user_id) == (worker, None)


async def test_an_album_is_separate_messages_under_one_id_with_the_caption_on_the_first(
    client: Any, control: Control, worker: int, picture: bytes
) -> None:
    sent = await control.send_album(worker, [picture, png(10, 20), Part(b"v", "a.mp4")], caption="三处")
    updates = await client.bot.get_updates()
    assert [update.update_id for update in updates] == [item.update_id for item in sent]
    messages = [update.message for update in updates]
    assert len({message.media_group_id for message in messages}) == 1
    assert messages[0].media_group_id is not None
    assert [message.caption for message in messages] == ["三处", None, None]
    assert messages[2].video is not None


async def test_a_forwarded_album_part_loses_its_group(
    wire: Wire, control: Control, worker: int, picture: bytes
) -> None:
    sent = await control.send_album(worker, [picture, picture])
    await wire.confirm()
    await control.forward(worker, worker, sent[0].message_id)
    (update,) = await wire.updates()
    assert "media_group_id" not in update["message"]
    assert update["message"]["forward_origin"]["sender_user"]["id"] == worker


async def test_the_bot_sends_a_photo_and_sends_it_again_by_id(
    client: Any, control: Control, worker: int, picture: bytes
) -> None:
    sent = await client.bot.send_photo(
        chat_id=worker, photo=client.file(picture, "slope.png"), caption="<b>坡</b>", parse_mode="HTML"
    )
    assert (sent.caption, sent.caption_entities[0].type) == ("坡", "bold")
    again = await client.bot.send_photo(chat_id=worker, photo=sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    seen = (await control.messages(worker))[1]
    assert seen.file is not None
    assert await control.file(seen.file["file_id"]) == picture


async def test_the_bot_sends_documents_voice_and_video(client: Any, control: Control, worker: int) -> None:
    await client.bot.send_document(chat_id=worker, document=client.file(b"%PDF", "告知单.pdf"), caption="隐患告知单")
    await client.bot.send_voice(chat_id=worker, voice=client.file(b"OggS", "a.oga"), duration=3)
    await client.bot.send_video(chat_id=worker, video=client.file(b"v", "a.mp4"))
    seen = await control.messages(worker)
    assert [message.kind for message in seen] == ["document", "voice", "video"]
    assert seen[0].file is not None
    assert (seen[0].file["name"], seen[0].file["size"]) == ("告知单.pdf", 4)
    assert seen[1].file is not None
    assert seen[1].file["duration"] == 3


async def test_the_bot_sends_an_album(client: Any, control: Control, worker: int, picture: bytes) -> None:
    photo = client.types.InputMediaPhoto
    media = [photo(media=client.file(data, "a.png", album=True)) for data in (picture, png(9, 9))]
    sent = await client.bot.send_media_group(chat_id=worker, media=media)
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.album for message in await control.messages(worker)] == [sent[0].media_group_id] * 2


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ([{"type": "photo", "media": "x"}], "too few messages to send as an album"),
        ([{"type": "photo", "media": "x"}] * 11, "too much messages to send as an album"),
        ([{"type": "photo", "media": "x"}, {"type": "document", "media": "x"}], "can't be mixed"),
        ([{"type": "photo", "media": "x"}] * 2, "wrong file identifier"),
        ([{"type": "photo", "media": "attach://lost"}] * 2, "there is no file in the request"),
        ([{"type": "audio", "media": "x"}] * 2, "can't parse InputMedia"),
        ("x", "can't parse JSON object"),
    ],
)
async def test_a_wrong_album_is_refused(wire: Wire, worker: int, media: Any, words: str) -> None:
    answer = await wire("sendMediaGroup", chat_id=worker, media=media)
    assert (answer["error_code"], words in answer["description"]) == (400, True), answer


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png(9000, 2000), "PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (png(10, 10) + b"\0" * (10 * 1024 * 1024), "file is too big"),
        (b"", "file must be non-empty"),
    ],
    ids=["sum of sides", "ratio", "10 MB", "empty"],
)
async def test_photos_out_of_proportion_are_refused_for_everybody(
    wire: Wire, control: Control, worker: int, data: bytes, words: str
) -> None:
    form = aiohttp.FormData({"chat_id": str(worker)})
    form.add_field("photo", io.BytesIO(data), filename="a.png", content_type="image/png")
    async with wire.session.post(f"{wire.base}/sendPhoto", data=form) as response:
        answer = await response.json()
    assert (answer["error_code"], words in answer["description"]) == (400, True), answer
    with pytest.raises(ControlError, match=words):
        await control.send_photo(worker, data)


def test_files_over_20_megabytes_cannot_be_downloaded() -> None:
    files = FileStore(Clock())
    fits, large = (files.add("document", bytes(20 * 1024 * 1024 + more)) for more in (0, 1))
    assert files.link(fits.file_id) is fits
    with pytest.raises(ApiError, match="file is too big"):
        files.link(large.file_id)


async def test_a_request_over_the_platforms_50_megabytes_is_413(wire: Wire) -> None:
    form = aiohttp.FormData({"chat_id": "1"})
    form.add_field("document", io.BytesIO(bytes(53 * 1024 * 1024)), filename="a.bin")
    async with wire.session.post(f"{wire.base}/sendDocument", data=form) as response:
        assert (response.status, (await response.json())["description"]) == (413, "Request Entity Too Large")


async def test_a_download_link_lives_an_hour(wire: Wire, control: Control, worker: int, sandbox: Sandbox) -> None:
    await control.send_document(worker, b"x")
    (update,) = await wire.updates()
    await wire.confirm()
    file_id = update["message"]["document"]["file_id"]
    path = (await wire.result("getFile", file_id=file_id))["file_path"]
    url = f"{sandbox.url}/file/bot{sandbox.token}/{path}"
    async with wire.session.get(url) as response:
        assert (response.status, await response.read()) == (200, b"x")
    async with wire.session.get(url.replace(sandbox.token, "1:wrong")) as response:
        assert response.status == 401
    await control.advance(61)
    async with wire.session.get(url) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(3, 4), (3, 4)),
        (b"GIF89a" + b"\x05\x00\x06\x00", (5, 6)),
        (b"RIFF....WEBPVP8X" + b"\0" * 8 + b"\x06\0\0\x07\0\0", (7, 8)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x09\x00\x0a\x01", (10, 9)),
        (b"\xff\xd8\xff\xc0", None),
        (b"%PDF", None),
    ],
    ids=["png", "gif", "webp", "jpeg", "cut", "none"],
)
def test_the_size_of_a_picture_is_read_from_its_head(data: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(data) == size
