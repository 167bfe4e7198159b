"""The cluster page, behind a Hub: workers, what runs there, scaling, and Dask's own dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import looks, services
from tests.browser.accessibility import barriers
from tests.browser.screen import Screen
from tests.browser.services import Site

BUSY = """\
from nbflow import DAG, BashOperator

with DAG("busy"):
    BashOperator(task_id="wait", bash_command="while [ ! -e ENOUGH ]; do sleep 0.1; done")
"""
SETTINGS = 'executor = "dask"\nslots = 2\nworkers = 1\nwarm_kernels = 0\n'
HUB = "/user/x/"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Site]:
    """A project on Dask, in a JupyterLab as a Hub starts it."""
    folder = tmp_path / "project"
    (folder / "dags").mkdir(parents=True)
    (folder / "nbflow.toml").write_text(SETTINGS)
    (folder / "dags" / "busy.py").write_text(BUSY.replace("ENOUGH", str(folder / "enough")))
    with services.running(services.make_site(folder, tmp_path / "home", HUB)) as made:
        yield made


def test_the_cluster_is_watched_scaled_and_opened_behind_a_hub(hub: Site, page: Page) -> None:
    hub.trigger("busy")
    screen = Screen(page, hub)
    screen.open(reset="")
    page.evaluate("() => { window.jupyterapp.commands.execute('nbflow:open-cluster') }")
    cluster = page.get_by_test_id("nbflow-cluster")
    expect(cluster.get_by_role("button", name="busy · wait")).to_be_visible()
    expect(cluster.get_by_test_id("nbflow-cluster-place")).to_contain_text("Dask scheduler at tcp")
    expect(cluster.locator(".jp-nbflow-measured").first).to_contain_text("%")

    cluster.get_by_test_id("nbflow-scale").click()
    expect(screen.dialog.get_by_label("Workers at most")).to_be_visible()
    assert [*looks.too_wide(page), *looks.too_faint(page), *barriers(page)] == []
    screen.dialog.get_by_label("Workers at least").fill("3")
    screen.accept()
    expect(screen.dialog.get_by_role("alert")).to_have_text("This is less than at least: 3.")
    for label in ("Workers at most", "Workers at least"):
        screen.dialog.get_by_label(label).fill("2")
    screen.accept()
    expect(cluster.locator("tr[data-worker]")).to_have_count(2)

    cluster.get_by_role("tab", name="Dask plots").click()
    plot = cluster.frame_locator('iframe[title="Dask: Task Stream"]')
    expect(plot.locator(".bk-Figure").first).to_be_visible()
    cluster.get_by_test_id("nbflow-open-dashboard").click()
    dashboard = page.frame_locator('iframe[title="Dask dashboard"]')
    expect(dashboard.locator("#nav a, .navbar a, nav a").first).to_be_visible()
    assert HUB in (page.locator('iframe[title="Dask dashboard"]').get_attribute("src") or "")
    (hub.folder / "enough").touch()
