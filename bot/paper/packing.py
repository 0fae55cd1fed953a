"""Zip files whose bytes depend on nothing but what is in them: a hash then means the content. Pure."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can say."""

_CORE = "docProps/core.xml"
_WRITTEN = re.compile(rb"(<dcterms:(created|modified)\b[^>]*>)[^<]*(</dcterms:)")


def packed(files: Mapping[str, bytes]) -> bytes:
    """One zip of the files in their order."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, data)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """What is in a zip, in its order."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def settled(office_file: bytes, at: datetime) -> bytes:
    """A .docx or .xlsx that says it was written at `at` and not when the library ran."""
    said = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    files = unpacked(office_file)
    if _CORE in files:
        files[_CORE] = _WRITTEN.sub(rb"\g<1>" + said + rb"\g<3>", files[_CORE])
    return packed(files)
