"""Variables and connections of tasks under test: given ones, or stubs in the environment."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from nbflow import app
from nbflow.core.connections import Connection
from nbflow.core.secrets import Secrets


@contextmanager
def connections(stubs: Mapping[str, object]) -> Iterator[None]:
    """Inside, these connections are what tasks find, before any store or secrets backend: `{"db":
    "sqlite:///x.db"}`, a URI, or a dict of a connection's fields.
    """
    with _environment({f"NBFLOW_CONN_{k.upper()}": _text(v) for k, v in stubs.items()}):
        yield


@contextmanager
def variables(stubs: Mapping[str, object]) -> Iterator[None]:
    """Inside, these variables are what tasks find; what is no text becomes JSON."""
    with _environment({f"NBFLOW_VAR_{k.upper()}": _text(v) for k, v in stubs.items()}):
        yield


class TestSecrets:
    """Variables and connections for one run: given ones first, then those of the project.

    What tasks set stays here: a test changes nothing in the project.
    """

    __test__ = False  # for pytest: no class of tests

    def __init__(
        self, variables: Mapping[str, object], connections: Mapping[str, Connection | str]
    ) -> None:
        self._variables = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in variables.items()
        }
        self._connections = {
            conn_id: (Connection.from_text(c, conn_id) if isinstance(c, str) else c).as_json()
            for conn_id, c in connections.items()
        }
        self.set_by_tasks: dict[str, str | None] = {}

    def __call__(self, names: Collection[str]) -> Secrets:
        given = Secrets(self._variables, self._connections).with_variables(self.set_by_tasks)
        here = given.only(names)
        there = {*(f"var.{k}" for k in here.variables), *(f"conn.{k}" for k in here.connections)}
        rest = set(names) - there - set(here.missing)
        found = app.secrets_of_project(sorted(rest)) if rest else Secrets()
        return Secrets(
            {**found.variables, **here.variables},
            {**found.connections, **here.connections},
            {**found.missing, **here.missing},
        )

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        """Keep what a task has set for those after it."""
        self.set_by_tasks |= changed


@contextmanager
def _environment(texts: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in texts}
    os.environ.update(texts)
    try:
        yield
    finally:
        for name, text in before.items():
            os.environ.pop(name, None)
            if text is not None:
                os.environ[name] = text


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
