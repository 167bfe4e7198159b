"""The administration: what people did, and the settings with where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AuditEntry:
    """Something a person asked for or changed, with what became of it. `door` is where they came
    in: cli, rest (the panel too), widget or python; `outcome` is done, refused or pending.
    `name` is that of the variable or connection it is about. Passwords in `payload` are hidden.
    """

    cursor: int | None
    at: str
    asked_at: str | None
    actor: str
    door: str
    verb: str
    dag_id: str | None
    run_id: str | None
    name: str
    outcome: str
    message: str
    payload: dict[str, Any]  # what the verb takes


@dataclass(frozen=True)
class AuditList:
    """Some of the audit, newest first; `next` asks for the next page, null when there is none."""

    entries: list[AuditEntry]
    next: str | None


@dataclass(frozen=True)
class SettingView:
    """A setting as it is, and where it comes from: argument, a variable of the environment, a file,
    or default. Secrets in it are hidden.
    """

    name: str
    value: Any  # settings have types of their own
    origin: str
    is_default: bool
    description: str


@dataclass(frozen=True)
class SettingList:
    """All settings, by name as they are written down."""

    settings: list[SettingView]
