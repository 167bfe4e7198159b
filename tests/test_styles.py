"""The style sheets of the panel, which share one space of names."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "labextension" / "style"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"^([^{}@]+)\{", re.MULTILINE)
ONE_CLASS = re.compile(r"(?:\.jp-nbflow )?\.(jp-nbflow-[\w-]+)")


def test_a_class_has_its_look_from_one_file() -> None:
    """Two things that share a name by chance would both look like neither."""
    homes: dict[str, set[str]] = defaultdict(set)
    for sheet in FOLDER.glob("*.css"):
        for rule in RULE.finditer(COMMENT.sub("", sheet.read_text())):
            for selector in rule[1].split(","):
                if found := ONE_CLASS.fullmatch(selector.strip()):
                    homes[found[1]].add(sheet.name)
    assert len(homes) > 100
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
