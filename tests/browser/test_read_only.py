"""For who may only look: all is there to be read, nothing is offered that would be refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from playwright.sync_api import Locator, Page, expect

from tests.browser import project, services
from tests.browser.screen import Screen
from tests.browser.services import Site

READERS = """\
from jupyter_server.auth import Authorizer


class Readers(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return action == "read" or not resource.startswith("nbflow:")


c.ServerApp.authorizer_class = Readers
"""
REASON = re.compile("You may look, but not .*the administrator of this server can grant it")


@pytest.fixture
def readers(site: Site, tmp_path: Path) -> Iterator[Site]:
    """The same project in a JupyterLab whose authoriser lets people read and nothing else."""
    home = tmp_path / "readers"
    made = services.make_site(site.folder, home)
    (home / "config" / "jupyter_server_config.py").write_text(READERS)
    try:
        services.start_lab(made)
        yield made
    finally:
        made.lab.stop()


@pytest.fixture
def notebook(site: Site) -> Iterator[str]:
    path = site.folder / "read.ipynb"
    nbformat.write(project.notebook([new_code_cell("read = 1")]), path)
    yield path.name
    path.unlink()


def test_who_may_not_run_anything_is_offered_nothing_but_to_look(
    site: Site, readers: Site, page: Page, notebook: str, question: str
) -> None:
    (site.folder / "delivery.txt").unlink(missing_ok=True)
    failed = site.trigger("fragile")
    site.wait_for_run("fragile", failed, "failed")
    screen = Screen(page, readers)
    screen.open(notebook, reset="")

    toolbar = page.locator(".jp-NotebookPanel .jp-NotebookPanel-toolbar")
    for verb in ("run", "schedule"):
        button = toolbar.locator(f'[data-command="nbflow:{verb}-notebook"]')
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_attribute("title", REASON)

    panel = screen.open_panel()
    expect(panel).to_contain_text(REASON)
    refused(screen.row("greet").get_by_role("button", name="Trigger greet"))
    refused(screen.row("greet").get_by_role("switch"))

    fragile = screen.open_dag("fragile")
    fragile.wait_for_run("failed", failed)
    refused(fragile.root.get_by_test_id("nbflow-trigger"))
    refused(fragile.root.get_by_test_id("nbflow-clear-run"))
    fragile.root.get_by_test_id("nbflow-run-more").click()
    menu = page.locator(".lm-Menu")
    for name in ("Mark…", "Run Tasks Alone…", "Note…"):
        item = menu.get_by_role("menuitem", name=name)
        expect(item).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    drawer = fragile.open_task("load")
    expect(drawer.tab("Log")).to_contain_text("delivery.txt")
    refused(drawer.root.get_by_test_id("nbflow-clear-task"))

    page.get_by_test_id("nbflow-status-questions").click()
    form = page.get_by_test_id("nbflow-question")
    expect(form).to_contain_text("Publish the figures?")
    refused(form.get_by_role("button", name="Approve"))

    run(page, "nbflow:open-administration", tab="pools")
    admin = page.get_by_test_id("nbflow-admin")
    expect(admin.get_by_test_id("nbflow-pools")).to_be_visible()
    refused(admin.get_by_test_id("nbflow-add"))
    refused(admin.get_by_role("button", name="Change default_pool"))

    # What a shortcut or another extension runs all the same is told, not done.
    for verb in ("debug", "reconstruct", "resume", "promote", "scale-cluster", "cancel"):
        run(page, f"nbflow:{verb}")
        expect(screen.dialog).to_contain_text(REASON)
        screen.dialog.get_by_role("button").last.click()
        expect(screen.dialog).to_have_count(0)
    assert site.run_state("asking", question) == "running"


def refused(button: Locator) -> None:
    """It is there, cannot be pressed, and says why."""
    expect(button).to_be_visible()
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", REASON)


def run(page: Page, command: str, **args: str) -> None:
    page.evaluate(
        "([id, args]) => void window.jupyterapp.commands.execute(id, args)", [command, args]
    )
