"""The panel in JupyterLab's own themes: everything on it can be read, and fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import looks
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


def test_what_else_there_is_to_see_stands_out_and_fits(theme: str, page: Page, site: Site) -> None:
    fragile = _failed_task(Screen(page, site))
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    found = {}
    for view in ("runs", "assets", "backfills", "versions", "details"):
        fragile.root.locator(f'.jp-nbflow-tab[data-tab="{view}"]').click()
        found[view] = _complaints(page, fragile.root)
    page.evaluate("() => window.jupyterapp.commands.execute('nbflow:open-administration')")
    admin = page.get_by_test_id("nbflow-admin")
    for tab in ("pools", "variables", "connections", "assets", "lineage", "errors"):
        admin.locator(f'.jp-nbflow-tab[data-tab="{tab}"]').click()
        found[tab] = _complaints(page, admin)

    assert {place: complaints for place, complaints in found.items() if complaints} == {}


def _complaints(page: Page, root: Locator) -> list[object]:
    """What is wrong with a view once what it shows has come."""
    expect(root.locator(".jp-nbflow-view .jp-nbflow-loading")).to_have_count(0)
    return [*looks.too_wide(page), *looks.too_faint(page)]


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
