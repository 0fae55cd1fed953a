"""A pack small enough to read whole, written out file by file so that tests can break one line of it.

万盛 has no county code of its own: its towns lie under 500110, so its tenant is a set of codes.
"""

from __future__ import annotations

from pathlib import Path

from bot.plan.schema import HourKey, LimitKey, WaitKey

PACK_YAML = """\
key: wansheng
name: 万盛经开区
name_en: Wansheng
version: "1.0"
timezone: Asia/Shanghai
tenant: [500110004, 500110100]
duty_unit: emergency
administrator_post: administrator
number_prefix: town_short_name
valid_from: 2024-05-16
documents:
  - key: 万盛经开发〔2024〕8号
    title: 工作要点
    title_en: Key points
    issued: 2024-05-16
"""

REGIONS_CSV = """\
code,name,short_name,level,parent,duty_phone
500110-WS,万盛经开区,万盛,district,,
500110004,万盛街道,万盛街,town,500110-WS,
500110100,万东镇,万东,town,500110-WS,+86 23 4800 0001
500110100200,五里村村民委员会,五里村,village,500110100,
"""

UNITS_CSV = """\
key,name,name_en,region,duty_phone,member,source
emergency,区应急局,Emergency bureau,500110-WS,+86 23 4800 0000,yes,default
water,区水利局,Water bureau,500110-WS,,no,万盛经开发〔2024〕8号 任务7
"""

POSTS_YAML = """\
posts:
  - key: town_duty
    name: 镇街值班员
    name_en: Town duty officer
    level: town
    permissions:
      - {permission: report.file, scope: district}
      - {permission: incident.see, scope: own}
      - {permission: incident.verify, scope: own}
    source: R04 · 万盛经开发〔2024〕8号
  - key: grid_worker
    name: 网格员
    name_en: Grid worker
    level: grid
    permissions:
      - {permission: incident.see, scope: own_grid}
    source: default
  - key: company_safety
    name: 企业安全管理员
    name_en: Company safety officer
    level: unit
    permissions:
      - {permission: report.file, scope: district}
    source: default
  - key: administrator
    name: 系统管理员
    name_en: Administrator
    level: district
    permissions:
      - {permission: person.invite, scope: district}
      - {permission: group.bind, scope: district}
      - {permission: warning.relay, scope: district}
      - {permission: warning.draft, scope: district}
      - {permission: warning.sign, scope: district}
    source: default
"""

KINDS_YAML = """\
sectors:
  - {key: natural, name: 自然灾害, name_en: Natural disasters, source: default}
kinds:
  - key: landslide
    name: 滑坡
    name_en: Landslide
    sector: natural
    natures: [danger_sign, hazard]
    source: default
"""

TIERS_YAML = """\
tiers:
  - {key: district, name: 区级群, name_en: District group}
  - {key: town, name: 镇街群, name_en: Town group}
  - {key: village, name: 村群, name_en: Village group}
  - {key: grid, name: 网格群, name_en: Grid group}
  - {key: unit, name: 单位群, name_en: Unit group}
rings:
  - {nature: danger_sign, tiers: [town, district], lane: urgent, source: default}
  - {nature: accident, tiers: [town], lane: urgent, source: default}
  - {nature: hazard, tiers: [town], lane: routine, source: default}
"""

TIMES_YAML = """\
rules:
  - key: city_by_phone
    name: 电话报告
    name_en: Report by telephone
    regime: 事故
    trigger: 重大
    reporter: 区政府
    recipient: 市政府
    medium: phone
    limit: PT30M
    words: 30分钟内
    source: 万盛经开发〔2024〕8号
    valid_from: 2024-05-16
    valid_to: 2024-12-31
"""

HOURS = {HourKey.SHIFTS: '["07:00", "19:00"]', HourKey.DIGEST: '["08:00"]'}

DEFAULTS_YAML = "waits:\n" + "".join(
    f"  - {{key: {key}, name: 时限, name_en: Wait, wait: PT1M, reason: a house rule, source: default}}\n"
    for key in WaitKey
)
DEFAULTS_YAML += "limits:\n" + "".join(
    f"  - {{key: {key}, name: 数量, name_en: Limit, limit: 9, reason: a rule, source: default}}\n" for key in LimitKey
)
DEFAULTS_YAML += "hours:\n" + "".join(
    f"  - {{key: {key}, name: 时间, name_en: Hours, at: {at}, reason: a rule, source: default}}\n"
    for key, at in HOURS.items()
)

WARNINGS_YAML = """\
kinds:
  - {key: rain, name: 暴雨预警信号, name_en: Rain, words: 暴雨, station: 气象台站, station_en: the stations,
     event_code: 11B03, source: 万盛经开发〔2024〕8号}
  - {key: flood, name: 洪水预警, name_en: Flood, words: 洪水, source: default, reason: ours}
rights:
  - {deed: relay, kinds: "*", levels: [blue, yellow, orange, red], posts: [administrator],
     why: 由系统管理员转发, why_en: The administrator relays, source: default, reason: one person}
  - {deed: draft, kinds: [rain], levels: [blue, yellow, orange, red], posts: [],
     why: 只由气象台站发布, why_en: Stations issue it, source: 万盛经开发〔2024〕8号 任务7}
  - {deed: sign, kinds: [rain], levels: [blue, yellow, orange, red], posts: [],
     why: 不由区里签发, why_en: Not signed here, source: 万盛经开发〔2024〕8号 任务7}
  - {deed: lift, kinds: [rain], levels: [blue, yellow, orange, red], posts: [],
     why: 由气象台站解除, why_en: Stations lift it, source: 万盛经开发〔2024〕8号 任务7}
  - {deed: draft, kinds: [flood], levels: [blue, yellow, orange, red], posts: [administrator],
     why: 由系统管理员拟稿, why_en: The administrator drafts, source: default, reason: there is nobody else}
  - {deed: sign, kinds: [flood], levels: [blue, yellow, orange, red], posts: [administrator],
     needs: [consultation, platform_number],
     why: 由系统管理员签发, why_en: The administrator signs, source: default, reason: there is nobody else}
  - {deed: lift, kinds: [flood], levels: [blue, yellow, orange, red], posts: [administrator],
     why: 由系统管理员解除, why_en: The administrator lifts, source: default, reason: there is nobody else}
reaches:
  - {kinds: "*", levels: [blue, yellow], tiers: [town], posts: [town_duty], must_answer: [town_duty],
     nudge_after: [10, 20], silent_at_night: yes, source: default, reason: desks}
  - {kinds: "*", levels: [orange, red], tiers: [town, village], source: default, reason: everybody}
  - {kinds: [flood], levels: [red], tiers: [grid], source: default, reason: the water}
templates:
  - {kind: flood, level: yellow, matters: 水位上涨, matters_en: Water rises, measures: 转移, measures_en: Move,
     source: default, reason: words to begin with}
advice:
  - {kinds: [flood], levels: [red], sector: natural, text: 守堤, text_en: Watch banks, source: default, reason: trade}
  - {kinds: "*", levels: [red], region: 500110100, text: 走东线, text_en: Go east, source: default, reason: the town}
"""

DEMO_YAML = """\
first_visit: {zh: 你好, en: Hello}
grids:
  - {code: 500110100200-01, name: 第1网格, name_en: Grid 1}
units:
  - {key: demo_mine, name: 演示矿山, name_en: Demo mine, region: 500110100}
duty_phones:
  - {region: 500110004, phone: +86 10000 01004}
people:
  - key: worker
    name: 五里村第1网格员
    name_en: Grid worker
    phone: +86 10000 00001
    posts: [{post: grid_worker, region: 500110100200-01}]
  - key: duty
    name: 万东镇值班员
    name_en: Duty officer
    phone: +86 10000 00002
    posts: [{post: town_duty, region: 500110100}]
  - key: safety
    name: 安全管理员
    name_en: Safety officer
    phone: +86 10000 00003
    posts: [{post: company_safety, unit: demo_mine}]
groups:
  - {key: wandong, title: 万东镇值班群, region: 500110100, tier: town, members: [duty, worker]}
"""

FILES = {
    "pack.yaml": PACK_YAML,
    "regions.csv": REGIONS_CSV,
    "units.csv": UNITS_CSV,
    "posts.yaml": POSTS_YAML,
    "kinds.yaml": KINDS_YAML,
    "tiers.yaml": TIERS_YAML,
    "times.yaml": TIMES_YAML,
    "defaults.yaml": DEFAULTS_YAML,
    "warnings.yaml": WARNINGS_YAML,
    "demo.yaml": DEMO_YAML,
}


def write_pack(directory: Path, changed: dict[str, str] | None = None) -> Path:
    """Writes the small pack, with the texts of `changed` in place of its own."""
    directory.mkdir(exist_ok=True)
    for name, text in {**FILES, **(changed or {})}.items():
        (directory / name).write_bytes(text.encode())
    return directory


def with_change(name: str, old: str, new: str) -> dict[str, str]:
    """One file's text with one passage replaced; the passage must be there exactly once."""
    assert FILES[name].count(old) == 1, f"{old!r} stands {FILES[name].count(old)} times in {name}"
    return {name: FILES[name].replace(old, new)}
