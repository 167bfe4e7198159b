"""One project, one scheduler and one JupyterLab for all journeys; a page of its own for each."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import history, project, services
from tests.browser.complaints import Complaints
from tests.browser.screen import Screen
from tests.browser.services import Site

PATIENCE = 60_000
"""Milliseconds that a page may take for anything: much, for machines that do other things too."""
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-proxy-server",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:  # Playwright's own form
    """The Chromium that `make browser` found, else the machine's."""
    chromium = os.environ.get("NBFLOW_TEST_CHROMIUM") or shutil.which("chromium")
    assert chromium, "No Chromium: run `make browser`, or set NBFLOW_TEST_CHROMIUM to its path."
    return {"executable_path": chromium, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:  # Playwright's own form
    return {"viewport": {"width": 1400, "height": 900}, "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What JupyterLab keeps for itself, its settings among it."""
    return tmp_path_factory.mktemp("jupyter")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[Site]:
    """The project with a scheduler at work in it, in a running JupyterLab."""
    folder = tmp_path_factory.mktemp("project")
    project.write(folder)
    with services.running(services.make_site(folder, home)) as made:
        yield made


@pytest.fixture(scope="session")
def context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One for all pages, so that JupyterLab is fetched once. Each page begins with a new layout."""
    context = browser.new_context(**browser_context_args)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    """A page on which nothing of ours may complain; a failed test leaves a picture of it. What the
    browser remembers of how one looked at things, it forgets afterwards.
    """
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints = Complaints(page)
    yield page
    if request.node.stash.get(FAILED, False):
        page.screenshot(path=tmp_path / "failed.png")
        print(f"A picture of the page: {tmp_path / 'failed.png'}")  # noqa: T201 - for the reader
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear()")
    page.close()
    assert complaints.ours() == []


@pytest.fixture
def screen(page: Page, site: Site) -> Screen:
    """JupyterLab as a person sees it who has just opened it."""
    screen = Screen(page, site)
    screen.open(reset="")
    return screen


@pytest.fixture
def question(site: Site) -> Iterator[str]:
    """A run that asks a person; over afterwards, as others count the questions there are."""
    run_id = site.trigger("asking")
    site.wait_for_task("asking", run_id, "sign_off", "deferred")
    yield run_id
    if site.run_state("asking", run_id) == "running":
        site.post("dags", "asking", "runs", run_id, "cancel")
        site.wait_for_run("asking", run_id, "cancelled")


class AddDag(Protocol):
    """Add a DAG of the test's own, and give its id: `name` and letters that no other has."""

    def __call__(self, name: str, text: str) -> str: ...


@pytest.fixture
def add_dag(site: Site) -> Iterator[AddDag]:
    """In the text `DAG_ID` stands for the id. The DAGs are gone after the test, their runs told by
    nobody: it may be walked again, in any order.
    """
    written: dict[str, Path] = {}

    def is_known(dag_id: str) -> bool:
        return any(one["dag_id"] == dag_id for one in site.get("dags")["dags"])

    def add(name: str, text: str) -> str:
        dag_id = f"{name}_{secrets.token_hex(3)}"
        written[dag_id] = site.folder / "dags" / f"{dag_id}.py"
        written[dag_id].write_text(text.replace("DAG_ID", dag_id))
        services.eventually(lambda: is_known(dag_id), f"{dag_id} is read")
        return dag_id

    yield add
    for dag_id, path in written.items():
        path.unlink()
        services.eventually(lambda dag_id=dag_id: not is_known(dag_id), f"{dag_id} is gone")  # type: ignore[misc]  # a default argument


class WritePast(Protocol):
    """Write a DAG with a past into the store; see `history.write`."""

    def __call__(self, dag_id: str, *, runs: int, tasks: int) -> Sequence[str]: ...


@pytest.fixture
def write_past(site: Site) -> Iterator[WritePast]:
    """The DAGs are gone after the test: others look at the list of all there are."""
    written: list[str] = []

    def write(dag_id: str, *, runs: int, tasks: int) -> Sequence[str]:
        written.append(dag_id)
        return history.write(site.folder, dag_id, runs=runs, tasks=tasks)

    yield write
    for dag_id in written:
        history.forget(site.folder, dag_id)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure for the fixture that takes the picture."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
