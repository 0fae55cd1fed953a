"""Pictures sent as files: what they tell us, what their copies tell nobody, and files made to break the reader."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from bot.core.geo import Point, metres_between
from bot.intake.pictures import LONGEST_SIDE, Seen, cleaned, is_picture, place_and_time

HOME = Point(29.70, 105.72)
GPS, DETAILS, ORIENTATION = 0x8825, 0x8769, 0x0112
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)


def _angle(degrees: float) -> tuple[float, float, float]:
    bare = abs(degrees)
    minutes = (bare - int(bare)) * 60
    return float(int(bare)), float(int(minutes)), round((minutes - int(minutes)) * 60, 3)


def exif_of(point: Point | None = HOME, *, taken: str = "2026:07:12 00:49:30", zone: str | None = None) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "龙水镇的手机"
    details = {0x9003: taken, **({0x9011: zone} if zone else {})}
    exif.get_ifd(DETAILS).update(details)
    if point is not None:
        gps = {1: "N" if point.latitude >= 0 else "S", 2: _angle(point.latitude)}
        gps |= {3: "E" if point.longitude >= 0 else "W", 4: _angle(point.longitude)}
        exif.get_ifd(GPS).update(gps)
    return exif


def jpeg(size: tuple[int, int] = (64, 48), exif: Image.Exif | None = None, **extra: object) -> bytes:
    out = BytesIO()
    picture = Image.new("RGB", size, "grey")
    picture.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    picture.save(out, "JPEG", exif=exif or exif_of(), **extra)
    return out.getvalue()


def saved(picture: Image.Image, kind: str, **extra: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **extra)
    return out.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def test_a_picture_sent_as_a_file_says_where_and_when_it_was_taken() -> None:
    seen = place_and_time(jpeg())
    assert seen.point is not None
    assert metres_between(seen.point, HOME) < 1
    assert seen.taken_at == datetime(2026, 7, 11, 16, 49, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("exif", "seen"),
    [
        (exif_of(None, taken=""), Seen()),
        (exif_of(None), Seen(None, datetime(2026, 7, 11, 16, 49, 30, tzinfo=UTC))),
        (exif_of(None, zone="+00:00"), Seen(None, datetime(2026, 7, 12, 0, 49, 30, tzinfo=UTC))),
        (exif_of(None, zone="rubbish"), Seen(None, datetime(2026, 7, 11, 16, 49, 30, tzinfo=UTC))),
        (exif_of(Point(0, 0), taken="2026:99:99 00:00:00"), Seen()),
        (exif_of(Point(-33.5, -70.25), taken=""), Seen(Point(-33.5, -70.25))),
    ],
    ids=["nothing", "time", "its own zone", "no zone", "0,0", "south and west"],
)
def test_what_a_picture_does_not_say_is_none(exif: Image.Exif, seen: Seen) -> None:
    assert place_and_time(jpeg(exif=exif)) == seen


def test_the_copy_says_nothing_of_where_when_or_with_what() -> None:
    xmp = b"<x:xmpmeta>29.70,105.72</x:xmpmeta>"
    original = jpeg(xmp=xmp, comment=b"29.70,105.72", icc_profile=b"profile")
    assert place_and_time(original).point is not None
    copy = cleaned(original)
    picture = opened(copy)
    assert picture.format == "JPEG"
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert place_and_time(copy or b"") == Seen()
    for secret in (b"Exif", b"29.70", b"2026:07", b"profile", "龙水".encode()):
        assert secret not in (copy or b"")


def test_the_copy_stands_upright() -> None:
    exif = exif_of()
    exif[ORIENTATION] = 6
    picture = opened(cleaned(jpeg((64, 48), exif)))
    assert picture.size == (48, 64)
    top_right = picture.getpixel((44, 4))
    assert isinstance(top_right, tuple)
    assert top_right[0] > 200 > top_right[1]


@pytest.mark.parametrize(
    ("size", "shown"), [((64, 48), (64, 48)), ((5120, 1280), (2560, 640)), ((1200, 6000), (512, 2560))]
)
def test_the_copy_is_as_large_as_needed_and_no_larger(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert opened(cleaned(jpeg(size))).size == shown


def test_a_panorama_is_given_margins_the_platform_accepts() -> None:
    width, height = opened(cleaned(saved(Image.new("RGB", (3000, 30)), "PNG"))).size
    assert (width, height) == (LONGEST_SIDE, LONGEST_SIDE // 20)


def test_the_noisiest_copy_is_below_the_platforms_ten_megabytes() -> None:
    noise = Image.effect_noise((LONGEST_SIDE, LONGEST_SIDE), 120)
    copy = cleaned(saved(Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))), "JPEG", quality=95))
    assert copy is not None
    assert len(copy) < 10 * 1024 * 1024


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_becomes_a_photo(mode: str) -> None:
    assert opened(cleaned(saved(Image.new(mode, (40, 30)), "PNG"))).mode == "RGB"


def test_what_is_clear_in_the_original_is_white_in_the_copy() -> None:
    assert opened(cleaned(saved(Image.new("RGBA", (40, 30), (0, 0, 0, 0)), "PNG"))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "GIF", "BMP"])
def test_other_formats_are_pictures_too(kind: str) -> None:
    data = saved(Image.new("RGB", (40, 30)), kind)
    assert is_picture(data)
    assert opened(cleaned(data)).format == "JPEG"


def _bomb() -> bytes:
    """A PNG that says it is 60 000 dots a side and is a few bytes long."""
    head = saved(Image.new("1", (1, 1)), "PNG")
    side = (60_000).to_bytes(4, "big")
    chunk = b"IHDR" + side + side + head[24:29]
    return head[:12] + chunk + crc32(chunk).to_bytes(4, "big") + head[33:]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"PK\x03\x04",
        HEIC,
        jpeg()[:200],
        jpeg()[:-200],
        b"\xff\xd8\xff\xe1\xff\xffExif\0\0" + b"MM\0*" + bytes(200),
        _bomb(),
        saved(Image.new("1", (9000, 9000)), "PNG"),
    ],
    ids=["empty", "pdf", "zip", "heic", "cut early", "cut late", "broken exif", "bomb", "81 megapixels"],
)
def test_what_cannot_be_opened_or_is_too_large_has_no_copy_and_breaks_nothing(data: bytes) -> None:
    assert cleaned(data) is None
    assert isinstance(place_and_time(data), Seen)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [(jpeg(), True), (HEIC, True), (_bomb(), True), (b"%PDF-1.7", False), (b"PK\x03\x04", False), (b"", False)],
    ids=["jpeg", "heic", "bomb", "pdf", "docx", "empty"],
)
def test_a_picture_is_known_by_its_first_bytes_be_it_one_we_cannot_open(data: bytes, wanted: bool) -> None:
    assert is_picture(data) is wanted


@given(some.binary(max_size=200), some.integers(0, 600), some.binary(min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything(noise: bytes, at: int, scratch: bytes) -> None:
    scratched = bytearray(jpeg())
    scratched[at : at + len(scratch)] = scratch
    for data in (noise, b"\xff\xd8" + noise, bytes(scratched)):
        place_and_time(data)
        cleaned(data)
        is_picture(data)
