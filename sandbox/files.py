"""Files that people and the bot send: bytes in memory, handed out by file id, and by path for an hour.

Knows just enough of PNG, JPEG, GIF and WebP to read the size of a picture. It makes no thumbnails: the small variant
of a photo is a plain grey square, so that a bot which keeps the wrong variant is found out.
"""

import itertools
import mimetypes
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import ApiError, Reason

LINK_SECONDS = 3600
DOWNLOAD_BYTES = 20 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
FOLDERS = {"photo": "photos", "voice": "voice", "video": "videos", "document": "documents"}
THUMB = 90


@dataclass(slots=True)
class Stored:
    """One file; `unique_id` stays the same however often it is sent."""

    file_id: str
    unique_id: str
    kind: str
    data: bytes
    name: str
    mime: str
    path: str
    width: int | None = None
    height: int | None = None
    duration: int = 0
    thumb: "Stored | None" = None
    link_until: float = field(default=0.0)

    @property
    def size(self) -> int:
        return len(self.data)


class FileStore:
    """All files of one sandbox."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, Stored] = {}
        self._by_path: dict[str, Stored] = {}
        self._count = itertools.count(1)

    def add(
        self, kind: str, data: bytes, name: str | None = None, mime: str | None = None, duration: int = 0
    ) -> Stored:
        """Keep a file.

        Raises:
            ApiError: empty; a photo that is no picture, over 10 MB, or out of the platform's proportions.
        """
        if not data:
            raise ApiError(Reason.FILE_EMPTY)
        stored = self._store(kind, data, name or f"{kind}{_DEFAULT_ENDING.get(kind, '.bin')}", mime)
        stored.duration = duration
        if kind == "photo":
            self._as_photo(stored)
        return stored

    def find(self, file_id: str) -> Stored | None:
        return self._by_id.get(file_id)

    def link(self, file_id: str) -> Stored:
        """Open the download path for an hour.

        Raises:
            ApiError: unknown id, or over the 20 MB bots may download.
        """
        stored = self._by_id.get(file_id)
        if stored is None:
            raise ApiError(Reason.FILE_UNAVAILABLE)
        if stored.size > DOWNLOAD_BYTES:
            raise ApiError(Reason.FILE_TOO_BIG)
        stored.link_until = self._clock.monotonic() + LINK_SECONDS
        return stored

    def linked(self, path: str) -> Stored | None:
        """The file behind a download path, while its link lives."""
        stored = self._by_path.get(path)
        if stored is None or stored.link_until < self._clock.monotonic():
            return None
        return stored

    def _store(self, kind: str, data: bytes, name: str, mime: str | None) -> Stored:
        number = next(self._count)
        guessed = mime or mimetypes.guess_type(name)[0] or _DEFAULT_MIME.get(kind, "application/octet-stream")
        ending = PurePath(name).suffix or _DEFAULT_ENDING.get(kind, "")
        path = f"{FOLDERS.get(kind, 'documents')}/file_{number}{ending}"
        stored = Stored(f"SBX-{kind}-{number:08d}", f"SBXU{number:08d}", kind, data, name, guessed, path)
        self._by_id[stored.file_id] = self._by_path[path] = stored
        return stored

    def _as_photo(self, stored: Stored) -> None:
        size = picture_size(stored.data)
        if size is None:
            raise ApiError(Reason.IMAGE_FAILED)
        if stored.size > PHOTO_BYTES:
            raise ApiError(Reason.FILE_TOO_BIG)
        width, height = size
        if width + height > 10000 or max(size) > 20 * min(size):
            raise ApiError(Reason.PHOTO_DIMENSIONS)
        stored.width, stored.height = width, height
        scale = min(1.0, THUMB / max(size))
        thumb = self._store("photo", _grey(max(1, int(width * scale)), max(1, int(height * scale))), "thumb.png", None)
        thumb.width, thumb.height = max(1, int(width * scale)), max(1, int(height * scale))
        stored.thumb = thumb


_DEFAULT_MIME = {"photo": "image/jpeg", "voice": "audio/ogg", "video": "video/mp4"}
_DEFAULT_ENDING = {"photo": ".jpg", "voice": ".oga", "video": ".mp4"}


def content(stored: Stored) -> dict[str, Any]:
    """The part of a message that describes the file: `{"photo": [sizes]}`, `{"voice": {...}}` and so on."""
    if stored.kind == "photo":
        sizes = [item for item in (stored.thumb, stored) if item is not None]
        return {"photo": [_base(item) | {"width": item.width, "height": item.height} for item in sizes]}
    body = _base(stored) | {"mime_type": stored.mime}
    if stored.kind in ("voice", "video"):
        body["duration"] = stored.duration
    if stored.kind == "video":
        body |= {"width": stored.width or 640, "height": stored.height or 480}
    if stored.kind in ("video", "document"):
        body["file_name"] = stored.name
    return {stored.kind: body}


def _base(stored: Stored) -> dict[str, Any]:
    return {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": stored.size}


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, WebP (VP8X) or JPEG; None if it is none of them."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if data[:4] == b"GIF8" and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return int(width), int(height)
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    return _jpeg_size(data) if data[:2] == b"\xff\xd8" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    return None


def _grey(width: int, height: int) -> bytes:
    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
