"""Third-party imports that take more time or memory than what they are good for, put off until they
are used.

For processes that read or run notebooks, before anything else; changes nothing but when.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# What jsonschema checks web addresses with: building the first takes a second, the other 0.1 s.
_ADDRESSES = {"rfc3987_syntax": ("is_valid_syntax",), "rfc3986_validator": ("validate_rfc3986",)}
# What papermill reaches Hadoop's file system with: 0.2 s for pyarrow and numpy.
_HADOOP = {"pyarrow.fs": ("FileSelector", "HadoopFileSystem")}


JUPYTER_CLIENT = threading.Lock()
"""Held while it is imported where another thread may do so too: its modules import each other, at
which two threads deadlock.
"""


def put_off() -> None:
    """Make `import jsonschema`, which nbformat and papermill begin with, quick in this process.

    What it checks `"format": "uri"` and the like with is built by the first such check.
    """
    for name, functions in _ADDRESSES.items():
        if name not in sys.modules and find_spec(name) is not None:
            sys.modules[name] = _Late(name, functions)


def import_papermill() -> None:
    """Import papermill without pyarrow. Only while no other thread may import that."""
    put_off()
    missing = {
        name: of for name, of in _HADOOP.items() if name.partition(".")[0] not in sys.modules
    }
    with JUPYTER_CLIENT:
        import_module("jupyter_client.manager")
    sys.modules.update({name: _Late(name, functions) for name, functions in missing.items()})
    try:
        import_module("papermill.iorw")
    finally:
        for name in missing:
            if isinstance(sys.modules.get(name), _Late):
                del sys.modules[name]


def import_distributed() -> None:
    """Import distributed without numpy, which it would only use to allocate buffers: 10 MiB less in
    each process of a cluster. Only while no other thread may import that.
    """
    if "distributed" in sys.modules or "numpy" in sys.modules:
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how Python is told that there is none
    try:
        import_module("distributed")
    finally:
        del sys.modules["numpy"]


class _Late(ModuleType):
    """Stands for a module of functions, which is imported when one of them is called."""

    def __init__(self, name: str, functions: tuple[str, ...]) -> None:
        super().__init__(name)
        for function in functions:
            setattr(self, function, self._late(function))

    def _late(self, function: str) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            return getattr(import_module(self.__name__), function)(*args, **kwargs)

        return call
