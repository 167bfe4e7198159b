"""Take the pictures in docs/images, each in light and dark, and some in high contrast:
`python -m docs.pictures [NAME ...]`. With `--contrast FOLDER` all of them in high contrast, to look
at.

Needs a Chromium (NBFLOW_TEST_CHROMIUM, or `chromium` on the PATH). All of them take some minutes; a
scene that fails is told at the end, and does not keep the others from being taken.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from docs.pictures.paths import paths_in_sight
from docs.pictures.places import Opened, opened
from docs.pictures.scenes import IN_HIGH_CONTRAST, SCENES
from docs.pictures.scenes.scene import Place, Scene
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.looks import settle
from tests.browser.screen import Screen

IMAGES = Path(__file__).parents[1] / "images"
CONTRAST = "contrast"
THEMES = {
    "light": "JupyterLab Light",
    "dark": "JupyterLab Dark",
    CONTRAST: "JupyterLab Dark High Contrast",
}
PATIENCE = 30_000
COLOURS = 256
WIDTH = 1400

Scenes = Mapping[str, Scene]
Places = Mapping[Place, Opened]


def main(names: list[str], contrast: Path | None) -> int:
    """The number of pictures that could not be taken."""
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        sys.exit(f"No such picture: {', '.join(unknown)}. There are: {', '.join(SCENES)}")
    wanted = {name: scene for name, scene in SCENES.items() if not names or name in names}
    folder = IMAGES if contrast is None else contrast
    folder.mkdir(exist_ok=True)
    needed = {scene.place for scene in wanted.values()}
    with (
        tempfile.TemporaryDirectory(prefix="nbflow-pictures-") as work,
        opened(Path(work), needed) as places,
    ):
        failed = _take(places, _by_theme(wanted, contrast is not None), folder)
    print("\n".join(["", *failed]) if failed else "All pictures were taken.")
    return len(failed)


def _by_theme(wanted: Scenes, is_contrast: bool) -> Mapping[str, Scenes]:
    if is_contrast:
        return {CONTRAST: wanted}
    some = {name: scene for name, scene in wanted.items() if name in IN_HIGH_CONTRAST}
    return {"light": wanted, "dark": wanted, CONTRAST: some}


def _take(places: Places, by_theme: Mapping[str, Scenes], folder: Path) -> list[str]:
    failed = []
    with sync_playwright() as playwright:
        chromium = os.environ.get("NBFLOW_TEST_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        for theme, scenes in by_theme.items():
            for place in places.values():
                place.wear(THEMES[theme])
            paths = {folder / f"{name}-{theme}.png": scene for name, scene in scenes.items()}
            failed += _take_all(browser, places, paths)
        browser.close()
    return failed


def _take_all(browser: Browser, places: Places, scenes: Mapping[Path, Scene]) -> list[str]:
    """Every picture, each on a page that has just been opened."""
    expect.set_options(timeout=PATIENCE)
    failed = []
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 900}, locale="en-GB", timezone_id="UTC"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    for path, scene in scenes.items():
        page.set_viewport_size({"width": WIDTH, "height": scene.height})
        screen = Screen(page, places[scene.place].site)
        try:
            if scene.place is Place.NOTEBOOK:
                page.goto(screen.site.notebook_url("tree"))
            else:
                screen.open(reset="")
            scene.show(screen)
            _save(screen, path)
        except Exception as error:  # noqa: BLE001 - the others are to be taken all the same
            words = str(error).splitlines() or [type(error).__name__]
            failed.append(f"{path.name}: {words[0]}")
    context.close()
    return failed


def _save(screen: Screen, path: Path) -> None:
    """With as few colours as eyes need: a third of the size. The median cut, Pillow's default,
    takes their colour from small things: a red bar among many greys comes out brown."""
    screen.page.mouse.move(WIDTH - 1, 300)
    expect(screen.page.locator(".jp-nbflow-loading:visible")).to_have_count(0)
    settle(screen.page)
    if paths := paths_in_sight(screen.page, [screen.site.folder.parent, Path(sys.prefix)]):
        raise ValueError(f"It shows what only this machine has: {', '.join(paths)}")
    screen.page.screenshot(path=path, animations="disabled")
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m docs.pictures", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--contrast", type=Path, metavar="FOLDER")
    given = asked.parse_args()
    sys.exit(main(given.names, given.contrast))
