"""Files the bot sends and fetches: photos, documents, voice, video, albums, and download links."""

from typing import Any

from aiogram.methods import GetFile, SendDocument, SendMediaGroup, SendPhoto, SendVideo, SendVoice
from aiogram.types import File, InputFile, InputMediaDocument, InputMediaPhoto, InputMediaVideo, Message

from sandbox import files, objects
from sandbox.errors import ApiError, Reason
from sandbox.methods.common import caption_of, charge, prepare, put
from sandbox.parsing import Upload
from sandbox.world import World

ALBUM_MOST = 10
ALBUM_LEAST = 2
ALONE = "document"

Sent = SendPhoto | SendDocument | SendVideo | SendVoice


def send_photo(world: World, method: SendPhoto) -> Message:
    """A picture."""
    return _send(world, method, "photo", method.photo)


def send_document(world: World, method: SendDocument) -> Message:
    """Any file."""
    return _send(world, method, "document", method.document)


def send_voice(world: World, method: SendVoice) -> Message:
    """A voice note."""
    return _send(world, method, "voice", method.voice, method.duration)


def send_video(world: World, method: SendVideo) -> Message:
    """A video."""
    duration = method.duration if isinstance(method.duration, int) else None
    return _send(world, method, "video", method.video, duration)


def send_media_group(world: World, method: SendMediaGroup) -> list[Message]:
    """An album: each part a message of its own, all under one `media_group_id`; it counts as so many messages."""
    if len(method.media) < ALBUM_LEAST:
        raise ApiError(Reason.ALBUM_SHORT)
    if len(method.media) > ALBUM_MOST:
        raise ApiError(Reason.ALBUM_LONG)
    items = [_album_part(item) for item in method.media]
    if any(item.type == ALONE for item in items) and not all(item.type == ALONE for item in items):
        raise ApiError(Reason.ALBUM_MIXED, kind=ALONE)
    captions = [caption_of(world, item.caption, item.parse_mode, item.caption_entities) for item in items]
    chat, around = prepare(world, method)
    contents = [_content(world, item.type, item.media, None) for item in items]
    charge(world, chat, len(items))
    album = {"media_group_id": world.album_id()}
    records = [
        put(world, chat, content | caption | album, around) for content, caption in zip(contents, captions, strict=True)
    ]
    return [objects.message(record) for record in records]


def get_file(world: World, method: GetFile) -> File:
    """Open a download path, good for an hour."""
    stored = world.files.link(method.file_id)
    return File(file_id=stored.file_id, file_unique_id=stored.unique_id, file_size=stored.size, file_path=stored.path)


def _send(world: World, method: Sent, kind: str, file: str | InputFile, duration: int | None = None) -> Message:
    caption = caption_of(world, method.caption, method.parse_mode, method.caption_entities)
    chat, around = prepare(world, method)
    content = _content(world, kind, file, duration) | caption
    charge(world, chat)
    return objects.message(put(world, chat, content, around, method.reply_markup))


def _content(world: World, kind: str, file: str | InputFile, duration: int | None) -> dict[str, Any]:
    """The file's part of the message: uploaded, or known by its id.

    Raises:
        ApiError: an address (nothing is fetched from outside), an unknown id, a file of another kind.
    """
    if isinstance(file, Upload):
        return files.content(world.files.add(kind, file.data, file.filename, file.mime, duration or 0))
    if not isinstance(file, str) or not file:
        raise ApiError(Reason.FILE_MISSING, kind=kind)
    if file.startswith(("http://", "https://")):
        raise ApiError(Reason.FILE_URL)
    stored = world.files.find(file)
    if stored is None:
        raise ApiError(Reason.FILE_ID)
    if stored.kind != kind:
        raise ApiError(Reason.FILE_TYPE, found=stored.kind.title(), wanted=kind.title())
    return files.content(stored)


def _album_part(item: object) -> InputMediaPhoto | InputMediaVideo | InputMediaDocument:
    if isinstance(item, InputMediaPhoto | InputMediaVideo | InputMediaDocument):
        return item
    raise ApiError(Reason.ALBUM_KIND, detail=f"{type(item).__name__} is not simulated")
