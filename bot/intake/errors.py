"""Why an act on a draft is refused."""

from __future__ import annotations

from bot.core.errors import Refusal
from messages import intake as texts


class DraftGone(Refusal):
    """The draft is filed, joined or given up, or belongs to somebody else."""

    def __init__(self) -> None:
        super().__init__(texts.DraftGone())
