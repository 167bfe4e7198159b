"""The side panel: what is there, how it stands, what is wrong with files, who works."""

from __future__ import annotations

import re
import signal

import psutil
from playwright.sync_api import Page, expect

from tests.browser import project
from tests.browser.conftest import AddDag
from tests.browser.screen import Screen, TaskDrawer
from tests.browser.services import Site, eventually

DAGS = [
    *("asking", "counting", "fragile", "greet", "grouped", "growing", "many", "nightly"),
    *("patient", "ratios", "sleeper", "squares"),
]


def test_a_click_in_the_side_bar_shows_the_dags_with_their_states(screen: Screen) -> None:
    screen.site.wait_for_run("greet", screen.site.trigger("greet"), "success")

    screen.open_panel()

    for dag_id in DAGS:
        expect(screen.row(dag_id)).to_be_visible()
    expect(screen.row("greet").get_by_role("img", name="Success").first).to_be_visible()
    expect(screen.row("nightly").locator("time")).to_have_attribute("title", re.compile("Next run"))


def test_the_address_can_ask_for_the_panel(page: Page, site: Site) -> None:
    screen = Screen(page, site)

    screen.open(reset="", nbflow="open")

    expect(screen.row("greet")).to_be_visible()


def test_the_address_can_ask_for_a_task_of_a_run(page: Page, site: Site) -> None:
    screen = Screen(page, site)
    (site.folder / "delivery.txt").unlink(missing_ok=True)
    asked, newest = site.trigger("fragile"), site.trigger("fragile")
    for run_id in (asked, newest):
        site.wait_for_run("fragile", run_id, "failed")

    screen.open(reset="", nbflow=f"fragile/{asked}/load")

    fragile = screen.dag_page("fragile")
    fragile.wait_for_run("failed", asked)
    TaskDrawer(fragile.root, "load").wait_for("failed")


def test_the_search_leaves_the_dags_that_fit(screen: Screen) -> None:
    search = screen.open_panel().get_by_role("searchbox")

    search.fill("count quick")  # words of its description and its tag
    expect(screen.names()).to_have_text(["greet"])
    search.fill("nothing is called this")
    expect(screen.panel).to_contain_text("No DAG fits")
    search.fill("")
    for dag_id in DAGS:
        expect(screen.row(dag_id)).to_be_visible()


def test_a_dag_can_be_paused_and_unpaused(screen: Screen, add_dag: AddDag) -> None:
    dag_id = add_dag("resting", project.SCHEDULED.replace("nightly", "DAG_ID"))
    screen.open_panel()
    switch = screen.row(dag_id).get_by_role("switch")
    expect(switch).to_be_checked()

    switch.click()
    expect(screen.row(dag_id)).to_contain_text("paused")
    screen.open(reset="")
    screen.open_panel()
    expect(switch).not_to_be_checked()

    switch.click()
    expect(screen.row(dag_id).locator("time")).to_be_visible()


def test_a_file_that_cannot_be_read_is_shown_with_its_line_and_the_fix(screen: Screen) -> None:
    panel = screen.open_panel()

    panel.get_by_text("1 file has problems").click()

    problem = panel.locator(".jp-nbflow-error-file")
    expect(problem).to_contain_text("dags/broken.py")
    expect(problem).to_contain_text("line 4")
    expect(problem).to_contain_text("'[' was never closed")
    expect(problem.locator(".jp-nbflow-fix")).not_to_be_empty()
    problem.get_by_role("button", name="dags/broken.py").click()
    expect(screen.page.locator(".jp-FileEditor")).to_contain_text('DAG("broken")')


def test_a_banner_says_that_no_scheduler_is_alive_until_one_is(screen: Screen) -> None:
    banner = screen.open_panel().get_by_role("alert")
    expect(screen.row("greet")).to_be_visible()
    expect(banner).to_have_count(0)

    screen.site.scheduler.stop(signal.SIGKILL)
    try:
        expect(banner).to_contain_text("No scheduler is alive")
    finally:
        screen.site.scheduler.start()
    expect(banner).to_have_count(0)


def test_a_scheduler_is_started_from_the_banner(screen: Screen) -> None:
    screen.open_panel()
    screen.site.scheduler.stop()
    banner = screen.panel.get_by_role("alert")

    with screen.page.expect_response(lambda answer: "scheduler/start" in answer.url) as started:
        banner.get_by_role("button", name="Start a scheduler").click()
    try:
        expect(banner).to_have_count(0)
    finally:
        _end(psutil.Process(started.value.json()["pid"]))
        screen.site.scheduler.start()


def _end(process: psutil.Process) -> None:
    """End a process whose parent, the Jupyter server, may take its time to notice."""
    process.terminate()
    eventually(
        lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE,
        f"process {process.pid} has ended",
    )
