"""What the lints allow, as tables: each exception is a path and its reason.

An exception without a reason does not belong here, and one nobody needs any more fails `test_tables_are_true.py`.
"""

from __future__ import annotations

# --- a domain is a closed list of files ------------------------------------------------------------------------------

DOMAIN_FILES = {"__init__", "models", "schemas", "rules", "repository", "service", "errors", "jobs"}
FLOW_FILES = {"__init__", "routes", "screens"}

# Rooms under bot/ that are no domains: mechanism without tables and use cases of its own.
NOT_DOMAINS = {
    "core": "no domain words; everything above stands on it",
    "timetable": "the one tick that calls every domain's jobs",
    "demo": "starts sandbox and product together",
    "backup": "saves and puts back one installation, whatever its domains are",
}

# A further kind of file in a domain, and why the closed list does not hold it.
FURTHER_FILES = {
    "bot/delivery/gateway.py": "the only door out to the platform: aiohttp and JSON",
    "bot/delivery/sender.py": "the loop that owns a token's sending budget",
    "bot/delivery/pacing.py": "lanes and token buckets as tables and pure functions, on monotonic time",
    "bot/delivery/queue.py": "the sender's queries of what may leave, apart from what use cases enqueue",
    "bot/delivery/window.py": "what the sender chooses from: some hundred rows in their turn, pure",
    "bot/delivery/ledger_repository.py": "the ledger's queries: what became of what left",
    "bot/delivery/ledger.py": "what each outcome does to a row or a card",
    "bot/delivery/lateness.py": "what did not arrive and what is late to leave: told of once, and sent again",
    "bot/delivery/lateness_repository.py": "the queries behind it",
    "bot/delivery/overview.py": "how the outbox stands in one look: backlog, failures, parked chats, times",
    "bot/delivery/overview_repository.py": "the queries behind it, which count in the database",
    "bot/delivery/tidying.py": "deletions and unpinning: rows that take away what stands in a chat",
    "bot/delivery/disbelief.py": "how many lost chats at once are too many to be true, pure",
    "bot/delivery/restored.py": "what a restored database must not take for unsent",
    "bot/delivery/line.py": "whether the platform answers: asked before more is risked on a line that failed",
    "bot/delivery/wire.py": "from a shipment to the Bot API call that carries it, pure",
    "bot/delivery/painter.py": "renders a card's newest revision after the commit",
    "bot/delivery/outcomes.py": "one table: what an answer of the platform means for a row",
    "bot/delivery/addressing.py": "ids of what is no chat of the platform, pure",
    "bot/delivery/channels.py": "use cases of channels: attaching, testing, detaching",
    "bot/delivery/briefing.py": "the short variant of what is urgent, for the channels of those told",
    "bot/delivery/channel_repository.py": "the queries on channels",
    "bot/delivery/channel_results.py": "what the channels' gateway reads and writes between two calls",
    "bot/delivery/apprise_gateway.py": "the only door out to channels: the only place that knows apprise",
    "bot/delivery/far_end.py": "what a channel's other end made of a text, pure",
    "bot/delivery/switchboard.py": "one protocol for every way out: hands each call to the gateway of its chat",
    "bot/inbox/poller.py": "the long-polling loop: commits each update before its offset is confirmed",
    "bot/inbox/webhook.py": "the poller's other half: commits each update before the platform is told it arrived",
    "bot/inbox/worker.py": "the loop that hands updates on in order per chat",
    "bot/inbox/taps.py": "answers a tap before it is handled",
    "bot/directory/people.py": "joining, leaving, posts and 代管: use cases on people",
    "bot/directory/groups.py": "binding chat groups to region and tier: use cases on groups",
    "bot/directory/leaving_out.py": "use cases of what a unit's group leaves out",
    "bot/directory/joining.py": "use cases of coming in: an account proves whose it is",
    "bot/directory/invitations.py": "use cases of invitations: secrets, limits, what opening one does",
    "bot/directory/posts.py": "use cases of holding: A, B, dated 代管, handing over",
    "bot/directory/taking_part.py": "use cases of taking part in drills",
    "bot/directory/owners.py": "where people, units and groups are, for what belongs to them",
    "bot/directory/owners_repository.py": "the queries behind it, for many at once",
    "bot/directory/places.py": "what a place is called, down to the grid",
    "bot/directory/roster_rows.py": "one line of a roster against the pack, pure",
    "bot/intake/filing.py": "from draft to report, used by the use cases and by the passes",
    "bot/intake/receiving.py": "which draft or report a thing sent belongs to: use cases of the first touch",
    "bot/intake/form.py": "the fields of a report: use cases before filing and after",
    "bot/intake/answers.py": "what people type into a field, pure",
    "bot/intake/likeness.py": "what may be the same thing: asked about before sending",
    "bot/intake/telephone.py": "电话接报: opening a report for somebody on the phone",
    "bot/intake/fetcher.py": "the loop that fetches files outside any transaction",
    "bot/intake/fetched.py": "use cases of a file that is here, or will never be",
    "bot/intake/evidence.py": "what the desks are shown of evidence: the platform's file, or a copy of ours",
    "handlers/intake/reading.py": "from the platform's message to what was sent, pure",
    "bot/intake/maplinks.py": "where a pasted map link or written coordinates say it is, pure",
    "bot/intake/pictures.py": "pictures sent as files: what they say of themselves, and a copy that says nothing",
    "bot/incident/deeds.py": "what every deed does beside deciding: find, permit, log, touch, tell",
    "bot/incident/views.py": "an incident as screens show it, with what was merged into it",
    "bot/incident/enquiries.py": "use cases of 请补充: one question at a time, which expires in silence",
    "bot/incident/chasing.py": "saying again that nobody has it in hand: of many at once, in one message",
    "bot/incident/taker.py": "whether whoever has it in hand can still see to it",
    "bot/incident/desk.py": "use cases of ending: doubted, dismissed, closed, judged, taken up again",
    "bot/incident/merging.py": "use cases of 并案 and 拆开",
    "bot/incident/sorting.py": "use cases of 改类别 and 转办",
    "handlers/incident/choices.py": "the officer's private lists, apart from the card everybody sees",
    "bot/incident/audience.py": "whom an incident concerns: groups and posts up the chain",
    "bot/incident/sight.py": "which incidents a person sees in lists, and from which desk he speaks",
    "bot/incident/pressing.py": "what an incident waits for and since when, pure",
    "bot/incident/searching.py": "reads what somebody types to find an incident, pure",
    "bot/incident/listing.py": "use cases of lists: to do, finding, handing the shift over",
    "bot/incident/lists_repository.py": "incident's second repository: queries over many incidents and on calls",
    "bot/incident/calls.py": "use cases of telephone calls: what to read out, what came of it",
    "bot/incident/work_stop.py": "what stopping a unit's work opens, and telling its people",
    "bot/intake/stopping.py": "stopping work as a report: number, incident and company in one transaction",
    "bot/intake/unfinished.py": "the draft somebody has not finished, and bringing it back",
    "bot/warning/issuing.py": "the one place from which a version leaves",
    "bot/warning/relaying.py": "use cases of passing on somebody else's signal",
    "bot/warning/answering.py": "use cases of answers, reminders and telephone calls",
    "bot/warning/concerned.py": "whom a version concerns now: rows for targeting",
    "bot/warning/drilled.py": "what marks a drill, and who takes part in it, pure",
    "bot/warning/reading.py": "what a pasted official signal says, pure",
    "bot/warning/mentions.py": "which places of the pack a text names, pure",
    "bot/warning/printed_times.py": "when a text says it was issued, pure",
    "bot/warning/checking.py": "what an officer puts right of a recognised text before it is relayed",
    "bot/warning/validity.py": "asking the publisher before and after a warning ends; laying aside what has run out",
    "bot/warning/placing.py": "which level a text with several says of which place, pure",
    "bot/warning/briefing.py": "what channels are told of a version: its fields and the beginning of its text",
    "bot/warning/telling.py": "what each chat is told of a version: its level, the text, the pack's advice",
    "bot/warning/targeting.py": "which chats a version concerns, by division code, pure",
    "bot/warning/unheld.py": "places that have nobody who must answer, pure",
    "bot/warning/closing.py": "everything a series leaves behind, in one read",
    "bot/paper/answered.py": "when each recipient answered what was due, out of the log, pure",
    "bot/paper/report.py": "the closing report as values, pure",
    "bot/paper/wording.py": "words, times and file names on paper, pure",
    "bot/paper/packing.py": "zip files whose bytes depend on their content alone, pure",
    "bot/paper/sheets.py": "a workbook of plain tables: the only place that knows openpyxl",
    "bot/paper/tables.py": "the closing report and the call sheet as tables, pure",
    "bot/paper/document.py": "the closing report as a document: the only place that knows python-docx",
    "bot/paper/archive.py": "the audit archive: every file with its hash, pure",
    "bot/paper/building.py": "draws in the office libraries where a file is built, and nowhere else",
    "bot/paper/clerk.py": "the loop that makes papers outside any transaction",
    "bot/directory/roster.py": "reads a roster CSV, row by row, with errors that name line and field",
    "bot/plan/schema.py": "the district pack's shape",
    "bot/plan/warnings.py": "the shape of warnings.yaml",
    "bot/plan/warning_checking.py": "compares warnings.yaml with the pack: every question decided once",
    "bot/plan/fields.py": "the fields of a pack's entries and what is expected of each",
    "bot/plan/demo.py": "the shape of demo.yaml, which is no part of a plan",
    "bot/plan/documents.py": "YAML and CSV values that remember their line",
    "bot/plan/regions.py": "codes and names of places, pure functions",
    "bot/plan/loading.py": "reads a pack's folder; all problems kept",
    "bot/plan/checking.py": "compares a pack's entries with each other",
    "bot/plan/demo_checking.py": "compares a demo world with its pack",
    "bot/plan/explaining.py": "errors that name file, line, field, expectation",
    "bot/warning/drafting.py": "use cases of 拟发预警: the district's own text as rows while it is written",
    "bot/warning/telephoning.py": "the publisher's list of numbers: who is told by telephone",
    "bot/warning/proposing.py": "use cases of 送签, and what signing shares with it",
    "bot/warning/signing.py": "use cases of 签发, 退回, consent by telephone and 补签",
    "bot/warning/elements.py": "the elements of a warning, what is typed into them, the text made of them, pure",
    "bot/warning/rights.py": "who may do what with a warning: permission, post and the pack together",
    "bot/warning/overnight.py": "what a night has left of warnings, for the morning's digest",
    "bot/watch/schedule.py": "what comes at hours of the day, once each",
    "bot/watch/readiness.py": "班前检查: what the desks hear before a shift",
    "bot/watch/digest.py": "早报: what the desks hear in the morning",
    "bot/watch/auditing.py": "自查: what should have happened and did not",
    "bot/watch/metrics.py": "figures for Prometheus: the only place that knows its client",
    "bot/watch/exposing.py": "serves them and the health",
    "bot/watch/outbox.py": "投递: how the delivery stands, with names and what can be sent again",
    "bot/watch/heartbeat.py": "the loop that tells somebody outside that everything is alive",
    "bot/warning/previewing.py": "what issuing a draft would do now, as its cards show it",
}

# --- queries live in repositories ------------------------------------------------------------------------------------

QUERIES_ALLOWED = {
    "bot/core/database.py": "owns engines, pragmas and transactions",
    "bot/core/many.py": "a list of numbers as a table in both dialects, called by repositories only",
    "bot/core/far_bells.py": "rings in the transaction that asks for it, listens on a connection of its own",
    "bot/core/sole.py": "takes a lock of PostgreSQL on the connection that writes, and says who has it",
    "bot/core/upsert.py": "INSERT ... ON CONFLICT for both dialects, called by repositories only",
    "bot/delivery/queue.py": "delivery's second repository: what may leave; private like the first",
    "bot/delivery/ledger_repository.py": "delivery's fifth repository: what became of it; private like the first",
    "bot/delivery/lateness_repository.py": "delivery's fourth repository: what is late; private like the first",
    "bot/delivery/overview_repository.py": "delivery's fifth repository: what counts; private like the first",
    "bot/delivery/tidying.py": "delivery's third repository: rows about other rows' messages; private like the first",
    "bot/delivery/restored.py": "delivery's fifth repository: once, on a database that was restored",
    "bot/backup/sqlite.py": "whatever tables a file has, by their names: it outlives every model",
    "bot/backup/postgres.py": "the same on PostgreSQL, beside pg_dump on one snapshot",
    "bot/delivery/channel_repository.py": "delivery's fifth repository: channels; private like the first",
    "bot/directory/owners_repository.py": "directory's second repository: many owners at once; private like the first",
    "bot/incident/lists_repository.py": "incident's second repository: many at once; private like the first",
}

# --- the edges, where every exception is caught ----------------------------------------------------------------------

EDGES = {
    "bot/core/far_bells.py": "whatever keeps it from listening, it tries again; nothing depends on a bell",
    "bot/core/sole.py": "whatever becomes of the connection, the right is lost with it and asked for again",
    "bot/core/nursery.py": "a task that dies is logged and started again; the process lives",
    "bot/delivery/apprise_gateway.py": "what fails inside the library quotes addresses: its name is all that is kept",
    "bot/delivery/ledger.py": "who is told of a lost chat may fail; the row's outcome is written all the same",
    "bot/delivery/sender.py": "a shipment failing in a way nobody foresaw spoils itself only; the others ship",
    "bot/delivery/painter.py": "a card that cannot be painted is marked dead with its error; the others are painted",
    "bot/inbox/worker.py": "an update whose handling fails is marked with its error; the next one is handled",
    "bot/paper/clerk.py": "a paper that cannot be made is set back with its fault; the other papers are made",
    "bot/timetable/service.py": "a pass that fails is logged; the other passes run",
}

# --- tasks -----------------------------------------------------------------------------------------------------------

TASKS_ALLOWED = {
    "bot/core/nursery.py": "the nursery itself: keeps every task, logs its end",
    "sandbox/server.py": "the sandbox's lifecycle: starts its tasks with the server and ends them with it",
    "scenarios/stage.py": "an act goes on while the bot is killed; the stage waits for it in the same function",
}

# --- clocks ----------------------------------------------------------------------------------------------------------

CLOCKS = {
    "bot/core/clock.py": "the product's clock",
    "sandbox/clock.py": "the sandbox's clock, which the demo moves",
    "sandbox/updates.py": "the first update id rises from run to run, however the sandbox's clock was moved",
}

# --- sleeping in tests -----------------------------------------------------------------------------------------------

SLEEP_ALLOWED = {
    "tests/unit/test_clock.py": "the clock's own sleep is what is tested; a jump ends it at once",
}

# --- long files ------------------------------------------------------------------------------------------------------

LONG_ALLOWED: dict[str, str] = {}
