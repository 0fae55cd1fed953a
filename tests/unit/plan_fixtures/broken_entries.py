"""Single entries of the small pack made wrong, one at a time, and what must be said about each."""

from __future__ import annotations

from dataclasses import dataclass

from bot.plan.schema import HourKey, LimitKey, WaitKey
from tests.unit.plan_fixtures.small_pack import HOURS


@dataclass(frozen=True)
class Broken:
    """One passage of the small pack replaced, and the one problem that must be reported for it."""

    file: str
    old: str
    new: str
    line: int
    field: str
    found: str
    expectation: str


_SHIFTS = HOURS[HourKey.SHIFTS]
_HOURS = len(WaitKey) + len(LimitKey) + 4
"""The line of the first times of day: three headings above it, and a line for each wait and each limit."""

VALUES = [
    Broken(
        "posts.yaml",
        "permission: incident.verify",
        "permission: verfy",
        9,
        "permissions[2].permission",
        '"verfy" is not a permission',
        "one of report.file, report.supplement, report.see_own, incident.see, incident.take, incident.verify",
    ),
    Broken(
        "posts.yaml",
        "scope: own_grid",
        "scope: mine",
        16,
        "permissions[0].scope",
        "not a scope",
        "one of own, own_grid",
    ),
    Broken(
        "posts.yaml", "level: grid", "level: hamlet", 14, "level", '"hamlet" is not a level', "one of district, town"
    ),
    Broken("posts.yaml", "    name_en: Grid worker\n", "", 11, "name_en", "is missing", "the name in English"),
    Broken("posts.yaml", "name: 网格员", "name: Grid worker", 12, "name", "not fitting", "Chinese character"),
    Broken("posts.yaml", "name_en: Grid worker", "name_en: 网格员", 13, "name_en", "not fitting", "in English"),
    Broken("posts.yaml", "key: grid_worker", "key: Grid-Worker", 11, "key", "not fitting", "lower-case letters"),
    Broken(
        "posts.yaml",
        "level: grid\n",
        "level: grid\n    colour: red\n",
        15,
        "colour",
        "is no field here",
        "only source, key",
    ),
    Broken(
        "posts.yaml",
        "      - {permission: incident.see, scope: own_grid}\n",
        "      - incident.see\n",
        16,
        "permissions[0]",
        '"incident.see" is not fitting',
        "a mapping with permission, scope",
    ),
    Broken(
        "posts.yaml",
        "permissions:\n      - {permission: incident.see, scope: own_grid}",
        "permissions: incident.see",
        15,
        "permissions",
        '"incident.see" is not fitting',
        "a list of at least one permission",
    ),
    Broken(
        "posts.yaml",
        "\n      - {permission: incident.see, scope: own_grid}",
        " []",
        15,
        "permissions",
        "is empty",
        "a list of at least one permission",
    ),
    Broken("units.csv", "+86 23 4800 0000", "48000000", 2, "duty_phone", '"48000000"', 'as "+86 23 4376 1995"'),
    Broken("units.csv", "+86 23 4800 0000,yes", "+86 23 4800 0000,perhaps", 2, "member", '"perhaps"', "yes or no"),
    Broken("units.csv", "water,区水利局", ",区水利局", 3, "key", "is missing", "a key of lower-case letters"),
    Broken("regions.csv", "500110100200,五里村", "5001101002,五里村", 5, "code", '"5001101002"', "6, 9 or 12 digits"),
    Broken("regions.csv", "万东,town", "万东,grid", 4, "", 'level "grid"', "district, town or village"),
    Broken(
        "regions.csv", "万东,town", "万东,village", 4, "", 'code "500110100" does not fit level village', "12 digits"
    ),
    Broken("times.yaml", "limit: PT30M", "limit: 30 minutes", 10, "limit", '"30 minutes"', "ISO 8601"),
    Broken("times.yaml", "limit: PT30M", "limit: P1Y", 10, "limit", '"P1Y"', "days, hours, minutes and seconds"),
    Broken("times.yaml", "limit: PT30M", "limit: 30", 10, "limit", '"30"', "PT30M"),
    Broken(
        "times.yaml", "valid_from: 2024-05-16", "valid_from: 20240516", 13, "valid_from", '"20240516"', "YYYY-MM-DD"
    ),
    Broken(
        "times.yaml", "valid_from: 2024-05-16", "valid_from: 2024-13-01", 13, "valid_from", '"2024-13-01"', "YYYY-MM-DD"
    ),
    Broken("times.yaml", "medium: phone", "medium: pigeon", 9, "medium", "not a medium", "one of phone, writing, any"),
    Broken("times.yaml", "valid_to: 2024-12-31", "valid_to: 2023-12-31", 2, "", "lies before valid_from", "or later"),
    Broken(
        "tiers.yaml", "lane: routine", "lane: slow", 10, "lane", '"slow" is not a lane', "one of urgent, interactive"
    ),
    Broken(
        "kinds.yaml",
        "[danger_sign, hazard]",
        "[danger_sign, fire]",
        8,
        "natures[1]",
        "not a nature",
        "one of danger_sign",
    ),
    Broken(
        "kinds.yaml",
        "[danger_sign, hazard]",
        "[hazard, hazard]",
        4,
        "",
        "natures name hazard twice",
        "each nature once",
    ),
    Broken(
        "kinds.yaml", "natures: [danger_sign, hazard]", "natures:", 8, "natures", "is empty", "a list of danger_sign"
    ),
    Broken(
        "defaults.yaml", "key: undo", "key: redo", 3, "key", '"redo" is not a wait', "one of invitation_valid, undo"
    ),
    Broken("defaults.yaml", _SHIFTS, '["8 Uhr"]', _HOURS, "at[0]", '"8 Uhr" does not fit', "a time of day as 08:00"),
    Broken("defaults.yaml", _SHIFTS, '["27:30"]', _HOURS, "at[0]", '"27:30" does not fit', "a time of day as 08:00"),
    Broken("defaults.yaml", _SHIFTS, '["20:00", "08:00"]', _HOURS, "", "does not rise", "later in the day"),
    Broken("defaults.yaml", _SHIFTS, "[]", _HOURS, "at", "is empty", "a list of times of day"),
    Broken("defaults.yaml", "key: digest", "key: supper", _HOURS + 1, "key", "not an hour", "one of shifts, digest"),
    Broken("pack.yaml", 'version: "1.0"', "version: one", 4, "version", '"one"', "two or three numbers"),
    Broken("pack.yaml", "timezone: Asia/Shanghai\n", "", 1, "timezone", "is missing", "as Asia/Shanghai"),
    Broken(
        "pack.yaml",
        "tenant: [500110004, 500110100]",
        "tenant: []",
        6,
        "tenant",
        "is empty",
        "at least one division code",
    ),
    Broken(
        "pack.yaml", "number_prefix: town_short_name", "number_prefix: x", 9, "number_prefix", '"x"', "town_short_name"
    ),
]
