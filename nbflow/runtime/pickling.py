"""Pickling a value for another task, the last rung of the ladder in `values.py`.

Classes and functions of a DAG's file, and those that a notebook defines under a name, travel by
name, so that `isinstance` holds in the next task, with a copy for readers without them. Everything
else of __main__ travels by value, as cloudpickle does it.
"""

from __future__ import annotations

import io
import pickle
import sys
from threading import Lock
from types import FunctionType, ModuleType

import cloudpickle

from nbflow.runtime.code_digest import digest_of

# How `authoring/loading.py` names the module of a DAG's file: this, a hash of its path, its stem.
DAG_MODULE = "nbflow_dag_"
_HASH_CHARACTERS = 12

# cloudpickle keeps in a global which modules to pickle by value.
_registering = Lock()


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
        if isinstance(obj, (type, FunctionType)) and _is_of_notebook(obj):
            return restore_main, (obj.__qualname__, digest_of(obj), _by_value(obj))
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


def restore_main(qualname: str, digest: str, copy: bytes) -> object:
    """The class or function if the notebook here has defined the same under that name, else the
    copy.
    """
    found = _look_up(sys.modules["__main__"], qualname)
    if isinstance(found, (type, FunctionType)) and digest_of(found) == digest:
        return found
    return pickle.loads(copy)  # noqa: S301 - as safe as what holds it


def _is_of_notebook(obj: type | FunctionType) -> bool:
    """Whether `obj` is found in __main__ by its name."""
    is_main = obj.__module__ == "__main__"
    return is_main and _look_up(sys.modules["__main__"], obj.__qualname__) is obj


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


def _by_value(obj: object) -> bytes:
    copy: bytes = cloudpickle.dumps(obj, protocol=5)
    return copy


def _copy(obj: object, module: ModuleType) -> bytes:
    with _registering:
        cloudpickle.register_pickle_by_value(module)
        try:
            copy: bytes = cloudpickle.dumps(obj, protocol=5)
        finally:
            cloudpickle.unregister_pickle_by_value(module)
    return copy
