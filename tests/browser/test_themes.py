"""The panel in JupyterLab's own themes: everything on it can be read, and fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import looks
from tests.browser.accessibility import barriers
from tests.browser.screen import DagPage, Screen
from tests.browser.services import Site, write_setting

THEMES = ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]


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

    assert looks.too_faint(page) == []


def test_what_else_there_is_to_see_stands_out_fits_and_has_no_barriers(
    theme: str, page: Page, site: Site
) -> None:
    fragile = _failed_task(Screen(page, site))
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    # What a page is made of is the same in every theme.
    tour = Tour(page, colours_only=theme != THEMES[0])
    tour.look("list and graph", page.locator("body"))
    tour.tabs("task", fragile.root.get_by_test_id("nbflow-task"))
    fragile.root.get_by_test_id("nbflow-task").get_by_role("button", name="Close").first.click()
    tour.tabs("dag", fragile.root, "[data-testid='nbflow-task'] *")
    tour.run("nbflow:open-administration")
    tour.tabs("administration", page.get_by_test_id("nbflow-admin"))
    tour.run("nbflow:open-cluster")
    tour.tabs("cluster", page.get_by_test_id("nbflow-cluster"))
    for verb, args in _dialogs(site).items():
        tour.dialog(verb, args)
    run = site.get("dags", "fragile", "runs")["runs"][0]["run_id"]
    tour.run("nbflow:compare-runs", dag_id="fragile", run_id=run)
    tour.look("comparison", page.get_by_test_id("nbflow-comparison"))

    assert tour.found == {}


def test_home_questions_forms_and_a_notebook_stand_out_fit_and_have_no_barriers(
    theme: str, page: Page, site: Site, question: str
) -> None:
    screen = Screen(page, site)
    screen.open("dags/squares.ipynb", reset="")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    tour = Tour(page, colours_only=theme != THEMES[0])

    page.locator(".jp-NotebookPanel").get_by_role("button", name="DAG", exact=True).click()
    preview = page.get_by_test_id("nbflow-preview")
    expect(preview.locator('.jp-nbflow-node[data-task-id="plot"]')).to_be_visible()
    tour.look("notebook preview", preview)
    preview.get_by_test_id("nbflow-preview-schedule").click()
    tour.opened("schedule")
    page.evaluate(SHUT_KERNELS)

    tour.run("nbflow:open-home")
    home = page.get_by_test_id("nbflow-home")
    expect(home.locator('[role="row"][data-dag-id="asking"]')).to_be_visible()
    tour.look("home", home)

    tour.run("nbflow:answer", dag_id="asking")
    asking = screen.dag_page("asking").root
    expect(asking.get_by_test_id("nbflow-question")).to_be_visible()
    tour.look("question", asking)
    tour.dialog("pause", {"dag_id": "asking"})

    tour.run("nbflow:open-dag", dag_id="nightly")
    nightly = screen.dag_page("nightly").root
    nightly.get_by_role("tab", name="Backfills").click()
    nightly.get_by_test_id("nbflow-new-backfill").click()
    tour.opened("backfill")
    for form in ("pool", "connection"):
        tour.run("nbflow:open-administration", tab=f"{form}s")
        admin = page.get_by_test_id("nbflow-admin")
        admin.get_by_role("button", name=f"New {form}").click()
        tour.opened(form)

    assert tour.found == {}


SHUT_KERNELS = """Promise.all([...window.jupyterapp.serviceManager.sessions.running()].map(
  session => window.jupyterapp.serviceManager.sessions.shutdown(session.id)))"""


def _dialogs(site: Site) -> dict[str, dict[str, object]]:
    run_id = site.get("dags", "fragile", "runs")["runs"][0]["run_id"]
    run: dict[str, object] = {"dag_id": "fragile", "run_id": run_id}
    return {
        "trigger": {"dag_id": "greet"},
        "clear": {**run, "task_id": "load"},
        "mark": {**run, "task_id": "load"},
        "clear-runs": {"dag_id": "fragile"},
        "run-tasks": {**run, "task_id": "load"},
        "note": run,
        "delete-run": run,
    }


class Tour:
    """Walks from view to view and writes down, by their names, what is wrong with them."""

    def __init__(self, page: Page, *, colours_only: bool) -> None:
        self.found: dict[str, list[object]] = {}
        self._page = page
        self._colours_only = colours_only

    def run(self, command: str, **args: object) -> None:
        """Run a command, and do not wait for it: a dialog ends when it is closed."""
        script = "([command, args]) => { void window.jupyterapp.commands.execute(command, args) }"
        self._page.evaluate(script, [command, args])

    def tabs(self, name: str, root: Locator, without: str = "") -> None:
        """Every tab there is in `root`, but for those that match `without`."""
        expect(root).to_be_visible()
        tabs = root.locator(f".jp-nbflow-tab{f':not({without})' if without else ''}")
        for tab in [each for each in tabs.all() if each.is_visible()]:
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true")
            self.look(f"{name}: {tab.get_attribute('data-tab')}", root)

    def dialog(self, verb: str, args: Mapping[str, object]) -> None:
        """The dialog in which a command asks."""
        self.run(f"nbflow:{verb}", **args)
        self.opened(verb)

    def opened(self, name: str) -> None:
        """The dialog that is open, which is closed then."""
        dialog = self._page.locator(".jp-Dialog")
        expect(dialog.locator(".jp-nbflow, textarea, input").first).to_be_visible()
        self.look(f"dialog: {name}", dialog)
        # Keys go to what has the focus, and a dialog takes it a moment after it is seen.
        expect(dialog.locator(":focus")).to_have_count(1)
        self._page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

    def look(self, name: str, root: Locator) -> None:
        """What is wrong with a view, once what it shows has come."""
        expect(root.locator(".jp-nbflow-loading")).to_have_count(0)
        found: list[object] = [
            *looks.too_wide(self._page),
            *looks.too_faint(self._page),
            *barriers(self._page, colours_only=self._colours_only),
        ]
        if found:
            self.found[name] = found


@pytest.mark.parametrize(
    "letters", [looks.USUAL_LETTERS, looks.WIDE_LETTERS], ids=["usual", "wide"]
)
def test_nothing_has_to_be_scrolled_sideways(page: Page, site: Site, letters: str) -> None:
    fragile = _failed_task(Screen(page, site))
    page.add_style_tag(content=letters)

    wide = {}
    for width in (1400, 1000, 700):
        page.set_viewport_size({"width": width, "height": 800})
        for view in ("Graph", "Tasks", "Runs", "Details"):
            # By the keyboard: where there is little room the task covers the views.
            fragile.root.locator(f'.jp-nbflow-tab[data-tab="{view.lower()}"]').press("Enter")
            shown = fragile.root.locator(f'.jp-nbflow-view[data-view="{view.lower()}"]')
            expect(shown).to_be_attached()
            wide[width, view] = looks.too_wide(page)

    assert {place: found for place, found in wide.items() if found} == {}


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
