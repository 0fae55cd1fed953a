"""Everything that can be set, in one typed tree. `.env.example` lists each setting with its meaning.

Read from the environment with the prefix JIAOYING_, then from `.env`. Nothing here has a default that would be unsafe
in service: without a token the program does not start.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Pace(StrEnum):
    """How fast the sender speaks."""

    TELEGRAM = "telegram"
    UNLIMITED = "unlimited"
    """Only for a server of one's own without limits; Telegram would answer with 429."""


class Work(StrEnum):
    """What a program does of the whole. Several may do the same: what only one may do at a time, one does."""

    ALL = "all"
    WEB = "web"
    """Takes updates in and handles them; any number of them at once."""

    SENDER = "sender"
    """Paints cards and sends."""

    TIMETABLE = "timetable"
    """Does what falls due, fetches files and makes papers."""

    def includes(self, role: Work) -> bool:
        """Whether who has this role does that one's work."""
        return self in (Work.ALL, role)


class Settings(BaseSettings):
    """One installation."""

    model_config = SettingsConfigDict(env_prefix="JIAOYING_", env_file=".env", env_ignore_empty=True, extra="ignore")

    bot_token: SecretStr = Field(default=SecretStr(""), description="what @BotFather gave")
    api_url: str = Field(
        default="https://api.telegram.org", description="the Bot API server, without a slash at the end"
    )
    proxy: str | None = Field(default=None, description="HTTP proxy for reaching it")
    database_url: str = Field(
        default="sqlite+aiosqlite:///var/jiaoying.db",
        description="sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER@HOST/NAME",
    )
    pack: Path = Field(default=ROOT / "packs" / "dazu", description="the district pack's folder")
    role: Work = Field(
        default=Work.ALL, description="all, web, sender or timetable: several programs share the work on PostgreSQL"
    )
    files: Path = Field(
        default=Path("var/files"),
        description="where photos and recordings are kept; with several machines a folder that all of them share",
    )
    pace: Pace = Field(default=Pace.TELEGRAM, description="telegram, or unlimited for a server without limits")
    workers: int = Field(
        default=4, ge=1, le=64, description="updates handled at once on PostgreSQL; SQLite has one writer"
    )
    webhook_url: str | None = Field(
        default=None, description="https address at which the platform brings updates; without it they are fetched"
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="what the platform must show there; without it one made from the token"
    )
    webhook_listen: str = Field(
        default="127.0.0.1:8443", pattern=r"^.+:\d+$", description="HOST:PORT to which the address is passed on"
    )
    heartbeat_url: str | None = Field(
        default=None,
        description="called every minute while all is alive, so that a silence is noticed; each program has its own",
    )
    heartbeat_fail_url: str | None = Field(
        default=None, description="told which part is not; without it JIAOYING_HEARTBEAT_URL with /fail at its end"
    )
    metrics_listen: str = Field(
        default="",
        pattern=r"^(.+:\d+)?$",
        description="HOST:PORT at which Prometheus reads /metrics, 127.0.0.1:9464 for one; off while it is empty",
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_json: bool = Field(default=False, description="one JSON object per log line")
    sandbox_url: str | None = Field(
        default=None, description="a sandbox whose clock is followed; only with `run --sandbox` and `demo`"
    )
