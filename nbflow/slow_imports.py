"""Third-party imports that take longer than what they are good for, put off until they are used.

Called first thing by the processes that read or run notebooks; changes nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

_GRAMMAR = "rfc3987_syntax"


def put_off() -> None:
    """Make `import jsonschema`, which nbformat and papermill begin with, quick in this process.

    It imports a grammar of web addresses, which takes a second to build, for the schemas that ask
    for one by `"format": "iri"`. Now the first such check builds it.
    """
    if _GRAMMAR not in sys.modules and find_spec(_GRAMMAR) is not None:
        late = ModuleType(_GRAMMAR)
        late.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]  # stands for the real
        sys.modules[_GRAMMAR] = late


def _is_valid_syntax(term: str, value: str) -> bool:
    if getattr(sys.modules.get(_GRAMMAR), "is_valid_syntax", None) is _is_valid_syntax:
        del sys.modules[_GRAMMAR]
    return bool(import_module(_GRAMMAR).is_valid_syntax(term, value))
