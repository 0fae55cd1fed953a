"""Which tests go to the same worker: those that share a world that takes seconds to build.

pytest-xdist writes its own marks for that (`xdist_group`) into a test's id, which pytest 9.2 no longer lets it change.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # published without types

SHARING = ("tests/browser/", "tests/e2e/test_groups", "tests/e2e/test_joining", "tests/e2e/test_reporting")


class ByWorld(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """Files that share a world stay together; every other test goes where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0] if nodeid.startswith(SHARING) else nodeid
