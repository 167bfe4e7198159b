"""Runs: asked for by a form, watched as they go on, cancelled, cleared, and found again."""

from __future__ import annotations

import psutil
from playwright.sync_api import expect

from tests.browser.screen import Screen
from tests.browser.services import eventually
from tests.processes import has_ended


def test_a_param_that_does_not_fit_is_refused_at_its_field(screen: Screen) -> None:
    greet = screen.open_dag("greet")
    greet.root.get_by_test_id("nbflow-trigger").click()
    form = screen.page.get_by_test_id("nbflow-trigger-form")

    form.get_by_label("How far").fill("12")
    screen.accept()

    expect(form.locator('[data-param="count"] [role="alert"]')).to_contain_text("at most 9")
    expect(form.get_by_label("How far")).to_have_attribute("aria-invalid", "true")


def test_a_run_is_triggered_with_params_and_goes_on_before_ones_eyes(screen: Screen) -> None:
    greet = screen.open_dag("greet")
    greet.root.get_by_test_id("nbflow-trigger").click()
    form = screen.page.get_by_test_id("nbflow-trigger-form")

    form.get_by_label("name").fill("Chloé")
    form.get_by_label("How far").fill("7")
    screen.accept()

    greet.wait_for_run("success")
    for task_id in ("count", "is_far", "far", "done"):
        greet.wait_for(task_id, "success")
    greet.wait_for("near", "skipped")
    log = greet.open_task("count").tab("Log")
    expect(log).to_contain_text("Chloé counts 7")


def test_states_change_on_the_graph_as_they_change_in_the_run(screen: Screen) -> None:
    gate = screen.site.folder / "gate"
    gate.unlink(missing_ok=True)
    patient = screen.open_dag("patient")
    patient.root.get_by_test_id("nbflow-trigger").click()

    patient.wait_for("wait", "running")
    patient.wait_for("pass_through", "none")
    gate.touch()

    patient.wait_for("wait", "success")
    patient.wait_for("pass_through", "success")
    patient.wait_for_run("success")


def test_a_running_run_is_cancelled_with_the_process_that_runs_in_it(screen: Screen) -> None:
    note = screen.site.folder / "sleeper.pid"
    note.unlink(missing_ok=True)
    run_id = screen.site.trigger("sleeper")
    eventually(lambda: note.exists() and note.read_text().strip(), "the task runs")
    process = psutil.Process(int(note.read_text()))
    sleeper = screen.open_dag("sleeper")
    sleeper.wait_for("sleep", "running")

    sleeper.root.get_by_test_id("nbflow-cancel-run").click()
    screen.accept()

    sleeper.wait_for_run("cancelled", run_id)
    sleeper.wait_for("sleep", "cancelled")
    sleeper.wait_for("wake", "cancelled")
    eventually(lambda: has_ended(process), f"process {process.pid} of the task has ended")


def test_what_failed_is_cleared_after_a_look_at_what_that_means(screen: Screen) -> None:
    delivery = screen.site.folder / "delivery.txt"
    delivery.unlink(missing_ok=True)
    screen.site.wait_for_run("fragile", screen.site.trigger("fragile"), "failed")
    fragile = screen.open_dag("fragile")
    fragile.wait_for("load", "failed")
    fragile.wait_for("report", "upstream_failed")

    delivery.write_text("here it is")
    fragile.root.get_by_test_id("nbflow-clear-run").click()
    preview = screen.page.get_by_test_id("nbflow-affected").locator("[data-task]")
    expect(preview).to_have_text(["loadFailed", "reportUpstream failed"])
    screen.accept()

    fragile.wait_for_run("success")
    fragile.wait_for("report", "success")
    tries = fragile.open_task("load").tab("Tries")
    expect(tries).to_contain_text("FileNotFoundError")


def test_after_a_reload_the_page_of_the_dag_is_there_again(screen: Screen) -> None:
    run_id = screen.site.trigger("greet")
    greet = screen.open_dag("greet")
    greet.wait_for_run("success", run_id)
    with screen.layout_saved('"view":"tasks"'):
        greet.root.get_by_role("tab", name="Tasks").click()

    screen.open()

    screen.dag_page("greet").wait_for_run("success", run_id)
