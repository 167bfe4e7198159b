"""What a person's eyes would complain about on a page: text that does not stand out from what is
behind it, and what is wider than the place it has. Waits until the page has come to rest.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from playwright.sync_api import Page

T = TypeVar("T")
LEAST_CONTRAST = 4.5
"""What WCAG 2 AA asks of text."""
PATIENCE = 15_000
"""Milliseconds that a page may take to settle; one that is at rest takes a few."""

USUAL_LETTERS = ".jp-nbflow {}"
WIDE_LETTERS = """
.jp-nbflow, .jp-nbflow * {
  font-family: 'DejaVu Sans', Verdana, sans-serif !important;
  letter-spacing: 0.15em !important;
}"""
"""Text about a third wider than usual, as on a machine with other fonts or in another language."""

# Every text of ours that can be seen, as [contrast with what is behind it, the text].
_CONTRASTS = """() => {
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
      // A gradient is judged by the colour it begins with.
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      found.unshift(backgroundColor, ...(backgroundImage.match(/\\b(rgba?|color)\\([^)]*\\)/) ?? [])
        .slice(0, 1));
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

# Resolves once fonts are there and no colour or place is on its way to another any more.
_SETTLED = """() => document.fonts.ready.then(() => Promise.allSettled(document.getAnimations()
  .filter(motion => motion.effect.getComputedTiming().endTime !== Infinity)
  .map(motion => motion.finished))).then(() => true)"""

# What is wider than the place it has, where one would have to scroll sideways to see it, or could
# not see it at all. Resolves when nothing is, or with what still is when patience ends.
_TOO_WIDE = """async patience => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  // Among them the bars of runs, of which there may be any number, and tabs: a menu has them all.
  const isMeant = element => element.closest('svg, .jp-nbflow-hidden, .jp-nbflow-strip, '
    + '.jp-nbflow-tab-bar, .jp-nbflow-file-text, .jp-nbflow-outputs, .jp-nbflow-code');
  const clips = style => ['auto', 'scroll'].includes(style.overflowX)
    || (['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis');
  const wide = () => [...document.querySelectorAll('.jp-nbflow-host, .jp-nbflow, .jp-nbflow *')]
    .filter(element => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
    .filter(element => !isMeant(element) && clips(getComputedStyle(element)))
    .map(element => `${element.className}: ${element.scrollWidth} in ${element.clientWidth}`);
  const until = performance.now() + patience;
  let found = [];
  for (;;) {
    await frame();
    await frame();
    found = wide();
    if (!found.length || performance.now() > until) {
      return found;
    }
  }
}"""


def settle(page: Page) -> None:
    """Wait until fonts are there, and nothing moves or fades any more."""
    page.evaluate(_SETTLED)


def too_wide(page: Page) -> list[str]:
    """What does not fit into its place once the page has settled; best nothing."""
    settle(page)
    wide: list[str] = page.evaluate(_TOO_WIDE, PATIENCE)
    return wide


def too_faint(page: Page) -> list[tuple[float, str]]:
    """Texts that do not stand out enough from what is behind them; best none."""

    def measure() -> list[tuple[float, str]]:
        found = page.evaluate(_CONTRASTS)
        return sorted(
            (round(contrast, 2), text) for contrast, text in found if contrast < LEAST_CONTRAST
        )

    return at_rest(page, measure)


def at_rest(page: Page, measure: Callable[[], list[T]]) -> list[T]:
    """What is wrong with a page that has settled. It may begin to move again in the middle of a
    measurement: only what stays wrong counts.
    """
    until = monotonic() + PATIENCE / 1000
    while True:
        settle(page)
        found = measure()
        if not found or monotonic() > until:
            return found
