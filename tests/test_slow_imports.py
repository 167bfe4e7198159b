"""What is put off is there when it is used, and not before."""

from __future__ import annotations

import subprocess
import sys

PUT_OFF = """
import sys
from nbflow import slow_imports
slow_imports.put_off()
import jsonschema
"""


def said(text: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", PUT_OFF + text], check=True, capture_output=True, text=True
    ).stdout


def test_the_grammar_of_web_addresses_is_not_built_by_importing_jsonschema() -> None:
    assert said("print('lark' in sys.modules)") == "False\n"


def test_web_addresses_are_checked_all_the_same() -> None:
    check = "print(jsonschema.FormatChecker().conforms({!r}, 'iri'))\n"
    texts = ("https://example.org/ä", "no address")
    assert said("".join(map(check.format, texts))) == "True\nFalse\n"
