"""Pickling a value for another task, the last rung of the ladder in `values.py`.

Things of __main__ travel by value, as cloudpickle does it. Classes and functions of a DAG's file
travel by name, so that `isinstance` holds in the next task, with a copy for readers without it.
"""

from __future__ import annotations

import io
import pickle
import sys
from threading import Lock
from types import FunctionType, ModuleType

import cloudpickle

# How `authoring/loading.py` names the module of a DAG's file: this, a hash of its path, its stem.
DAG_MODULE = "nbflow_dag_"
_HASH_CHARACTERS = 12

# cloudpickle keeps in a global which modules to pickle by value.
_by_value = Lock()


def dumps(value: object) -> bytes:
    """`value` as a pickle. Raises whatever the parts of it raise that cannot be pickled."""
    sink = io.BytesIO()
    _Pickler(sink, protocol=5).dump(value)
    return sink.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc] # cloudpickle ships no types
    def reducer_override(self, obj: object) -> object:
        # cloudpickle would hand on the text that is left to read instead of the file.
        if isinstance(obj, io.TextIOWrapper) and obj not in (sys.stdout, sys.stderr):
            raise TypeError("cannot pickle an open file")
        module = _dag_module(obj)
        if module is not None:
            return restore, (module.__name__, obj.__qualname__, _copy(obj, module))  # type: ignore[attr-defined] # a class or function
        return super().reducer_override(obj)


def restore(module_name: str, qualname: str, copy: bytes) -> object:
    """The class or function of that name in the DAG's file if it is loaded here, else its copy."""
    ending = module_name[len(DAG_MODULE) + _HASH_CHARACTERS :]
    same_file = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith(DAG_MODULE) and name.endswith(ending)
    ]
    exact = sys.modules.get(module_name)
    candidates = same_file if exact is None else [exact]
    # Two files of one name, and neither of this path: no telling which is meant.
    found = _look_up(candidates[0], qualname) if len(candidates) == 1 else None
    return pickle.loads(copy) if found is None else found  # noqa: S301 - as safe as what holds it


def _dag_module(obj: object) -> ModuleType | None:
    """The module of the DAG's file in which `obj`, a class or a function, is found by its name."""
    if not isinstance(obj, (type, FunctionType)) or not obj.__module__.startswith(DAG_MODULE):
        return None
    module = sys.modules.get(obj.__module__)
    return module if module is not None and _look_up(module, obj.__qualname__) is obj else None


def _look_up(module: ModuleType, qualname: str) -> object | None:
    found: object = module
    for name in qualname.split("."):
        found = getattr(found, name, None)
    return found


def _copy(obj: object, module: ModuleType) -> bytes:
    with _by_value:
        cloudpickle.register_pickle_by_value(module)
        try:
            copy: bytes = cloudpickle.dumps(obj, protocol=5)
        finally:
            cloudpickle.unregister_pickle_by_value(module)
    return copy
