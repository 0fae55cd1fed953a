"""Reads YAML and CSV files into plain values that remember the line each came from.

Every scalar is text until a schema says otherwise, so a division code stays a code and `no` stays a word. What it
does not do: it knows nothing of packs. Anchors that refer back, repeated keys and broken tables are problems here,
everything about meaning is found later.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from bot.plan.errors import PackProblem

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Place: TypeAlias = tuple[str | int, ...]

_NOTHING = ("", "~", "null")
_QUOTED = ("'", '"', "|", ">")
# libyaml is ten times faster and part of every usual wheel of PyYAML.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """A file's content and the line of each place in it."""

    file: str
    value: Value
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that is written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(path: Path, problems: list[PackProblem]) -> Document | None:
    """Reads one YAML document. Returns None after adding a problem when there is nothing to read."""
    text = _text(path, problems)
    if text is None:
        return None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(PackProblem(str(path), line, "", f"is no YAML ({error.problem})", "well-formed YAML"))
        return None
    except yaml.YAMLError as error:  # a character YAML forbids carries no line
        problems.append(PackProblem(str(path), 1, "", f"is no YAML ({error})", "well-formed YAML"))
        return None
    builder = _Builder(str(path), problems)
    value = builder.build(node, (), ()) if node is not None else None
    return Document(str(path), value, builder.lines)


def read_table(
    path: Path, columns: Sequence[str], required: Sequence[str], problems: list[PackProblem]
) -> Document | None:
    """Reads a CSV file with a header into a list of mappings; an empty cell is left out.

    The header may leave out columns that are not `required` and may not name others than `columns`.
    """
    text = _text(path, problems)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Value] = []
    lines: dict[Place, int] = {}
    try:
        header = next(reader, [])
        if not _header_fits(str(path), header, columns, required, problems):
            return None
        for line, row in _numbered(reader):
            if len(row) != len(header):
                expectation = f"{len(header)}, as in the header"
                problems.append(PackProblem(str(path), line, "", f"has {len(row)} cells", expectation))
                continue
            lines[(len(rows),)] = line
            rows.append({name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()})
    except csv.Error as error:
        problems.append(PackProblem(str(path), reader.line_num, "", f"is no CSV ({error})", "comma-separated values"))
    return Document(str(path), rows, lines)


def field_words(place: Place) -> str:
    """A place as people write it: `permissions[2].scope`."""
    words = ""
    for part in place:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin on; empty lines are skipped."""
    begin = reader.line_num + 1  # type: ignore[attr-defined]  # csv.reader has it, its type is not importable
    for row in reader:
        if row:
            yield begin, row
        begin = reader.line_num + 1  # type: ignore[attr-defined]  # as above


def _text(path: Path, problems: list[PackProblem]) -> str | None:
    """The file's text. A byte order mark is tolerated: spreadsheet programs write one."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problems.append(PackProblem(str(path), 1, "", "is missing", "this file in every pack"))
    except UnicodeDecodeError:
        problems.append(PackProblem(str(path), 1, "", "is not UTF-8", 'UTF-8 (in a spreadsheet: save as "CSV UTF-8")'))
    except OSError as error:
        problems.append(PackProblem(str(path), 1, "", f"cannot be read ({error.strerror})", "a readable file"))
    return None


def _header_fits(
    file: str, header: list[str], columns: Sequence[str], required: Sequence[str], problems: list[PackProblem]
) -> bool:
    twice = {name for name in header if header.count(name) > 1}
    faults = {
        **{name: ("is missing from the header", f"the columns {', '.join(required)}") for name in required},
        **{name: ("is no column here", f"only {', '.join(columns)}") for name in header},
        **dict.fromkeys(twice, ("is in the header twice", "each column once")),
    }
    right = (set(columns) & set(header)) - twice
    wrong = {name: words for name, words in faults.items() if name not in right}
    problems.extend(PackProblem(file, 1, name, *words) for name, words in wrong.items())
    return not wrong


class _Builder:
    """Turns YAML nodes into values and notes the line of each."""

    def __init__(self, file: str, problems: list[PackProblem]) -> None:
        self.lines: dict[Place, int] = {}
        self._file = file
        self._problems = problems

    def build(self, node: yaml.Node, place: Place, around: tuple[yaml.Node, ...]) -> Value:
        """The value of a node; `around` are the nodes it lies in, to catch an anchor that refers back."""
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node in around:
            self._report(node, place, "refers back to itself", "a value written out")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, around)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*place, at), (*around, node)) for at, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place, around: tuple[yaml.Node, ...]) -> Value:
        values: dict[str, Value] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._report(key, place, "has a key that is no text", "a field's name")
                continue
            inner = (*place, key.value)
            if key.value in values:
                self._report(key, inner, "is written twice", "each field once")
                continue
            self.lines[inner] = key.start_mark.line + 1
            values[key.value] = self.build(value, inner, (*around, node))
        return values

    @staticmethod
    def _scalar(node: yaml.Node) -> str | None:
        quoted = node.style in _QUOTED if isinstance(node, yaml.ScalarNode) else False
        return None if not quoted and node.value in _NOTHING else str(node.value)

    def _report(self, node: yaml.Node, place: Place, found: str, expectation: str) -> None:
        line = node.start_mark.line + 1
        self._problems.append(PackProblem(self._file, line, field_words(place), found, expectation))
