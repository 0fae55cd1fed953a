"""Pictures sent as files: what they say of themselves, and a copy that says nothing.

A photo loses its EXIF on its way through the platform; a picture sent as a file keeps it, and with it often the point
where it was taken: a proposal for the report, and the reporter's home in a group of strangers. So groups see a copy
(PEERS 10.2 no. 3, 17). Pure work on bytes that takes up to seconds: call it in a thread. HEIC cannot be opened by the
library we use and has no copy.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from bot.core.geo import Point, is_plausible
from messages.engine import ZONE

LONGEST_SIDE = 2560
"""Pixels of a copy: enough to read a crack, and far below the platform's 10 MB for a photo."""

_NARROWEST = 20
"""A photo may be at most this many times as long as wide (Bot API: sendPhoto)."""

_MOST_PIXELS = 120_000_000
_MOST_PIXELS_OPENED = 40_000_000
"""What is held in memory at once, 3 bytes each; a JPEG is opened at a fraction of its size."""

_QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF", "BMP")
"""The others' readers are old, or start programs."""

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_BROKEN = (
    OSError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    SyntaxError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
    Warning,
)
"""What a damaged or a malicious file makes the library raise; its warnings too, where they are made errors."""

Image.MAX_IMAGE_PIXELS = _MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Seen:
    """Where (WGS-84) and when (UTC) a picture says it was taken; None for what it does not say."""

    point: Point | None = None
    taken_at: datetime | None = None


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a picture does, be it one we cannot open."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return True
    try:
        with Image.open(BytesIO(data), formats=_FORMATS):
            return True
    except UnidentifiedImageError:
        return False
    except _BROKEN:
        return True


def place_and_time(data: bytes) -> Seen:
    """What the EXIF says; nothing for bytes that are no picture or are damaged. Never raises."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            exif = image.getexif()
            return Seen(_point(exif.get_ifd(ExifTags.IFD.GPSInfo)), _taken_at(exif.get_ifd(ExifTags.IFD.Exif)))
    except _BROKEN:
        return Seen()


def cleaned(data: bytes) -> bytes | None:
    """A JPEG of the pixels alone, upright, 2560 a side at most; None for what cannot be opened or is too large."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            if image.width * image.height > _MOST_PIXELS_OPENED:
                return None
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _bare(upright)
    except _BROKEN:
        return None


def _bare(image: Image.Image) -> bytes:
    """Painted onto a new canvas, so that nothing but the pixels comes along; white shines through what is clear."""
    shown = image.convert("RGBA" if image.has_transparency_data else "RGB")
    width = max(shown.width, -(-shown.height // _NARROWEST))
    height = max(shown.height, -(-shown.width // _NARROWEST))
    canvas = Image.new("RGB", (width, height), "white")
    canvas.paste(shown, mask=shown if shown.mode == "RGBA" else None)
    out = BytesIO()
    canvas.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _point(gps: Mapping[int, Any]) -> Point | None:
    north = _angle(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    east = _angle(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    if north is None or east is None:
        return None
    point = Point(north, east)
    return point if is_plausible(point) else None


def _angle(parts: Any, side: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ArithmeticError):
        return None
    angle = degrees + minutes / 60 + seconds / 3600
    return -angle if str(side).strip("\0 ").upper() == negative else angle


def _taken_at(exif: Mapping[int, Any]) -> datetime | None:
    """On the district's wall clock where the camera names no zone of its own."""
    written = str(exif.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    try:
        wall = datetime.strptime(written, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # its zone is found on the next line
    except ValueError:
        return None
    zone = _zone(str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 "))
    return wall.replace(tzinfo=zone or ZONE).astimezone(UTC)


def _zone(written: str) -> timezone | None:
    """+08:00."""
    try:
        away = datetime.strptime(written, "%z").utcoffset()
    except ValueError:
        return None
    return timezone(away) if away is not None and abs(away) < timedelta(hours=24) else None
