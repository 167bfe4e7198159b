"""What every command starts from: the settings of the project, its store, and the verbs on behalf
of this user.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nbflow import app
from nbflow.cli.asking import waits_for_answer
from nbflow.cli.output import Output, notes, say, show
from nbflow.commands import Commands, Receipt
from nbflow.core.errors import RequestError
from nbflow.settings import LoadedSettings, Settings, load
from nbflow.store.database import Database
from nbflow.views.health import health

ANSWER_SECONDS = 5.0
"""A scheduler that is alive answers within milliseconds, but for the end of a long transaction."""


@dataclass(frozen=True)
class Project:
    """The project as a command sees it.

    The store is opened, and brought up to date, on first use.
    """

    loaded: LoadedSettings

    @property
    def settings(self) -> Settings:
        return self.loaded.settings

    @cached_property
    def database(self) -> Database:
        return app.open_database(self.settings)

    @property
    def commands(self) -> Commands:
        return Commands(self.database, user(), door="cli")

    def tell(
        self,
        receipt: Receipt,
        asked: Mapping[str, object],
        words: str | None,
        output: Output,
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Say what became of a request: `words` if it is done, or without them the scheduler's own;
        as JSON `asked` with the answer, for which `seconds` are waited.

        Raises RequestError if the scheduler refuses it. Nothing is waited for if nobody is there to
        answer, or the person does not want to wait.
        """
        alive = health(self.database, app.utc_now()).scheduler.alive
        waits = alive and waits_for_answer()
        answer = self.commands.answer(receipt, seconds if waits else 0)
        if answer is not None and answer.outcome == "refused":
            raise RequestError(answer.message)
        told = None if answer is None else {"outcome": answer.outcome, "message": answer.message}
        result = {**asked, "request_id": receipt.request_id, "answer": told}
        done = "Asked for." if answer is None else words or answer.message
        show(result, output, lambda: done)
        if answer is None and output is Output.TABLE:
            say(_why_no_answer(alive=alive, waited=waits), notes())


def _why_no_answer(*, alive: bool, waited: bool) -> str:
    if alive and not waited:
        return "Not waited for the scheduler's answer."
    if alive:
        return "The scheduler is busy and will answer soon: nbflow health"
    return "No scheduler is alive to carry it out. Start one: nbflow scheduler"


def project(store: str | None = None, **arguments: object) -> Project:
    """The project of the current folder; arguments win over everything else."""
    return Project(load(None, store=store, **arguments))


def user() -> str:
    """The name in the audit journal. Containers may run under a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
