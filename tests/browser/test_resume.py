"""The server goes away and comes back: what happened meanwhile is on the page, without a reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import services
from tests.browser.screen import Screen
from tests.browser.services import Site


@pytest.fixture
def other(site: Site, tmp_path: Path) -> Site:
    """The same project in a JupyterLab that may be stopped."""
    return services.make_site(site.folder, tmp_path / "other")


def test_a_page_goes_on_where_it_was_when_the_server_is_back(
    site: Site, other: Site, page: Page
) -> None:
    try:
        services.start_lab(other)
        screen = Screen(page, other)
        screen.open(reset="")
        greet = screen.open_dag("greet")
        greet.wait_for_run("success", site.trigger("greet"))

        other.lab.stop()
        missed = site.trigger("greet")
        site.wait_for_run("greet", missed, "success")
        services.start_lab(other)

        greet.wait_for_run("success", missed)
        greet.wait_for_run("success", site.trigger("greet"))
    finally:
        other.lab.stop()
