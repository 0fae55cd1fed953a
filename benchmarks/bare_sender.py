"""Our sender alone, with nothing of the conversation: `python -m benchmarks.bare_sender SERVER URL`."""

from __future__ import annotations

import asyncio
import sys

import uvloop

from benchmarks import sending


async def main(server: str, url: str) -> None:
    """Sends what the ledger holds until it is ended."""
    async with sending.post(url, server, is_warm=False):
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2]))
