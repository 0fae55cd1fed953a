"""The closing report as tables (结案报告.xlsx), and the call sheet to print (外呼单)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.delivery.models import MessageState
from bot.delivery.outcomes import meaning_of_row
from bot.delivery.schemas import Fate
from bot.paper.report import RecipientLine, Report, TownLine, VersionLine
from bot.paper.sheets import Table, Value, workbook
from bot.paper.wording import Words, number_of
from bot.warning.models import Answer, Origin, SeriesState

_LINE_HEIGHT = 30
"""Points: room for a pen."""


def closing_tables(report: Report, words: Words) -> bytes:
    """概览, 各镇街, 应答明细, 电话, 版本."""
    tables = (
        _overview(report, words),
        _towns(report, words),
        _recipients(report, words),
        _calls(report, words),
        _versions(report, words),
    )
    return workbook(tables, words.titled(report), report.made.at, words.mark(report))


def call_sheet(report: Report, words: Words) -> bytes:
    """Whom to telephone about the newest version, with numbers and room to write; and what to read out."""
    newest = report.newest
    head = (
        words.say("sheet.calls_title", title=words.titled(report)),
        words.say(
            "sheet.calls_about",
            version=newest.number,
            act=words.short(f"warning.act.{newest.act.value}"),
            at=words.moment(newest.issued_at),
            made=words.moment(report.made.at),
            count=len(to_call(report)),
        ),
    )
    columns = _columns(words, town=16, place=26, name=26, phone=20, nudges=8, before=14, result=30, clock=10, caller=14)
    rows = (
        (
            _town_name(report, line),
            line.place,
            line.name,
            number_of(line.phone) or words.say("no_phone"),
            line.nudges,
            words.short(f"warning.phoned.{line.phoned.value}") if line.phoned else None,
            words.say("sheet.boxes"),
            None,
            None,
        )
        for line in to_call(report)
    )
    calls = Table(words.say("sheet.call_sheet"), columns, rows, above=head, height=_LINE_HEIGHT)
    aloud = Table(words.say("sheet.aloud"), _columns(words, text=120), [(newest.text,)], above=head[:1])
    return workbook((calls, aloud), words.titled(report), report.made.at, words.mark(report))


def to_call(report: Report) -> tuple[RecipientLine, ...]:
    """Who has not answered, town by town; after the end whoever was told by telephone, for he is told that too."""
    if report.state is SeriesState.IN_FORCE:
        lines = report.missing
    else:
        lines = tuple(line for line in report.recipients if line.is_told_by_telephone)
    return tuple(sorted(lines, key=lambda line: (line.town, line.place, line.name)))


def _overview(report: Report, words: Words) -> Table:
    return Table(words.say("sheet.overview"), _columns(words, item=28, value=90), list(overview_rows(report, words)))


def overview_rows(report: Report, words: Words) -> Iterator[tuple[str, Value]]:
    """What stands first in the report, in order; figures as numbers, instants as instants."""
    newest = report.newest
    facts: dict[str, Value] = {
        "number": report.number,
        "kind": report.kind if words.locale == "zh" else report.kind_en,
        "highest": words.short(f"warning.level.{report.highest.value}"),
        "state": words.short(f"warning.state.{report.state.value}"),
        "origin": words.say(f"origin.{report.origin.value}"),
        "source": report.source if report.origin is Origin.RELAYED else newest.issuer,
        "opened": f"{report.opened_by} {words.moment(report.opened_at)}",
        "first_issued": report.versions[0].issued_at,
        "ended": report.ended_at or words.say("not_ended"),
        "versions": len(report.versions),
        "groups": report.groups,
        "people": report.people,
        "without_account": report.without_account,
        "awaited": report.awaited,
        "answered": report.answered,
        "missing": len(report.missing),
        "cut_off": words.joined(report.cut_off) or words.say("none"),
        "calls": len(report.calls),
        "sent": newest.sent,
        "uncertain": newest.uncertain,
        "failed": newest.failed,
        "waiting": newest.waiting,
        "first_sent": newest.first_at,
        "median_sent": newest.median_at,
        "last_sent": newest.last_at,
        "made_at": report.made.at,
        "made_by": words.joined(filter(None, (report.made.by, report.made.post))),
        "product": report.made.product,
        "pack": report.made.pack,
    }
    for key, value in facts.items():
        yield words.say(f"fact.{key}"), words.known(None) if value in (None, "") else value


def _towns(report: Report, words: Words) -> Table:
    columns = _columns(
        words,
        town=18,
        awaited=8,
        answered=8,
        not_answered=8,
        first_answer=20,
        last_answer=20,
        missing=50,
        cut_off=30,
        by_phone=12,
        groups=8,
        people=8,
    )
    return Table(words.say("sheet.towns"), columns, [_town(line, words) for line in report.towns])


def _town(line: TownLine, words: Words) -> tuple[Value, ...]:
    return (
        line.name,
        line.awaited,
        line.answered,
        line.awaited - line.answered,
        line.first_at,
        line.last_at,
        words.joined(line.missing) or None,
        words.joined(line.cut_off) or None,
        line.reached_by_phone,
        line.groups,
        line.people,
    )


def _recipients(report: Report, words: Words) -> Table:
    columns = _columns(
        words,
        name=28,
        place=28,
        town=14,
        tier=8,
        level=8,
        sort=8,
        must=8,
        told_version=8,
        fate=16,
        sent_at=20,
        error=24,
        answer=16,
        answered_by=24,
        answered_at=20,
        nudges=8,
        phone=20,
        phoned=14,
        phoned_by=20,
        phoned_at=20,
    )
    rows = (_recipient(report, line, words) for line in report.recipients)
    return Table(words.say("sheet.recipients"), columns, rows)


def _recipient(report: Report, line: RecipientLine, words: Words) -> tuple[Value, ...]:
    return (
        line.name,
        line.place,
        _town_name(report, line),
        words.short(f"tier.{line.tier.value}"),
        words.short(f"warning.level.{line.level.value}") if line.level else None,
        words.say("group" if line.is_group else "person"),
        words.say("must" if line.awaited else "only_told"),
        line.told_version,
        fate_words(line, words),
        line.sent_at,
        error_words(line, words),
        answer_words(line, words),
        line.answered_name if line.answer else None,
        line.answered_at if line.answer else None,
        line.nudges,
        number_of(line.phone) or None,
        words.short(f"warning.phoned.{line.phoned.value}") if line.phoned else None,
        line.phoned_by,
        line.phoned_at,
    )


def fate_words(line: RecipientLine, words: Words) -> str:
    """What became of the newest version on its way to the chat."""
    if not line.has_account:
        return words.say("no_account")
    return words.say(f"fate.{line.fate.value}") if line.fate else words.known(None)


def error_words(line: RecipientLine, words: Words) -> str | None:
    """Why it did not arrive, in the reader's language; the platform's own words stand in the archive."""
    if not line.error or line.fate not in (Fate.FAILED, Fate.UNCERTAIN):
        return None
    state = MessageState.UNCERTAIN if line.fate is Fate.UNCERTAIN else MessageState.DEAD
    return words.short(f"delivery.meaning.{meaning_of_row(state, line.error).value}")


def answer_words(line: RecipientLine, words: Words) -> str | None:
    """What was answered; that nobody has where an answer is due; nothing where none is."""
    if line.is_missing and line.answer is None:
        return words.say("not_answered")
    if line.answer is None:
        return None
    given = words.short(f"warning.answer.{line.answer.value}")
    if not line.is_missing or line.answer is Answer.CANNOT:
        return given
    return words.say("after_the_end" if line.is_after_the_end else "outdated", given=given)


def _calls(report: Report, words: Words) -> Table:
    columns = _columns(words, called_at=20, caller=24, name=28, place=28, phone=20, result=16)
    rows = [
        (
            call.at,
            call.by,
            call.name or words.known(None),
            call.place or None,
            number_of(call.phone) or None,
            words.short(f"warning.phoned.{call.result.value}"),
        )
        for call in report.calls
    ]
    return Table(words.say("sheet.calls"), columns, rows)


def _versions(report: Report, words: Words) -> Table:
    columns = _columns(
        words,
        version=6,
        act=10,
        level=10,
        issued_at=20,
        valid_until=20,
        places=30,
        drafted=20,
        signed=20,
        signed_at=20,
        oral=30,
        countersigned=20,
        countersigned_at=20,
        consultation=30,
        authority=30,
        platform_number=20,
        document_number=20,
        audience=12,
        told=8,
        sent=8,
        uncertain=8,
        failed=8,
        waiting=8,
        first_sent=20,
        median_sent=20,
        last_sent=20,
        hash=66,
        pack=26,
        text=80,
    )
    return Table(words.say("sheet.versions"), columns, [_version(report, line, words) for line in report.versions])


def _version(report: Report, line: VersionLine, words: Words) -> tuple[Value, ...]:
    return (
        line.number,
        words.short(f"warning.act.{line.act.value}"),
        words.short(f"warning.level.{line.level.value}"),
        line.issued_at,
        line.valid_until,
        place_words(line, words),
        line.drafted_name,
        line.signed_name,
        line.signed_at,
        line.oral_words,
        line.countersigned_by,
        line.countersigned_at,
        line.consultation or None,
        line.authority or None,
        line.platform_number or None,
        line.document_number,
        words.say(f"audience.{line.audience.value}") if report.origin is Origin.OWN else None,
        line.told,
        line.sent,
        line.uncertain,
        line.failed,
        line.waiting,
        line.first_at,
        line.median_at,
        line.last_at,
        line.content_hash,
        line.pack,
        line.text,
    )


def place_words(line: VersionLine, words: Words) -> str:
    """The places of a version, with the level where there are several."""
    several = len({level for _, level in line.places}) > 1
    return words.joined(
        f"{name}（{words.short(f'warning.level.{level.value}')}）" if several else name for name, level in line.places
    )


def _town_name(report: Report, line: RecipientLine) -> str:
    return next((town.name for town in report.towns if town.code == line.town), line.town)


def _columns(words: Words, **widths: int) -> list[tuple[str, int]]:
    return [(words.say(f"column.{key}"), width) for key, width in widths.items()]
