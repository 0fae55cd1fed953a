"""Why an act on a draft is refused."""

from __future__ import annotations

from bot.core.errors import Refusal
from bot.intake.models import Asked
from messages import form as form_texts
from messages import intake as texts


class DraftGone(Refusal):
    """The draft is filed, joined or given up, or belongs to somebody else."""

    def __init__(self) -> None:
        super().__init__(texts.DraftGone())


class NotUnderstood(Refusal):
    """What was typed does not answer the field; it says what would."""

    def __init__(self, field: Asked) -> None:
        super().__init__(form_texts.FieldNotUnderstood(field=field.value))


class TooMany(Refusal):
    """So many reports within an hour that nobody reads them; a danger sign is taken all the same."""

    def __init__(self, limit: int) -> None:
        super().__init__(form_texts.TooMany(limit=limit))


class AnotherOpen(Refusal):
    """A draft put aside is not taken up while another is open."""

    def __init__(self) -> None:
        super().__init__(form_texts.AnotherOpen())


class ActedOn(Refusal):
    """A report of a hazard that somebody has acted on, or that was withdrawn already, is not withdrawn."""

    def __init__(self, number: str) -> None:
        super().__init__(form_texts.ActedOn(number=number))


class NoSuchSite(Refusal):
    """The code that was scanned names no place of this district."""

    def __init__(self) -> None:
        super().__init__(form_texts.NoSuchSite())
