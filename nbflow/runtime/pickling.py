"""Pickling a value for another task, the last rung of the ladder in `values.py`.

Classes and functions of a DAG's file, and those that a notebook defines under a name, travel by
name, so that `isinstance` holds in the next task, with a copy for readers without them. Everything
else of __main__ travels by value, as cloudpickle does it. Exceptions come with their causes and
notes, without their tracebacks; arrays that nobody may write to stay so.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Lock
from types import FunctionType, ModuleType
from typing import Any, cast

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


class _ByValue(cloudpickle.Pickler):  # type: ignore[misc] # cloudpickle ships no types
    def reducer_override(self, obj: object) -> object:
        if type(obj) is cached_property:
            # Before Python 3.12 it holds a lock.
            return restore_cached_property, (obj.func, obj.attrname)
        if isinstance(obj, BaseException) and _is_pickled_as_usual(type(obj)):
            links = (obj.__cause__, obj.__context__, obj.__suppress_context__)
            return restore_exception, (type(obj), obj.args, *links, obj.__dict__)
        if _is_array(obj) and not cast("Any", obj).flags.writeable:
            return restore_read_only, (cast("Any", obj).copy(order="K"),)
        return super().reducer_override(obj)


class _Pickler(_ByValue):
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


def restore_cached_property(function: Callable[[Any], object], name: str | None) -> object:
    made = cached_property(function)
    made.attrname = name
    return made


def restore_exception(
    kind: type[BaseException],
    args: tuple[object, ...],
    cause: BaseException | None,
    context: BaseException | None,
    suppressed: bool,
    state: Mapping[str, object],
) -> BaseException:
    """The exception as it was raised; its `__init__` may want other arguments than it keeps."""
    made = kind.__new__(kind, *args)
    start = next(each for each in kind.__mro__ if not _has_own_init(each))
    getattr(start, "__init__")(made, *args)  # noqa: B009 - of that class, not of the exception's own
    made.args = args
    made.__cause__, made.__context__, made.__suppress_context__ = cause, context, suppressed
    made.__setstate__(dict(state))
    return made


def _has_own_init(kind: type) -> bool:
    """Whether the class, or one that it inherits from, has an `__init__` written in Python."""
    return isinstance(getattr(kind, "__init__", None), FunctionType)


def restore_read_only(array: Any) -> object:  # noqa: ANN401 - an array of NumPy, an optional library
    array.flags.writeable = False
    return cast("object", array)


def _is_pickled_as_usual(kind: type[BaseException]) -> bool:
    usual = BaseException
    return (
        kind.__reduce__ is usual.__reduce__
        and kind.__reduce_ex__ is usual.__reduce_ex__
        and not isinstance(kind.__new__, FunctionType)
    )


def _is_array(obj: object) -> bool:
    """Whether `obj` is an array of NumPy, found without importing it."""
    return type(obj) is getattr(sys.modules.get("numpy"), "ndarray", NotImplemented)


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
    sink = io.BytesIO()
    _ByValue(sink, protocol=5).dump(obj)
    return sink.getvalue()


def _copy(obj: object, module: ModuleType) -> bytes:
    with _registering:
        cloudpickle.register_pickle_by_value(module)
        try:
            return _by_value(obj)
        finally:
            cloudpickle.unregister_pickle_by_value(module)
