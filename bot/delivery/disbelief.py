"""When most chats say within minutes that they are lost, none of them is believed.

One by one it is true and acted on: a person has blocked the bot, a group has put it out. That nearly everybody does so
at once is a fault of the platform or of our token, and lists that took years must not be emptied by it. Pure; it
remembers no more than the window, and what it forgets with the process is only how it came to its judgement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
"""What is older says nothing about now. Longer than any pause, so that who is not believed is asked again in it."""
BELIEVED = 7
"""So many lost chats are believed whatever the others say: a unit that is closed down takes its people along."""
SHARE = 0.5
"""Of the chats written to in the window; from here on those that are lost are not believed."""

_PAUSES = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5))


@dataclass(slots=True)
class Disbelief:
    """The newest verdict of each chat written to lately. `since`: when a wave began, None while there is none."""

    since: datetime | None = None
    _verdicts: dict[int, tuple[datetime, bool]] = field(default_factory=dict)

    def arrived(self, chat_id: int, now: datetime) -> None:
        """Something has reached the chat; a wave ends when most chats say so."""
        self._verdicts[chat_id] = (now, False)
        if self.since is not None:
            self._judge(now)

    def lost(self, chat_id: int, now: datetime) -> bool:
        """A chat that was not known to be lost says so; whether a wave begins with it."""
        self._verdicts[chat_id] = (now, True)
        before = self.since
        self._judge(now)
        return before is None and self.since is not None

    def copy(self) -> Disbelief:
        """As it stands, to be thrown away with a transaction that fails."""
        return Disbelief(self.since, dict(self._verdicts))

    @property
    def chats(self) -> int:
        """How many chats said lately that they are lost."""
        return sum(lost for _, lost in self._verdicts.values())

    def _judge(self, now: datetime) -> None:
        # Of a time to come: the clock was set back since, and what it says may be as old as that.
        self._verdicts = {chat: verdict for chat, verdict in self._verdicts.items() if abs(now - verdict[0]) <= WINDOW}
        too_many = self.chats > BELIEVED and self.chats >= SHARE * len(self._verdicts)
        self.since = (self.since or now) if too_many else None


def pause(attempts: int) -> timedelta:
    """How long a chat that is not believed is left alone, by how often its row has been tried."""
    return _PAUSES[min(attempts, len(_PAUSES) - 1)]
