"""What all DAGs share: the cluster and the administration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from playwright.sync_api import expect

from docs.pictures.scenes.moves import SEASONS, alone, do, open_admin
from docs.pictures.scenes.scene import Scene
from tests.browser.screen import Screen


def cluster(screen: Screen) -> None:
    alone(screen)
    screen.site.trigger(SEASONS, first_year=1975)
    do(screen, "open-cluster")
    shown = screen.page.get_by_test_id("nbflow-cluster")
    expect(shown.get_by_role("button", name=f"{SEASONS} · ").first).to_be_visible()
    expect(shown.locator(".jp-nbflow-measured").first).to_contain_text("%")


def scale(screen: Screen) -> None:
    alone(screen)
    do(screen, "open-cluster")
    screen.page.get_by_test_id("nbflow-cluster").get_by_role(
        "button", name=re.compile("^Scale")
    ).click()
    expect(screen.dialog).to_be_visible()


def connection(screen: Screen) -> None:
    admin = open_admin(screen, "Connections", "nbflow-connections")
    admin.get_by_role("button", name="Change warehouse").click()
    expect(screen.dialog).to_be_visible()


def settings(screen: Screen) -> None:
    admin = open_admin(screen, "Settings", "nbflow-settings")
    admin.get_by_role("searchbox").fill("dask")


def plots(screen: Screen) -> None:
    """Dask's own, of a run that goes on."""
    alone(screen)
    run_id = screen.site.trigger(SEASONS, first_year=1976)
    do(screen, "open-cluster", tab="plots")
    shown = screen.page.get_by_test_id("nbflow-cluster")
    shown.get_by_role("tab", name="Dask plots").click()
    for frame in shown.locator("iframe").all():
        expect(frame.content_frame.locator(".bk-Figure").first).to_be_visible()
    screen.site.wait_for_run(SEASONS, run_id, "success")


def pool_form(screen: Screen) -> None:
    open_admin(screen, "Pools", "nbflow-pools").get_by_role("button", name="Change gpu").click()
    expect(screen.dialog).to_be_visible()


def variable_form(screen: Screen) -> None:
    variables = open_admin(screen, "Variables", "nbflow-variables")
    variables.get_by_role("button", name="New variable").click()
    screen.dialog.get_by_label("Name").fill("mail_password")
    screen.dialog.get_by_label("Value").fill("tulips")


SCENES: Mapping[str, Scene] = {
    "cluster": Scene(cluster, 480),
    "plots": Scene(plots, 760),
    "scale": Scene(scale, 560),
    "pools": Scene(partial(open_admin, tab="Pools", test_id="nbflow-pools"), 480),
    "variables": Scene(partial(open_admin, tab="Variables", test_id="nbflow-variables"), 480),
    "pool-form": Scene(pool_form, 640),
    "variable-form": Scene(variable_form, 640),
    "connections": Scene(partial(open_admin, tab="Connections", test_id="nbflow-connections"), 480),
    "connection": Scene(connection, 900),
    "asset-list": Scene(partial(open_admin, tab="Assets", test_id="nbflow-assets"), 480),
    "lineage": Scene(partial(open_admin, tab="Lineage", test_id="nbflow-lineage"), 560),
    "import-errors": Scene(partial(open_admin, tab="Import errors"), 480),
    "cache": Scene(partial(open_admin, tab="Cache", test_id="nbflow-cache"), 480),
    "audit": Scene(partial(open_admin, tab="Audit", test_id="nbflow-audit"), 560),
    "settings": Scene(settings, 560),
}
