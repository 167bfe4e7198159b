"""What a piece of code imports. Only reads, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def imported_modules(statements: Iterable[ast.stmt]) -> list[str]:
    """The top-level names of the modules that the statements import, wherever in them."""
    names: list[str] = []
    for node in (inner for statement in statements for inner in ast.walk(statement)):
        if isinstance(node, ast.Import):
            names += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module.partition(".")[0])
    return names
