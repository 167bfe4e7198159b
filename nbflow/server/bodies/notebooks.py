"""Notebooks of the server's file browser, as DAGs."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from nbflow.server.bodies.base import Sent


class AddNotebook(Sent):
    """A notebook, by its path as the server's file browser names it."""

    path: str = Field(min_length=1)


class PreviewNotebook(AddNotebook):
    """A notebook as it stands in the editor."""

    notebook: dict[str, Any]  # nbformat's form; what does not fit is told as a problem


class RunNotebook(AddNotebook):
    """Ask for a run of a notebook as it is saved; the rest is as in `Trigger`."""

    params: dict[str, Any] = Field(default_factory=dict)  # any JSON; the DAG's schemas check it
    tasks: list[str] | None = None
    note: str = ""
    dry_run: bool = False
