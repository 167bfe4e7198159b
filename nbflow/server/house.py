"""What the files that answer a part of the questions need of `Questions`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from nbflow import app
from nbflow.commands import Commands
from nbflow.settings import Settings


class House(Protocol):
    """Store, settings, root and verbs: what each of them asks with."""

    @property
    def settings(self) -> Settings: ...
    @property
    def store(self) -> app.Store: ...
    @property
    def root(self) -> Path: ...
    def verbs(self, actor: str) -> Commands: ...
