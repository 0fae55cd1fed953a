"""Which columns name an attachment: every one that is called so, and the texts that carry one. Pure.

By name and not by model: a table that comes to name files is saved with them from its first day.
"""

from __future__ import annotations

import re

_DIGEST = re.compile(r'"sha256": ?"([0-9a-f]{64})"')
_TEXTS = ("delivery_text", "body")


def named_in(table: str, column: str) -> str | None:
    """The query for what the column names: a digest, or a body that holds one; None if it names none."""
    if column.endswith("sha256"):
        return f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
    if (table, column) == _TEXTS:
        return f"""SELECT CAST("{column}" AS TEXT) FROM "{table}" WHERE CAST("{column}" AS TEXT) LIKE '%"sha256"%'"""
    return None


def digests_in(values: set[str]) -> set[str]:
    """The digests among what the queries found."""
    plain = {value for value in values if len(value) == 64}
    return plain | {digest for value in values - plain for digest in _DIGEST.findall(value)}
