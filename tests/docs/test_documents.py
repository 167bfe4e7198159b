"""The documents say what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])


def test_the_state_diagram_is_the_one_the_table_draws() -> None:
    drawn = runpy.run_path(str(ROOT / "docs" / "draw_states.py"))["document"]()
    assert (ROOT / "docs" / "states.md").read_text() == drawn, "Run: python docs/draw_states.py"


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []
