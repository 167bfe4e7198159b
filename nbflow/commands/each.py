"""The same asked for many, each by itself: one that is refused holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from nbflow.commands.asking import Receipt
from nbflow.core.errors import NbflowError
from nbflow.store.database import StoreUnavailable


class Named(NamedTuple):
    """A run, or with None a DAG."""

    dag_id: str
    run_id: str | None = None


@dataclass(frozen=True)
class Asked:
    """What has come of one: whether it was asked for, how many task instances that concerns, and
    why it was refused. `run_id` is that of the run it is about, or that it makes.
    """

    dag_id: str
    run_id: str | None
    done: bool
    affected: int = 0
    message: str = ""


def of_each(names: Iterable[Named], ask: Callable[[Named], Receipt]) -> list[Asked]:
    """Ask for each. Once the store does not answer, nothing more is asked for, and it is said."""
    found: list[Asked] = []
    down: StoreUnavailable | None = None
    for name in dict.fromkeys(names):
        if down is not None:
            found.append(_refused(name, down))
            continue
        try:
            found.append(_asked(name, ask(name)))
        except NbflowError as error:
            down = error if isinstance(error, StoreUnavailable) else None
            found.append(_refused(name, error))
    return found


def _asked(name: Named, receipt: Receipt) -> Asked:
    return Asked(name.dag_id, name.run_id or receipt.run_id, True, len(receipt.keys))


def _refused(name: Named, error: NbflowError) -> Asked:
    return Asked(name.dag_id, name.run_id, False, message=str(error))
