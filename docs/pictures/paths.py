"""What no picture may show: the folders of the machine that it was taken on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

# Texts with one of the folders in them, where a person would see them: what another element covers,
# or what is scrolled away, is not seen.
_IN_SIGHT = """folders => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const isSeen = ({ left, right, top, bottom }, text) => {
    const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return at !== null && text.parentElement.contains(at);
  };
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    for (const folder of folders) {
      let at = text.data.indexOf(folder);
      for (; at >= 0; at = text.data.indexOf(folder, at + 1)) {
        range.setStart(text, at);
        range.setEnd(text, at + folder.length);
        if ([...range.getClientRects()].some(place => isSeen(place, text))) {
          found.push(text.data.slice(at, at + 80));
        }
      }
    }
  }
  return found;
}"""


def paths_in_sight(page: Page, folders: Sequence[Path]) -> list[str]:
    """The texts that show one of the folders; best none."""
    found: list[str] = page.evaluate(_IN_SIGHT, [str(folder) for folder in folders])
    return found
