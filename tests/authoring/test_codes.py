"""Each code of a problem means one thing, whoever finds it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import nbflow

SAME_MEANING = {
    "NBF006": {"DUPLICATE_DAG", "SAME_ID"},
    "NBF101": {"UNKNOWN_ARGUMENT", "UNKNOWN_SETTING"},
    "NBF203": {"UNKNOWN_AFTER", "UNKNOWN_UPSTREAM"},
}


def test_no_code_has_two_meanings() -> None:
    meanings = defaultdict(set)
    for file in Path(nbflow.__file__).parent.rglob("*.py"):
        for name, code in re.findall(r'^([A-Z_]+) = "(NBF\d+)"', file.read_text(), re.MULTILINE):
            meanings[code].add(name)
    several = {code: names for code, names in meanings.items() if len(names) > 1}
    assert several == SAME_MEANING
