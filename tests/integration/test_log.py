"""The log says what happened, and only what did."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.audit import service as audit
from bot.core.access import SYSTEM
from bot.core.database import Database
from tests.integration.town import NIGHT


async def test_an_act_is_in_the_log_once_it_is_committed(database: Database) -> None:
    with capture_logs() as lines:
        async with database.write() as session:
            audit.record(session, NIGHT, SYSTEM, "incident.open", "incident:1")
            assert lines == []
    assert [(line["event"], line["subject"]) for line in lines] == [("incident.open", "incident:1")]


async def test_what_was_rolled_back_is_not_in_the_log(database: Database) -> None:
    async def fails() -> None:
        async with database.write() as session:
            audit.record(session, NIGHT, SYSTEM, "incident.open", "incident:1")
            raise ValueError("no")

    with capture_logs() as lines, pytest.raises(ValueError, match="no"):
        await fails()
    assert lines == []
