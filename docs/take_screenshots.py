"""Take the pictures in docs/images, each in light and dark: `python -m docs.take_screenshots`.

The examples of this project run for real, on Dask, in a store that is thrown away; what is on the
pictures is what a person sees. Needs a Chromium (NBFLOW_TEST_CHROMIUM, or `chromium` on the PATH).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from tests.browser.conftest import CHROMIUM_FLAGS, PATIENCE
from tests.browser.looks import settle
from tests.browser.screen import Screen
from tests.browser.services import Site, eventually, make_site, start, write_setting

PROJECT = Path(__file__).parents[1]
IMAGES = Path(__file__).with_name("images")
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
COLOURS = 160
HEIGHTS = {"home": 740, "grid": 560, "gantt": 560, "cluster": 480, "audit": 620}
"""In pixels, of pages with little on them."""
NOTEBOOK = "example_notebooks/penguins.ipynb"
SHOWN, TASK = "co2_seasons", "draw_trend"
RUNS: list[tuple[str, Mapping[str, object]]] = [
    ("flights_report", {"month": 1}),
    ("penguins", {}),
    ("flight_weather", {}),
    ("penguin_model", {"good_enough": 0.9}),
    (SHOWN, {"first_year": 1960}),
    (SHOWN, {"first_year": "soon"}),  # one red run, as everybody has
    (SHOWN, {"first_year": 1965}),
    ("flights_report", {"month": 2}),
    (SHOWN, {"first_year": 1980}),
    ("penguin_model", {"good_enough": 0.999}),
    ("co2_weekly", {}),
    *((SHOWN, {"first_year": year}) for year in range(1981, 1987)),
    (SHOWN, {"first_year": 1970}),
]


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nbflow-screenshots-") as folder:
        home = Path(folder)
        # Settings for the processes that are started below; those of the project stay as they are.
        os.environ.update(NBFLOW_DATA=str(home / "data"), NBFLOW_EXECUTOR="dask")
        os.environ.update(NBFLOW_WORKERS="2", NBFLOW_SLOTS="2")
        site = make_site(PROJECT, home)
        try:
            start(site)
            _make_history(site)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=os.environ.get("NBFLOW_TEST_CHROMIUM")
                    or shutil.which("chromium"),
                    args=CHROMIUM_FLAGS,
                )
                for name, theme in THEMES.items():
                    write_setting(home, "apputils-extension/themes", {"theme": theme})
                    _take_all(browser, site, name)
                browser.close()
        finally:
            site.lab.stop()
            site.scheduler.stop()


def _make_history(site: Site) -> None:
    """Run the examples, one after another, so that lists and bars have something to show."""
    for dag_id, params in RUNS:
        run_id = site.trigger(dag_id, **params)
        eventually(
            lambda dag_id=dag_id, run_id=run_id: (
                site.run_state(dag_id, run_id) in ("success", "failed")
            ),
            f"{run_id} of {dag_id} ends",
        )
        print(f"{dag_id} {dict(params)}: {site.run_state(dag_id, run_id)}")


def _take_all(browser: Browser, site: Site, theme: str) -> None:
    """Every picture, each in a JupyterLab that has just been opened."""
    expect.set_options(timeout=PATIENCE)
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, locale="en-GB", timezone_id="UTC"
    )
    screen = Screen(context.new_page(), site)
    for name, show in PICTURES.items():
        screen.page.set_viewport_size({"width": 1400, "height": HEIGHTS.get(name, 900)})
        screen.open(reset="")
        show(screen)
        _save(screen, IMAGES / f"{name}-{theme}.png")
    context.close()


def _save(screen: Screen, path: Path) -> None:
    """With as few colours as eyes need: a third of the size."""
    screen.page.mouse.move(1399, 300)
    settle(screen.page)
    screen.page.screenshot(path=path, animations="disabled")
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def _panel(screen: Screen) -> None:
    """The page of a DAG with the executed notebook of a task beside its graph."""
    shown = screen.open_dag(SHOWN)
    shown.wait_for_run("success")
    notebook = shown.open_task(TASK).tab("Notebook")
    expect(notebook.locator("img")).to_be_visible()
    notebook.locator("img").scroll_into_view_if_needed()


def _home(screen: Screen) -> None:
    _hide_side_panel(screen)
    home = _open(screen, "nbflow:open-home", "nbflow-home")
    expect(home.locator(f'[role="row"][data-dag-id="{SHOWN}"]')).to_be_visible()


def _grid(screen: Screen) -> None:
    grid = _view(screen, "Grid").get_by_test_id("nbflow-grid")
    expect(grid.locator('[data-state="failed"]').first).to_be_visible()


def _gantt(screen: Screen) -> None:
    gantt = _view(screen, "Gantt").get_by_test_id("nbflow-gantt")
    expect(gantt.locator(".jp-nbflow-gantt-bar").first).to_be_visible()


def _cluster(screen: Screen) -> None:
    _hide_side_panel(screen)
    screen.site.trigger(SHOWN, first_year=1975)
    cluster = _open(screen, "nbflow:open-cluster", "nbflow-cluster")
    expect(cluster.get_by_role("button", name=f"{SHOWN} · ").first).to_be_visible()
    expect(cluster.locator(".jp-nbflow-measured").first).to_contain_text("%")


def _audit(screen: Screen) -> None:
    _hide_side_panel(screen)
    admin = _open(screen, "nbflow:open-administration", "nbflow-admin")
    admin.get_by_role("tab", name="Audit").click()
    expect(admin.locator('tr[data-verb="trigger"]').first).to_be_visible()


def _notebook(screen: Screen) -> None:
    """A notebook with its graph beside it."""
    page = screen.page
    screen.open(NOTEBOOK, reset="")
    page.locator(".jp-NotebookPanel").get_by_role("button", name="DAG", exact=True).click()
    preview = page.get_by_test_id("nbflow-preview")
    preview.locator(".jp-nbflow-node").nth(1).click()
    expect(page.locator(".jp-nbflow-cell-task").first).to_be_visible()


PICTURES: Mapping[str, Callable[[Screen], None]] = {
    "panel": _panel,
    "home": _home,
    "grid": _grid,
    "gantt": _gantt,
    "cluster": _cluster,
    "audit": _audit,
    "notebook-preview": _notebook,
}


def _view(screen: Screen, tab: str) -> Locator:
    """The page of the DAG with one of its tabs."""
    shown = screen.open_dag(SHOWN)
    shown.wait_for_run("success")
    _hide_side_panel(screen)
    shown.root.get_by_role("tab", name=tab).click()
    return shown.root


def _open(screen: Screen, command: str, test_id: str) -> Locator:
    screen.page.evaluate("command => void window.jupyterapp.commands.execute(command)", command)
    found = screen.page.get_by_test_id(test_id)
    expect(found).to_be_visible()
    return found


def _hide_side_panel(screen: Screen) -> None:
    screen.page.evaluate("window.jupyterapp.shell.collapseLeft()")


if __name__ == "__main__":
    main()
