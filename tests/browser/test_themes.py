"""The panel in JupyterLab's own themes: everything on it can be read, and fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import DagPage, Screen
from tests.browser.services import Site, write_setting

THEMES = ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]
LEAST_CONTRAST = 4.5
"""What WCAG 2 AA asks of text."""

# Every text of ours that can be seen, as [contrast with what is behind it, the text].
CONTRASTS = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  const paint = colours => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = rgb => {
    const [r, g, b] = rgb.map(part => part / 255)
      .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = element => {
    const found = [];
    for (let at = element; at !== null; at = at.parentElement) {
      const box = at.matches('.jp-nbflow-node') ? at.querySelector('.jp-nbflow-node-box') : null;
      if (box !== null) {
        found.unshift(getComputedStyle(box).fill);
      }
      found.unshift(getComputedStyle(at).backgroundColor);
    }
    return found;
  };
  const hasText = element => [...element.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');
  return [...document.querySelectorAll('.jp-nbflow *')]
    .filter(element => hasText(element) && element.checkVisibility())
    .filter(element => !element.closest('title, option, .jp-nbflow-outputs, .jp-nbflow-code'))
    .map(element => {
      const style = getComputedStyle(element);
      const behind = grounds(element);
      const ink = element instanceof SVGElement ? style.fill : style.color;
      const [a, b] = [luminance(paint(behind)), luminance(paint([...behind, ink]))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.textContent.trim()];
    });
}"""

# Resolves once no colour is on its way to another any more.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter(motion => motion.effect.getComputedTiming().endTime !== Infinity)
  .map(motion => motion.finished)).then(() => true)"""

# What is wider than the place it has, where one would have to scroll sideways to see it.
TOO_WIDE = """() => [...document.querySelectorAll('.jp-nbflow, .jp-nbflow *')]
  .filter(element => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX))
  .filter(element => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
  .map(element => element.className)"""


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest, home: Path, site: Site) -> Iterator[str]:
    """A theme that the person has chosen."""
    write_setting(home, "apputils-extension/themes", {"theme": request.param})
    yield request.param
    write_setting(home, "apputils-extension/themes", {"theme": THEMES[0]})


def test_every_text_stands_out_from_what_is_behind_it(
    theme: str, page: Page, site: Site, tmp_path: Path
) -> None:
    fragile = _failed_task(Screen(page, site))
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    page.screenshot(path=tmp_path / f"{theme}.png")

    fragile.root.get_by_role("tab", name="Tries").click()
    page.evaluate(SETTLED)
    faint = sorted(
        (round(contrast, 2), text)
        for contrast, text in page.evaluate(CONTRASTS)
        if contrast < LEAST_CONTRAST
    )

    assert faint == []


@pytest.mark.parametrize("width", [1000, 1400])
def test_nothing_has_to_be_scrolled_sideways(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    fragile = _failed_task(Screen(page, site))

    wide = {}
    for view in ("Graph", "Tasks", "Runs", "Details"):
        fragile.root.get_by_role("tab", name=view).first.click()
        wide[view] = page.evaluate(TOO_WIDE)

    assert wide == {"Graph": [], "Tasks": [], "Runs": [], "Details": []}


def _failed_task(screen: Screen) -> DagPage:
    """The page of a DAG that has failed, with the task that did it beside the graph."""
    (screen.site.folder / "delivery.txt").unlink(missing_ok=True)
    run_id = screen.site.trigger("fragile")
    screen.site.wait_for_run("fragile", run_id, "failed")
    screen.open(reset="")
    fragile = screen.open_dag("fragile")
    fragile.wait_for_run("failed", run_id)
    fragile.open_task("load").tab("Tries")
    return fragile
