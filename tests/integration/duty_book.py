"""The book of a duty desk, kept with a pencil: who sat there at any second, found by reading every line.

It shares nothing with the product: seconds instead of instants, three words instead of roles, loops instead of queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.integration.town import DISTRICT, OTHER_TOWN, TOWN, VILLAGE

A, ACTING, B = "A", "代管", "B"
TURNS = (A, ACTING, B)
HERE, NEVER_CAME, SUSPENDED, LEFT = "here", "never came", "suspended", "left"

DISTRICT_DESK, TOWN_DESK = ("district_duty", DISTRICT), ("town_duty", TOWN)
OTHER_DESK, VILLAGE_DESK, CADRE = ("town_duty", OTHER_TOWN), ("village_duty", VILLAGE), ("village_cadre", VILLAGE)
DESKS = (DISTRICT_DESK, TOWN_DESK, OTHER_DESK, VILLAGE_DESK)
POSTS = (*DESKS, CADRE)

TELEPHONE_AT = {
    DISTRICT_DESK: (DISTRICT, TOWN, OTHER_TOWN, VILLAGE),
    TOWN_DESK: (TOWN, VILLAGE),
    OTHER_DESK: (OTHER_TOWN,),
    VILLAGE_DESK: (VILLAGE,),
    CADRE: (),
}
"""Where whoever is on the post may write down what the telephone tells."""

_NARROWEST_FIRST = ((VILLAGE_DESK,), (TOWN_DESK, OTHER_DESK), (DISTRICT_DESK,))

Post = tuple[str, str]


@dataclass(slots=True)
class Line:
    """Somebody is on a post as A, 代管 or B, from one second until before another; without an end until it is ended."""

    post: Post
    who: str
    turn: str
    begins: int
    ends: int | None = None


@dataclass(slots=True)
class Book:
    """The lines in the order they were written, and how everybody stands now."""

    standing: dict[str, str]
    accounts: set[str]
    silent: set[str] = field(default_factory=set)
    """Who has blocked the bot."""
    lines: list[Line] = field(default_factory=list)

    # --- reading it ---

    def on(self, *posts: Post, at: int) -> list[str]:
        """Everybody on one of the posts in that second, whatever keeps him from hearing of anything."""
        found = []
        for turn in TURNS:
            for line in self.lines:
                begun, over = line.begins <= at, line.ends is not None and line.ends <= at
                if line.post in posts and line.turn == turn and begun and not over and line.who not in found:
                    found.append(line.who)
        return found

    def hears(self, who: str) -> bool:
        """Whether a message to him arrives."""
        return self.standing[who] == HERE and who in self.accounts and who not in self.silent

    def told(self, *posts: Post, at: int) -> list[str]:
        """Who on these posts a message reaches; the first of them is on duty."""
        return [who for who in self.on(*posts, at=at) if self.hears(who)]

    def may_telephone(self, who: str, at: int) -> set[str]:
        """Where he may write down what the telephone tells."""
        places: set[str] = set()
        for post in POSTS:
            if self.standing[who] == HERE and who in self.accounts and who in self.on(post, at=at):
                places.update(TELEPHONE_AT[post])
        return places

    def desk_of(self, who: str, at: int) -> Post | None:
        """The desk he hands over: the narrowest he is at, of two towns' the one he came to first."""
        for tier in _NARROWEST_FIRST:
            for line in self.lines:
                if line.post in tier and line.who == who and who in self.on(line.post, at=at) and _runs(line, at):
                    return line.post
        return None

    def successors(self, who: str, desk: Post, at: int) -> list[str]:
        """To whom he may hand it over: also to who hears nothing from us, he stands beside him."""
        return [other for other in self.on(desk, at=at) if other != who and self.standing[other] == HERE]

    def lasting(self, at: int) -> Iterator[Line]:
        """What holds in that second or is to come."""
        for line in self.lines:
            if line.ends is None or line.ends > at:
                yield line

    # --- writing in it ---

    def hand_over(self, post: Post, turn: str, who: str, at: int) -> None:
        """A or B changes hands; whoever was A and becomes B is A no longer."""
        for line in list(self.lasting(at)):
            if line.post == post and line.turn != ACTING and (line.turn == turn or line.who == who):
                line.ends = at
        self.lines.append(Line(post, who, turn, at))

    def end(self, line: Line, at: int) -> None:
        """One line ends now; one that has not begun never will."""
        line.ends = max(at, line.begins)

    def leave(self, who: str, at: int) -> None:
        """All he has ends, and he has no account with us."""
        for line in list(self.lasting(at)):
            if line.who == who:
                self.end(line, at)
        self.accounts.discard(who)
        if self.standing[who] == HERE:
            self.standing[who] = LEFT

    def reinstate(self, who: str) -> None:
        """He may again what he might; without an account he is awaited."""
        self.standing[who] = HERE if who in self.accounts else NEVER_CAME

    def come(self, who: str) -> None:
        """Somebody awaited shows his contact card."""
        self.standing[who] = HERE
        self.accounts.add(who)
        self.silent.discard(who)


def _runs(line: Line, at: int) -> bool:
    return line.begins <= at and (line.ends is None or at < line.ends)
