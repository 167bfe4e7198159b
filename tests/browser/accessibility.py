"""What axe-core finds wrong with our part of a page for people who use a keyboard, a screen reader
or a magnifier. Its serious and critical findings count.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import looks

_AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"

# Not what people's own notebooks show, nor the plots of Dask, which are not ours to change.
_FIND = """async rules => {
  const found = await axe.run(
    { include: [['.jp-nbflow']], exclude: [['.jp-nbflow-outputs'], ['iframe']] },
    { resultTypes: ['violations'], iframes: false,
      runOnly: { type: rules.length ? 'rule' : 'tag',
                 values: rules.length ? rules : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] } });
  return found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .flatMap(one => one.nodes.map(node => `${one.id}: ${node.target.join(' ')} (${one.help})`));
}"""


def barriers(page: Page, *, colours_only: bool = False) -> list[str]:
    """The findings, one a line; with `colours_only` just those that a theme can change."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {_axe()} }}")
    rules = ["color-contrast"] if colours_only else []
    return looks.at_rest(page, lambda: list(page.evaluate(_FIND, rules)))


@cache
def _axe() -> str:
    return _AXE.read_text("utf-8")
