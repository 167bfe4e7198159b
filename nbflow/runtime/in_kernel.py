"""What runs inside a Python kernel on nbflow's behalf: values go in, values come out.

Called by silent execution from `notebook_task.py`; leaves no name behind in the notebook.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence, Sized
from dataclasses import asdict
from reprlib import Repr
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from nbflow.authoring.asset_events import outlet_events
from nbflow.authoring.secrets import TaskSecrets, current_secrets, use_in_process
from nbflow.core.assets import Emission
from nbflow.core.orders import ValueRef
from nbflow.core.secrets import Secrets
from nbflow.runtime.values import (
    ValueCannotTravel,
    ValueNotReadable,
    ValueNotStorable,
    dump_value,
    load_value,
)

# Answers travel in a MIME bundle of their own: as text they would be cut and reformatted.
ANSWER_TYPE = "application/vnd.nbflow+json"
_LOOK_CHARACTERS = 400
_BUILT_IN = (str, bytes, int, list, tuple, dict, set, frozenset)
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _LOOK_CHARACTERS
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = 12
HIDE_TYPE = "application/vnd.nbflow.hide+json"
"""The same for values that are to be hidden from now on."""


class Answer:
    """JSON on its way out of the kernel; IPython asks a displayed object for its representations.

    `values` holds references by name, `missing` names that are not defined, `problems` a sentence
    for each name whose value cannot travel, `variables` what the notebook has set,
    `emissions` what it has said of assets, `looks` what values look like, `is_true` whether the
    last expression of the notebook was. `stuck` says of those names why, whose values nothing can
    write down.
    """

    def __init__(
        self,
        values: Mapping[str, ValueRef] | None = None,
        missing: Sequence[str] = (),
        problems: Mapping[str, str] | None = None,
        variables: Mapping[str, str | None] | None = None,
        emissions: Sequence[Emission] = (),
        looks: Mapping[str, str] | None = None,
        *,
        is_true: bool = False,
        stuck: Mapping[str, str] | None = None,
    ) -> None:
        self._content = {
            "values": {name: asdict(ref) for name, ref in (values or {}).items()},
            "missing": list(missing),
            "problems": dict(problems or {}),
            "variables": dict(variables or {}),
            "emissions": [one.to_json() for one in emissions],
            "looks": dict(looks or {}),
            "is_true": is_true,
            "stuck": dict(stuck or {}),
        }

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {ANSWER_TYPE: self._content}


# `Any`: a ValueRef as JSON; its constructor checks the names.
def load(refs: Mapping[str, Mapping[str, Any]]) -> Answer:
    """Define each name of `refs` in the notebook, with the value behind its reference."""
    problems = {}
    for name, ref in refs.items():
        try:
            _notebook()[name] = load_value(ValueRef(**ref))
        except ValueNotReadable as error:
            problems[name] = str(error)
    return Answer(problems=problems)


def take(names: Sequence[str], value_store: str) -> Answer:
    """Store the values of `names` under the URL `value_store`.

    Files that the notebook has left open are flushed: the next task may read them.
    """
    namespace = _notebook()
    _flush_files(namespace)
    values, problems, stuck = {}, {}, {}
    for name in names:
        if name in namespace:
            try:
                values[name] = dump_value(namespace[name], value_store)
            except ValueNotStorable as error:
                problems[name] = str(error)
                if isinstance(error, ValueCannotTravel):
                    stuck[name] = error.why
    missing = [name for name in names if name not in namespace]
    task = current_secrets()
    said: list[Emission] = []
    try:
        said = outlet_events.emissions()
    except TypeError as error:
        problems["outlet_events"] = str(error)
    changed = None if task is None else task.changed
    return Answer(values, missing, problems, changed, said, stuck=stuck)


def judge() -> Answer:
    """Whether the value of the last expression of the last cell is true; one that has no value, or
    whose value is shown to nobody, is not.
    """
    # Without IPython there is no kernel, and nobody who would ask.
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 - as above

    shell = get_ipython()
    shown = {} if shell is None else shell.user_ns["_oh"]
    number = 0 if shell is None else shell.execution_count - 1
    try:
        return Answer(is_true=bool(shown.get(number)))
    # User code: a table, for one, is neither true nor false.
    except Exception as error:  # noqa: BLE001
        return Answer(problems={"": f"{type(error).__name__}: {error}"})


def look(names: Sequence[str]) -> Answer:
    """What the values of `names` look like, as far as these are defined and are data."""
    namespace = _notebook()
    there = [name for name in names if name in namespace and not _is_code(namespace[name])]
    return Answer(looks={name: _look_of(namespace[name]) for name in there})


def _is_code(value: object) -> bool:
    return isinstance(value, (ModuleType, FunctionType, BuiltinFunctionType, type))


def _look_of(value: object) -> str:
    """The type of a value, its size if it has one, and the beginning of its `repr`."""
    try:
        shape = getattr(value, "shape", None)
        size = f" {shape}" if isinstance(shape, tuple) else _length_of(value)
        text = _SHORT.repr(value) if isinstance(value, _BUILT_IN) else repr(value)
    # Whatever somebody's class does when it is shown: the notebook has failed for another reason.
    except Exception as error:  # noqa: BLE001
        size, text = "", f"cannot be shown: {type(error).__name__}"
    return f"{type(value).__name__}{size}: {text[:_LOOK_CHARACTERS]}"


def _length_of(value: object) -> str:
    return f" of {len(value)}" if isinstance(value, Sized) and not isinstance(value, str) else ""


def give(secrets: Mapping[str, Mapping[str, str]]) -> Answer:
    """Let the notebook read these variables and connections."""
    use_in_process(TaskSecrets(Secrets(**secrets), tell=_tell))
    return Answer()


def secrets_here() -> TaskSecrets:
    """The secrets of a notebook that was given none; it may still hide and set some."""
    use_in_process(TaskSecrets(tell=_tell))
    task = current_secrets()
    assert task is not None
    return task


def _tell(values: list[str]) -> None:
    """Have these values hidden in the outputs, which the worker collects."""
    # Loaded in any kernel; a process without one has nobody who would listen.
    if "IPython" in sys.modules and values:
        from IPython.display import publish_display_data  # noqa: PLC0415 - as above

        publish_display_data({HIDE_TYPE: values})


def _notebook() -> dict[str, object]:
    """The names of the notebook that runs in this kernel."""
    return vars(sys.modules["__main__"])


def _flush_files(namespace: Mapping[str, object]) -> None:
    for value in list(namespace.values()):
        if isinstance(value, io.IOBase) and not value.closed and value.writable():
            value.flush()
