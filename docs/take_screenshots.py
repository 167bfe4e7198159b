"""Take docs/images/panel-light.png and panel-dark.png: `python -m docs.take_screenshots`.

The examples of this project run for real, in a store that is thrown away; what is on the pictures
is what a person sees. Needs a Chromium (NBFLOW_TEST_CHROMIUM, or `chromium` on the PATH).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import CHROMIUM_FLAGS, PATIENCE
from tests.browser.screen import Screen
from tests.browser.services import Site, eventually, make_site, start, write_setting

PROJECT = Path(__file__).parents[1]
IMAGES = Path(__file__).with_name("images")
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
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
    (SHOWN, {"first_year": 1970}),
]


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nbflow-screenshots-") as folder:
        home = Path(folder)
        # Settings for the processes that are started below; those of the project stay as they are.
        os.environ.update(NBFLOW_DATA=str(home / "data"), NBFLOW_EXECUTOR="inline")
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
                    _take(browser, site, IMAGES / f"panel-{name}.png")
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


def _take(browser: Browser, site: Site, path: Path) -> None:
    """The page of a DAG with the executed notebook of a task beside its graph."""
    expect.set_options(timeout=PATIENCE)
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, locale="en-GB", timezone_id="UTC"
    )
    page = context.new_page()
    screen = Screen(page, site)
    screen.open(reset="")
    shown = screen.open_dag(SHOWN)
    shown.wait_for_run("success")
    notebook = shown.open_task(TASK).tab("Notebook")
    expect(notebook.locator("img")).to_be_visible()
    notebook.locator("img").scroll_into_view_if_needed()
    page.mouse.move(700, 899)
    page.screenshot(path=path, animations="disabled")
    context.close()
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
