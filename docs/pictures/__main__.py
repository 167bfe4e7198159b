"""Take the pictures in docs/images, each in light and dark: `python -m docs.pictures [NAME ...]`.

Needs a Chromium (NBFLOW_TEST_CHROMIUM, or `chromium` on the PATH). All of them take some minutes; a
scene that fails is told at the end, and does not keep the others from being taken.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from docs.pictures.past import make_past, write_project
from docs.pictures.scenes import SCENES, Scene
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.looks import settle
from tests.browser.screen import Screen
from tests.browser.services import Site, make_site, running, write_setting

IMAGES = Path(__file__).parents[1] / "images"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
PATIENCE = 30_000
COLOURS = 256
WIDTH = 1400


def main(names: list[str]) -> int:
    """The number of pictures that could not be taken."""
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        sys.exit(f"No such picture: {', '.join(unknown)}. There are: {', '.join(SCENES)}")
    wanted = {name: scene for name, scene in SCENES.items() if not names or name in names}
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nbflow-pictures-") as folder:
        project, home = Path(folder, "shop"), Path(folder, "home")
        project.mkdir()
        home.mkdir()
        write_project(project)
        # Settings for the processes that are started below.
        os.environ.update(NBFLOW_DATA=str(home / "data"), NBFLOW_EXECUTOR="dask")
        os.environ.update(NBFLOW_WORKERS="2", NBFLOW_SLOTS="2")
        with running(make_site(project, home)) as site:
            make_past(site)
            failed = _take(site, home, wanted)
    print("\n".join(["", *failed]) if failed else "All pictures were taken.")
    return len(failed)


def _take(site: Site, home: Path, scenes: Mapping[str, Scene]) -> list[str]:
    failed = []
    with sync_playwright() as playwright:
        chromium = os.environ.get("NBFLOW_TEST_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        for name, theme in THEMES.items():
            write_setting(home, "apputils-extension/themes", {"theme": theme})
            failed += _take_all(browser, site, name, scenes)
        browser.close()
    return failed


def _take_all(browser: Browser, site: Site, theme: str, scenes: Mapping[str, Scene]) -> list[str]:
    """Every picture, each in a JupyterLab that has just been opened."""
    expect.set_options(timeout=PATIENCE)
    failed = []
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 900}, locale="en-GB", timezone_id="UTC"
    )
    screen = Screen(context.new_page(), site)
    screen.page.set_default_timeout(PATIENCE)
    for name, scene in scenes.items():
        screen.page.set_viewport_size({"width": WIDTH, "height": scene.height})
        path = IMAGES / f"{name}-{theme}.png"
        try:
            screen.open(reset="")
            scene.show(screen)
            _save(screen, path)
        except Exception as error:  # noqa: BLE001 - the others are to be taken all the same
            failed.append(f"{path.name}: {str(error).splitlines()[0]}")
    context.close()
    return failed


def _save(screen: Screen, path: Path) -> None:
    """With as few colours as eyes need: a third of the size. The median cut, Pillow's default,
    takes their colour from small things: a red bar among many greys comes out brown."""
    screen.page.mouse.move(WIDTH - 1, 300)
    settle(screen.page)
    screen.page.screenshot(path=path, animations="disabled")
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
