"""Who may do what, where. No permission declared means no.

A grant is a permission and the region it holds in; a region covers all whose division code begins with its own
(6, 9, 12 digits for district, town, village; a grid is its village's code, a dash and two digits).
Which post carries which permission is the district pack's to say, not this module's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.errors import NotAllowed


class Permission(StrEnum):
    """Every right there is. A use case names exactly one."""

    REPORT_FILE = "report.file"
    REPORT_SUPPLEMENT = "report.supplement"
    REPORT_SEE_OWN = "report.see_own"
    INCIDENT_SEE = "incident.see"
    INCIDENT_TAKE = "incident.take"
    INCIDENT_VERIFY = "incident.verify"
    INCIDENT_DISMISS = "incident.dismiss"
    INCIDENT_CLOSE = "incident.close"
    REPORT_TELEPHONE = "report.telephone"
    WORK_STOP = "work.stop"
    GROUP_BIND = "group.bind"
    CHANNEL_ATTACH = "channel.attach"
    PERSON_SEE = "person.see"
    PERSON_INVITE = "person.invite"
    PERSON_SUSPEND = "person.suspend"
    POST_HAND_OVER = "post.hand_over"
    ROSTER_IMPORT = "roster.import"
    DELIVERY_SEE = "delivery.see"
    DELIVERY_RETRY = "delivery.retry"
    CLOCK_SEE = "clock.see"
    COVERAGE_SEE = "coverage.see"
    WARNING_SEE = "warning.see"
    WARNING_RELAY = "warning.relay"
    WARNING_DRAFT = "warning.draft"
    WARNING_SIGN = "warning.sign"
    WARNING_ARCHIVE = "warning.archive"
    DRILL_HOLD = "drill.hold"


def covers(region: str, place: str) -> bool:
    """Whether the region of code `region` contains the place of code `place` (itself included)."""
    return place.startswith(region)


@dataclass(frozen=True, slots=True)
class Grant:
    """One right in one region, and the post it comes from (for the record)."""

    permission: Permission
    region: str
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the rights of his posts at this moment, or the program itself."""

    person_id: int | None
    name: str
    locale: str = "zh"
    grants: tuple[Grant, ...] = ()
    is_system: bool = False

    def may(self, permission: Permission, place: str | None = None) -> bool:
        """Whether the right is held at `place`; without a place, whether it is held anywhere."""
        if self.is_system:
            return True
        held = (grant for grant in self.grants if grant.permission is permission)
        return any(place is None or covers(grant.region, place) for grant in held)

    def require(self, permission: Permission, place: str | None = None) -> None:
        """Raises NotAllowed unless the right is held at `place`."""
        if not self.may(permission, place):
            raise NotAllowed(permission, place)


SYSTEM = Actor(person_id=None, name="system", is_system=True)
