"""Reads a pack's directory: which file holds what, every entry validated by itself, all problems kept.

An entry that does not validate is left out but its key stays known, so that one mistake is one problem and not a
trail of "no such post" behind it. What it does not do: entries are compared with each other in `checking`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from bot.plan import schema, warnings
from bot.plan.demo import DemoWorld
from bot.plan.documents import Document, Place, Value, field_words, read_table, read_yaml
from bot.plan.errors import PackProblem
from bot.plan.explaining import problems_of

E = TypeVar("E", bound=schema.Entry)
E_co = TypeVar("E_co", bound=schema.Entry, covariant=True)

PACK_FILES = (
    "pack.yaml",
    "regions.csv",
    "units.csv",
    "posts.yaml",
    "kinds.yaml",
    "tiers.yaml",
    "times.yaml",
    "defaults.yaml",
    "warnings.yaml",
)
DEMO_FILE = "demo.yaml"
_DATA_SUFFIXES = (".yaml", ".yml", ".csv")


@dataclass(frozen=True)
class Located(Generic[E_co]):
    """An entry that knows where it was written."""

    entry: E_co
    document: Document
    at: Place

    def problem(self, place: Place, found: str, expectation: str) -> PackProblem:
        """A problem with this entry's field at `place`."""
        line = self.document.line((*self.at, *place))
        return PackProblem(self.document.file, line, field_words(place), found, expectation)


@dataclass(frozen=True)
class Section(Generic[E_co]):
    """A list of entries of one kind: those that are valid, and every key that is written, valid or not.

    `whole` says that every entry written is valid.
    """

    file: str
    entries: tuple[Located[E_co], ...] = ()
    keys: frozenset[str] = frozenset()
    whole: bool = False


@dataclass
class Draft:
    """A pack as read, before anybody compared its entries."""

    directory: Path
    problems: list[PackProblem] = field(default_factory=list)
    info: Located[schema.PackInfo] | None = None
    regions: Section[schema.Region] = Section("")
    units: Section[schema.Unit] = Section("")
    posts: Section[schema.PostKind] = Section("")
    sectors: Section[schema.Sector] = Section("")
    kinds: Section[schema.Kind] = Section("")
    tiers: Section[schema.Tier] = Section("")
    rings: Section[schema.Ring] = Section("")
    times: Section[schema.TimeRule] = Section("")
    waits: Section[schema.Wait] = Section("")
    limits: Section[schema.Limit] = Section("")
    hours: Section[schema.Hours] = Section("")
    warning_kinds: Section[warnings.WarningKind] = Section("")
    warning_rights: Section[warnings.WarningRight] = Section("")
    warning_reaches: Section[warnings.WarningReach] = Section("")
    warning_templates: Section[warnings.WarningTemplate] = Section("")
    warning_advice: Section[warnings.WarningAdvice] = Section("")


def read_pack(directory: Path) -> Draft:
    """Reads all files of a pack; nothing is raised, `problems` says what is wrong with single entries."""
    draft = Draft(directory)
    draft.problems.extend(_strangers(directory))
    draft.info = _read_info(directory / "pack.yaml", draft.problems)
    draft.regions = _table(directory / "regions.csv", schema.Region, "code", draft.problems)
    draft.units = _table(directory / "units.csv", schema.Unit, "key", draft.problems)
    posts = _lists(directory / "posts.yaml", ("posts",), draft.problems)
    draft.posts = _section(posts, "posts", schema.PostKind, "key", draft.problems)
    kinds = _lists(directory / "kinds.yaml", ("sectors", "kinds"), draft.problems)
    draft.sectors = _section(kinds, "sectors", schema.Sector, "key", draft.problems)
    draft.kinds = _section(kinds, "kinds", schema.Kind, "key", draft.problems)
    tiers = _lists(directory / "tiers.yaml", ("tiers", "rings"), draft.problems)
    draft.tiers = _section(tiers, "tiers", schema.Tier, "key", draft.problems)
    draft.rings = _section(tiers, "rings", schema.Ring, "nature", draft.problems)
    times = _lists(directory / "times.yaml", ("rules",), draft.problems)
    draft.times = _section(times, "rules", schema.TimeRule, "key", draft.problems)
    defaults = _lists(directory / "defaults.yaml", ("waits", "limits", "hours"), draft.problems)
    draft.waits = _section(defaults, "waits", schema.Wait, "key", draft.problems)
    draft.limits = _section(defaults, "limits", schema.Limit, "key", draft.problems)
    draft.hours = _section(defaults, "hours", schema.Hours, "key", draft.problems)
    _read_warnings(directory / "warnings.yaml", draft)
    return draft


def read_demo(path: Path, problems: list[PackProblem]) -> Located[DemoWorld] | None:
    """Reads a demo world; None, with problems added, when it does not fit its schema."""
    document = read_yaml(path, problems)
    return None if document is None else _validated(document, document.value, (), DemoWorld, problems)


def content_hash(directory: Path) -> str:
    """SHA-256 over the names and bytes of the pack's files; the demo world is no part of the plan."""
    digest = hashlib.sha256()
    for name in PACK_FILES:
        content = (directory / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _read_warnings(path: Path, draft: Draft) -> None:
    document = _lists(path, ("kinds", "rights", "reaches", "templates", "advice"), draft.problems)
    draft.warning_kinds = _section(document, "kinds", warnings.WarningKind, "key", draft.problems)
    draft.warning_rights = _section(document, "rights", warnings.WarningRight, "", draft.problems)
    draft.warning_reaches = _section(document, "reaches", warnings.WarningReach, "", draft.problems)
    draft.warning_templates = _section(document, "templates", warnings.WarningTemplate, "", draft.problems, some=False)
    draft.warning_advice = _section(document, "advice", warnings.WarningAdvice, "", draft.problems, some=False)


def _strangers(directory: Path) -> list[PackProblem]:
    """Data files the pack does not have: a misspelt name would otherwise be passed over in silence."""
    if not directory.is_dir():
        return [PackProblem(str(directory), 1, "", "is no directory", "a pack's directory")]
    known = (*PACK_FILES, DEMO_FILE)
    strange = (path for path in sorted(directory.iterdir()) if path.suffix in _DATA_SUFFIXES and path.name not in known)
    return [PackProblem(str(path), 1, "", "is no file of a pack", f"only {', '.join(known)}") for path in strange]


def _read_info(path: Path, problems: list[PackProblem]) -> Located[schema.PackInfo] | None:
    document = read_yaml(path, problems)
    return None if document is None else _validated(document, document.value, (), schema.PackInfo, problems)


def _table(path: Path, model: type[E], key: str, problems: list[PackProblem]) -> Section[E]:
    columns = tuple(model.model_fields)
    required = tuple(name for name, info in model.model_fields.items() if info.is_required())
    document = read_table(path, columns, required, problems)
    return Section(str(path)) if document is None else _entries(document, document.value, (), model, key, problems)


def _lists(path: Path, names: tuple[str, ...], problems: list[PackProblem]) -> Document | None:
    """A YAML file that is a mapping of the named lists and nothing else."""
    document = read_yaml(path, problems)
    if document is None:
        return None
    words = f"a mapping with {', '.join(names)}"
    if not isinstance(document.value, dict):
        problems.append(PackProblem(document.file, 1, "", "is no mapping", words))
        return None
    problems.extend(
        PackProblem(document.file, document.line((name,)), name, "is no field here", f"only {', '.join(names)}")
        for name in document.value
        if name not in names
    )
    for name in names:
        if not isinstance(document.value.get(name), list):
            found = "is no list" if name in document.value else "is missing"
            problems.append(PackProblem(document.file, document.line((name,)), name, found, "a list"))
    return document


def _section(
    document: Document | None, name: str, model: type[E], key: str, problems: list[PackProblem], *, some: bool = True
) -> Section[E]:
    """The entries of a list. `key` is the field others name them by, or empty; `some` refuses a list without any."""
    if document is None:
        return Section("")
    value = document.value.get(name) if isinstance(document.value, dict) else None
    if value == [] and not some:
        return Section(document.file, whole=True)
    return _entries(document, value, (name,), model, key, problems)


def _entries(
    document: Document, value: Value, at: Place, model: type[E], key: str, problems: list[PackProblem]
) -> Section[E]:
    items = value if isinstance(value, list) else []
    if value == []:
        problems.append(
            PackProblem(document.file, document.line(at), field_words(at), "has no entries", "at least one")
        )
    keys = {text for item in items if isinstance(item, dict) and isinstance(text := item.get(key), str)}
    validated = [_validated(document, item, (*at, index), model, problems) for index, item in enumerate(items)]
    entries = tuple(located for located in validated if located)
    return Section(document.file, entries, frozenset(keys), whole=len(entries) == len(items))


def _validated(
    document: Document, value: Value, at: Place, model: type[E], problems: list[PackProblem]
) -> Located[E] | None:
    if not isinstance(value, dict):
        expectation = f"a mapping with {', '.join(model.model_fields)}"
        problems.append(PackProblem(document.file, document.line(at), field_words(at), "is no mapping", expectation))
        return None
    try:
        return Located(model.model_validate(value), document, at)
    except ValidationError as error:
        problems.extend(problems_of(error, model, document, at))
        return None
