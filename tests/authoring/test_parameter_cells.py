"""The defaults in a cell tagged `parameters`, in any language."""

from __future__ import annotations

import pytest

from nbflow.authoring.parameter_cells import literals


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "x: int = 1\ny = {'a': [1]}\nz = open('f')", {"x": 1, "y": {"a": [1]}}),
        (
            "bash",
            "x=1\nname=hello  # who\nexport dir='a b'",
            {"x": 1, "name": "hello", "dir": "a b"},
        ),
        ("bash", 'x = 1\nhome="$HOME/x"\nnow=$(date)\necho x', {}),
        (
            "R",
            'x <- 2.5\nname = "EU"\nok <- TRUE\nn <- 5L',
            {"x": 2.5, "name": "EU", "ok": True, "n": 5},
        ),
        ("R", "f(x = 1)\nif (x == 1) y\nv <- c(1, 2)", {}),
        ("julia", 'x = 1e-3 # small\ns = "a"\nno = nothing', {"x": 0.001, "s": "a", "no": None}),
        ("scala", 'val x: Int = 3\nvar s = "a # b" // text', {"x": 3, "s": "a # b"}),
        ("javascript", "const x = 3;\nlet s = 'a';", {"x": 3, "s": "a"}),
    ],
)
def test_literals_are_defaults(language: str, code: str, expected: dict[str, object]) -> None:
    assert literals(code, language) == expected
