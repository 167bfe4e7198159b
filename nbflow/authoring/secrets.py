"""`Variable`, `Connection` and `mask_secret`, as code in tasks and notebooks uses them.

A task reads what came with its order: the runtime puts it here (`use_secrets`). Outside a task the
environment is asked, and in a notebook that a person runs the project's store. Where secrets come
from otherwise is not known here.
"""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from nbflow.authoring import displays
from nbflow.core import connections
from nbflow.core.json import Json
from nbflow.core.masking import Masker
from nbflow.core.secrets import (
    CONN,
    VAR,
    SecretNotThere,
    Secrets,
    hidden_in,
    looks_secret,
    not_found,
)


class _NotGiven:
    """Stands where a person gave no default, for None may be one."""

    def __repr__(self) -> str:
        return "<no default>"


NOT_GIVEN = _NotGiven()


@dataclass
class TaskSecrets:
    """What the running attempt may read, what it has set, and what is to be hidden of its output.

    `tell` hears of values that are to be hidden from now on, where somebody else shows the output.
    """

    secrets: Secrets = field(default_factory=Secrets)
    masker: Masker = field(default_factory=Masker)
    changed: dict[str, str | None] = field(default_factory=dict)
    tell: Callable[[list[str]], object] = lambda _: None

    def change(self, key: str, value: str | None) -> None:
        """Remember that the task has set a variable: it is stored with the task's outcome."""
        self.changed[key] = value
        if value and looks_secret(key):
            self.hide([value])
        self.secrets = self.secrets.with_variables({key: value})

    def hide(self, values: Iterable[str]) -> None:
        fresh = [value for value in values if value]
        self.masker.add(*fresh)
        self.tell(fresh)


_current: ContextVar[TaskSecrets | None] = ContextVar("nbflow_secrets", default=None)
# Of a process that runs one attempt and nothing else, whatever threads it has.
_of_process: list[TaskSecrets] = []


@contextmanager
def use_secrets(secrets: TaskSecrets) -> Iterator[TaskSecrets]:
    """Make these the secrets of the task that runs inside the with-block; for the runtime."""
    token = _current.set(secrets)
    try:
        yield secrets
    finally:
        _current.reset(token)


def use_in_process(secrets: TaskSecrets) -> None:
    """Make these the secrets of whatever runs in this process; for the runtime."""
    _of_process[:] = [secrets]


def current_secrets() -> TaskSecrets | None:
    """The secrets of the task that is running; None outside of one."""
    found = _current.get() or (_of_process[0] if _of_process else None)
    if found is None and _is_in_task():
        # A kernel that was given nothing, or a program that a task has started.
        made: TaskSecrets = displays.find("secrets_of_task")()
        return made
    return found


def _is_in_task() -> bool:
    return "NBFLOW_ATTEMPT_ID" in os.environ


class Variable:
    """Variables of the project, by key. Values are text, or JSON if a call says so."""

    @staticmethod
    # `Any`: what JSON holds, and a default of any type.
    def get(
        key: str,
        default: Any = NOT_GIVEN,  # noqa: ANN401 - see above
        deserialize_json: bool = False,
        *,
        default_var: Any = NOT_GIVEN,  # noqa: ANN401 - the name that Airflow 2 has for it
    ) -> Any:  # noqa: ANN401 - see above
        """The variable `key`, or `default` where there is none.

        Raises SecretNotThere where there is neither, and in a task that does not mention the key.
        """
        default = default_var if isinstance(default, _NotGiven) else default
        text = _variable(key)
        if text is not None:
            return json.loads(text) if deserialize_json else text
        if isinstance(default, _NotGiven):
            raise SecretNotThere(not_found(f"{VAR}.{key}"))
        return default

    @staticmethod
    def set(
        key: str, value: object, description: str | None = None, serialize_json: bool = False
    ) -> None:
        """Set a variable. The task reads it at once; others do when this task has ended, for it is
        stored with the task's outcome. Raises SecretNotThere outside a task.
        """
        del description  # kept with a variable by people
        _to_change(key).change(key, json.dumps(value) if serialize_json else str(value))

    @staticmethod
    def delete(key: str) -> None:
        """Delete a variable, like `set`."""
        _to_change(key).change(key, None)


class Connection(connections.Connection):
    """A connection: `Connection.get("warehouse")` for one of the project,
    `Connection(uri="postgres://...")` for one of your own.
    """

    @classmethod
    def get(cls, conn_id: str) -> Connection:
        """The connection `conn_id` of the project. Raises SecretNotThere where there is none, and
        in a task that does not mention it.
        """
        found = _connection(conn_id)
        fresh = hidden_in(found)
        task = current_secrets()
        if task is not None and fresh:
            task.hide(fresh)
        return cls(conn_id, **{name: getattr(found, name) for name in connections.FIELDS})


class BaseHook:
    """The base of Airflow's hooks, for what most files use it for."""

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """`Connection.get`, under the name of Airflow's hooks."""
        return Connection.get(conn_id)


def mask_secret(secret: object, name: str | None = None) -> None:
    """Show `***` instead of this value in whatever the task prints from now on.

    Texts are hidden, and those inside lists and dicts; with a `name`, or under a key, only where
    that sounds like a secret. Outside a task it does nothing.
    """
    task = current_secrets()
    if task is not None:
        task.hide(_texts(secret, name))


def _texts(secret: object, name: str | None) -> list[str]:
    if isinstance(secret, Mapping):
        return [text for key, value in secret.items() for text in _texts(value, str(key))]
    if isinstance(secret, (list, tuple, builtins.set, frozenset)):
        return [text for value in secret for text in _texts(value, name)]
    if isinstance(secret, str) and (name is None or looks_secret(name)):
        return [secret]
    return []


def _variable(key: str) -> str | None:
    """The variable as text; None where it is nowhere."""
    task = current_secrets()
    if task is not None and key in task.changed:
        return task.changed[key]
    text = os.environ.get(f"NBFLOW_VAR_{key.upper()}")
    if text is not None:
        if task is not None and looks_secret(key):
            task.hide([text])
        return text
    return _known(f"{VAR}.{key}").variable(key)


def _connection(conn_id: str) -> connections.Connection:
    text = os.environ.get(f"NBFLOW_CONN_{conn_id.upper()}")
    if text is not None:
        return connections.Connection.from_text(text, conn_id)
    return _known(f"{CONN}.{conn_id}").connection(conn_id)


def _known(name: str) -> Secrets:
    """The secrets among which `name` is to be looked for."""
    task = current_secrets()
    if task is not None:
        return task.secrets
    if _is_interactive():
        found: Secrets = displays.find("secrets")([name])
        return found
    return Secrets(missing={name: _outside(name)})


def _is_interactive() -> bool:
    """Whether a person runs this in a notebook or at a prompt of IPython."""
    return not _is_in_task() and hasattr(builtins, "get_ipython")


def _outside(name: str) -> str:
    return (
        f"{name} was asked for outside a task, where only the environment is looked at "
        "(NBFLOW_VAR_..., NBFLOW_CONN_...). Ask for it inside a task's function, or write a "
        "template such as {{ var.value.x }} into an argument."
    )


def _to_change(key: str) -> TaskSecrets:
    task = current_secrets()
    if task is None:
        raise SecretNotThere(
            f"The variable {key!r} can be changed inside a task only. "
            f"Outside of one: nbflow variables set {key} VALUE."
        )
    return task


def variable_json(text: str) -> Json:
    """The JSON in a variable, as templates want it."""
    found: Json = json.loads(text)
    return found
