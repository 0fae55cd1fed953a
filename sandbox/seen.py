"""What the control API answers, as frozen objects for the client's readers."""

from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Sent:
    """A person's message; `update_id` None: the bot does not get to see it."""

    message_id: int
    update_id: int | None


@dataclass(frozen=True, slots=True)
class Tapped:
    """What came of a tap: the bot's answer (`answered` False: none within 10 s), or what a reply button sent."""

    answered: bool
    text: str | None = None
    alert: bool = False
    url: str | None = None
    seconds: float = 0.0
    update_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """One button, inline or of a reply keyboard."""

    text: str
    data: str | None = None
    url: str | None = None
    copy: str | None = None
    style: str | None = None
    request_contact: bool = False
    request_location: bool = False


@dataclass(frozen=True, slots=True)
class Keyboard:
    """An inline or reply keyboard."""

    kind: str
    rows: list[list[Button]]
    one_time: bool = False
    resize: bool = False
    placeholder: str | None = None

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        rows = [[Button(**button) for button in row] for row in body["rows"]]
        return cls(body["kind"], rows, body.get("one_time", False), body.get("resize", False), body.get("placeholder"))

    @property
    def texts(self) -> list[str]:
        """The words on all buttons, row by row."""
        return [button.text for row in self.rows for button in row]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as people see it; `text` is the text or the caption, never None. The whole answer is in `raw`."""

    message_id: int
    date: int
    rev: int
    from_id: int
    from_name: str
    by_bot: bool
    kind: str
    text: str
    file: dict[str, Any] | None
    location: dict[str, Any] | None
    contact: dict[str, Any] | None
    album: str | None
    reply_to: int | None
    thread: int | None
    service: str | None
    keyboard: Keyboard | None
    edits: list[dict[str, Any]]
    edited: int | None
    deleted: bool
    silent: bool
    pinned: bool
    raw: dict[str, Any] = field(repr=False)

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        plain = (
            "message_id date rev kind file location contact album reply_to thread service edits edited "
            "deleted silent pinned"
        )
        return cls(
            **{name: body[name] for name in plain.split()},
            from_id=body["from"]["id"],
            from_name=body["from"]["name"],
            by_bot=body["from"]["is_bot"],
            text=body["text"] or body["caption"] or "",
            keyboard=Keyboard.read(body["keyboard"]) if body["keyboard"] else None,
            raw=body,
        )

    @property
    def buttons(self) -> list[str]:
        """The words on its inline buttons."""
        return self.keyboard.texts if self.keyboard is not None else []

    @property
    def entities(self) -> list[dict[str, Any]]:
        """Entities of the text or the caption."""
        found: list[dict[str, Any]] = self.raw["entities"] or self.raw["caption_entities"]
        return found

    def __getitem__(self, name: str) -> Any:
        """A field of the raw answer."""
        return self.raw[name]

    def __str__(self) -> str:
        flags = "".join(f" [{name}]" for name in ("deleted", "silent", "pinned") if getattr(self, name))
        keys = f" {self.buttons}" if self.buttons else ""
        return f"{self.message_id} {self.from_name} ({self.kind}){flags}: {self.service or self.text}{keys}"


@dataclass(frozen=True, slots=True)
class Chat:
    """Messages of a chat and the reply keyboard on the phone; `rev`: the sandbox's newest change."""

    messages: list[Message]
    reply_keyboard: Keyboard | None
    rev: int

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        keyboard = Keyboard.read(body["reply_keyboard"]) if body["reply_keyboard"] else None
        return cls([Message.read(item) for item in body["messages"]], keyboard, body["rev"])
