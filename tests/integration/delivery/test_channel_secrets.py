"""The address of a channel stands in one column and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from bot.core.logging import without_tokens
from bot.delivery.models import Channel, Text
from tests.integration.delivery.channelled import attached, both_ways, person, tell
from tests.integration.delivery.post import Post as PostOffice
from tests.integration.far_end import SECRET, Broken, FarEnd, far_end


@pytest.fixture
async def end() -> AsyncIterator[FarEnd]:
    async with far_end() as listening:
        yield listening


class _Kept(logging.Handler):
    """Every line that reaches the root, as our log has it, at the loudest level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    kept, root = _Kept(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(level)


async def test_the_address_stands_in_its_own_column_and_nowhere_else(
    post: PostOffice, officer: int, end: FarEnd, log_lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    someone = await person(post, officer)
    await attached(post, end.address(), person_id=someone)
    await attached(post, f"json://127.0.0.1:9/{SECRET}", person_id=someone)
    await attached(post, f"nonsense://{SECRET}", person_id=someone)
    end.answers += [Broken(), (404, SECRET)]
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
    async with post.database.read() as session:
        channels = (await session.exec(select(Channel))).all()
        texts = (await session.exec(select(Text))).all()
    assert all(SECRET in str(channel.url) for channel in channels)
    assert any("INSERT INTO delivery_message" in line for line in log_lines) or not post.database.is_sqlite
    said = capsys.readouterr()
    everything = ("\n".join(log_lines), said.out, said.err, repr(await post.rows()), repr(texts), repr(channels))
    assert [place.partition(SECRET)[0][-80:] for place in everything if SECRET in place] == []
    assert not [channel.error for channel in channels if SECRET in str(channel.error)]


async def test_a_statement_that_fails_does_not_say_the_address(post: PostOffice, officer: int, end: FarEnd) -> None:
    someone = await person(post, officer)
    await attached(post, end.address(), person_id=someone)
    with pytest.raises(SQLAlchemyError) as raised:
        await attached(post, end.address("b"), person_id=someone, id=1)
    assert "insert into delivery_channel" in str(raised.value).lower()
    assert SECRET not in str(raised.value)


def test_a_line_of_the_log_that_holds_an_address_is_cut() -> None:
    """What a database says of a row it does not take quotes the row."""
    for address in (f"json://127.0.0.1/{SECRET}", f"mailtos://user:{SECRET}@example.cn?to=a", f"dingtalk://{SECRET}"):
        line = without_tokens(f"Failing row contains (1, sms, {address}, json)")
        assert SECRET not in line
        assert line.startswith("Failing row contains (1, sms, ")
    kept = "sqlite+aiosqlite:///var/jiaoying.db https://api.telegram.org postgresql+asyncpg://x@y/z"
    assert without_tokens(kept) == kept
