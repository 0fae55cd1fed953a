"""Files kept by their hash: once, whole, and in a place that can be known beforehand."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from bot.core import shelf


def test_the_same_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    digest = shelf.keep(tmp_path, b"crack")
    assert digest == hashlib.sha256(b"crack").hexdigest()
    first = shelf.place_of(tmp_path, digest)
    written = first.stat().st_ino
    assert shelf.keep(tmp_path, b"crack") == digest
    assert (first.read_bytes(), first.stat().st_ino) == (b"crack", written)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [first]


def test_what_was_not_kept_leaves_nothing(tmp_path: Path) -> None:
    with shelf.part(tmp_path) as written:
        written.write(b"half of it")
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == []


def test_parts_of_a_killed_process_are_swept_and_kept_files_stay(tmp_path: Path) -> None:
    digest = shelf.keep(tmp_path, b"crack")
    (tmp_path / "part-abc").write_bytes(b"half")
    shelf.sweep(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [shelf.place_of(tmp_path, digest)]
    shelf.sweep(tmp_path / "not there")


def test_where_others_write_too_only_parts_that_nobody_has_touched_for_long_are_swept(tmp_path: Path) -> None:
    with shelf.part(tmp_path) as written:
        written.write(b"half of it")
        left = tmp_path / "part-abc"
        left.write_bytes(b"half")
        os.utime(left, (left.stat().st_atime, left.stat().st_mtime - 61))
        shelf.sweep(tmp_path, 60)
        assert not left.exists()
        digest = written.keep()
    assert shelf.place_of(tmp_path, digest).read_bytes() == b"half of it"
