"""What every command shares that asks the scheduler for something: `--no-wait`."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Do not wait for what the scheduler answers.")
]

_waits: ContextVar[bool] = ContextVar("waits_for_answer", default=True)


def waits_for_answer() -> bool:
    """Whether the command that runs is to wait for the scheduler's answer."""
    return _waits.get()


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option `--no-wait`; without it a refusal is told, with exit code 1."""

    @wraps(command)
    def asking(*arguments: Any, no_wait: bool = False, **options: Any) -> None:  # noqa: ANN401 - the command's
        before = _waits.set(not no_wait)
        try:
            command(*arguments, **options)
        finally:
            _waits.reset(before)

    # What typer reads, and wraps does not write.
    own = Parameter("no_wait", Parameter.KEYWORD_ONLY, default=False, annotation=NoWaitOption)
    known = signature(command, eval_str=True)
    parameters = [*known.parameters.values(), own]
    asking.__signature__ = known.replace(parameters=parameters)  # type: ignore[attr-defined]  # wraps' result takes any
    asking.__annotations__ = {**command.__annotations__, "no_wait": NoWaitOption}
    return asking
