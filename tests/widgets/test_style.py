"""The style of the live widgets, which also stand in places that know nothing of JupyterLab."""

from __future__ import annotations

import re
from pathlib import Path

STYLE = Path(__file__).parents[2] / "labextension" / "style"


def sheet(name: str) -> str:
    """A style sheet with all that it imports."""
    text = (STYLE / name).read_text("utf-8")
    return re.sub(r"@import url\('(.+?)'\);", lambda found: sheet(found[1]), text)


def test_every_variable_of_jupyterlab_has_something_in_its_place() -> None:
    assert re.findall(r"var\(\s*--jp-(?!nbflow-)[\w-]+\s*\)", sheet("widget.css")) == []
