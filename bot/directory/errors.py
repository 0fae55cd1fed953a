"""Why directory says no, one small class per reason. Each carries the sentence the person gets.

Refusal
├── ChangedMeanwhile    what the button was made for is no longer so
├── NotYourself         nobody suspends himself
├── SeatTaken           somebody holds the post in that role
├── InvitationUsedUp    the link's last use went in the same instant
├── NoSuchPost          such a post cannot be at that place
├── PersonNotActive     the one who should get the post is not with us now
├── BadPeriod           代管 that ends before it begins, or has ended
├── GroupUnknown        no such group any more
├── MustHear            a group that administers a place leaves nothing out
└── NoSuchRegion        the pack has no such region
"""

from __future__ import annotations

from bot.core.errors import Refusal
from messages import directory as texts
from messages import groups as group_texts


class ChangedMeanwhile(Refusal):
    """An old button, or somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(texts.Refused(reason="changed"))


class NotYourself(Refusal):
    """An administrator tried to suspend himself."""

    def __init__(self) -> None:
        super().__init__(texts.Refused(reason="yourself"))


class SeatTaken(Refusal):
    """`holder` has the post in that role; a post has one A and one B."""

    def __init__(self, *, role: str, holder: str) -> None:
        super().__init__(texts.SeatTaken(role=role, holder=holder))


class InvitationUsedUp(Refusal):
    """Two accounts came with the last use at once; one got it."""

    def __init__(self) -> None:
        super().__init__(texts.InvitationRefused(reason="used", phone=None))


class NoSuchPost(Refusal):
    """The kind of post is unknown, or belongs to another level than the place."""

    def __init__(self) -> None:
        super().__init__(texts.Refused(reason="no_post"))


class PersonNotActive(Refusal):
    """Only active people hold posts."""

    def __init__(self, name: str) -> None:
        super().__init__(texts.PersonNotActive(name=name))


class BadPeriod(Refusal):
    """From and to of a 代管 do not make a period that is still to come or running."""

    def __init__(self) -> None:
        super().__init__(texts.Refused(reason="period"))


class GroupUnknown(Refusal):
    """The group was never ours."""

    def __init__(self) -> None:
        super().__init__(texts.Refused(reason="changed"))


class MustHear(Refusal):
    """Only a unit's group leaves anything out; `place` is what this one administers."""

    def __init__(self, place: str) -> None:
        super().__init__(group_texts.MustHear(place=place))


class NoSuchRegion(Refusal):
    """Neither a region of the pack nor a grid of one of its villages."""

    def __init__(self, code: str) -> None:
        super().__init__(group_texts.NoSuchRegion(code=code))
