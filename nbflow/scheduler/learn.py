"""What attempts taught about the code they ran, for whoever plans it the next time: values of cells
that cannot be sent to another kernel. What is made of it is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from nbflow.core import effects as fx
from nbflow.store.runs import ActiveRun

Learn: TypeAlias = Callable[[ActiveRun, str, Mapping[str, str]], None]
"""Is told of a run, a task of its version, and why the values of which names cannot travel."""


def nothing(run: ActiveRun, task_id: str, stuck: Mapping[str, str]) -> None:
    """Whoever plans nothing learns nothing."""


def learn(effects: Iterable[tuple[ActiveRun, Sequence[fx.Effect]]], tell: Learn) -> None:
    """After the commit: tell of what attempts that have ended could not hand on."""
    for run, found in effects:
        for effect in found:
            if isinstance(effect, fx.TryEnded) and effect.outcome.stuck:
                tell(run, effect.key[0], effect.outcome.stuck)
