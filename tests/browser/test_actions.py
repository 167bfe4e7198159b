"""What people do to runs and tasks through dialogs that say first what will happen."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser import project
from tests.browser.conftest import AddDag
from tests.browser.screen import DagPage, Screen
from tests.browser.services import eventually

HELD = """
from nbflow import DAG, BashOperator

with DAG("DAG_ID"):
    BashOperator(
        task_id="wait", bash_command="until [ -e 'FOLDER/DAG_ID.gate' ]; do sleep 0.1; done"
    ) >> BashOperator(task_id="pass_through", bash_command="echo through")
"""


def test_a_run_is_repeated_marked_noted_cleared_run_in_part_and_deleted(
    screen: Screen, add_dag: AddDag
) -> None:
    dag_id = add_dag("repeated", project.GREET.replace('DAG(\n    "greet"', 'DAG(\n    "DAG_ID"'))
    first = screen.site.trigger(dag_id, name="Ana", count=3)
    screen.site.wait_for_run(dag_id, first, "success")
    greet = screen.open_dag(dag_id)
    greet.wait_for_run("success", first)

    again = _repeat(screen, greet)
    greet.wait_for("far", "success")
    _mark_and_note(screen, greet)
    _clear_both(screen, greet, [first, again])
    part = _run_alone(screen, greet)
    _delete(screen, greet, part)


def test_a_dag_is_paused_so_that_what_waits_is_held(screen: Screen, add_dag: AddDag) -> None:
    folder = screen.site.folder
    dag_id = add_dag("held", HELD.replace("FOLDER", str(folder)))
    gate = folder / f"{dag_id}.gate"
    run_id = screen.site.trigger(dag_id)
    patient = screen.open_dag(dag_id)
    patient.wait_for_run("running", run_id)
    patient.wait_for("wait", "running")

    patient.root.get_by_role("switch").click()
    preview = screen.dialog.get_by_test_id("nbflow-pause-preview")
    expect(preview).to_contain_text("1 run goes on to its end")
    screen.dialog.get_by_label("Hold everything now").check()
    expect(preview).to_contain_text("1 running tasks end, 1 that wait are held")
    screen.accept()

    expect(patient.root.get_by_role("switch")).to_contain_text("Held")
    gate.touch()
    patient.wait_for("wait", "success")
    unmet = patient.open_task("pass_through").tab("Why not running").locator('[data-met="false"]')
    expect(unmet.first).to_contain_text("paused")

    patient.root.get_by_role("switch").click()
    patient.wait_for_run("success", run_id)


def _repeat(screen: Screen, greet: DagPage) -> str:
    """Run it again with another param, and give the id of the new run."""
    greet.root.get_by_test_id("nbflow-rerun").click()
    form = screen.page.get_by_test_id("nbflow-trigger-form")
    expect(form.get_by_label("name")).to_be_focused()  # a dialog takes the focus once it is open
    expect(form.get_by_label("How far")).to_have_value("3")
    form.get_by_label("How far").fill("12")
    expect(form.locator('[data-param="count"] [role="alert"]')).to_contain_text("at most 9")
    form.get_by_label("How far").fill("7")
    change = form.get_by_test_id("nbflow-changes").locator('[data-param="count"]')
    expect(change).to_contain_text("7")
    screen.accept()
    repeats = screen.page.locator('[data-testid="nbflow-run"][data-run-id^="rerun__"]')
    expect(repeats).to_have_attribute("data-state", "success")
    return str(repeats.get_attribute("data-run-id"))


def _mark_and_note(screen: Screen, greet: DagPage) -> None:
    drawer = greet.open_task("far")
    _choose(screen, drawer.root.get_by_test_id("nbflow-task-more"), "Mark…")
    screen.dialog.get_by_label("Skipped").check(force=True)  # its word stands on it
    marked = screen.dialog.locator('[data-task="far"]')
    expect(marked).to_contain_text("Success")
    expect(marked).to_contain_text("Skipped")
    screen.accept()
    greet.wait_for("far", "skipped")

    _choose(screen, drawer.root.get_by_test_id("nbflow-task-more"), "Note…")
    screen.dialog.get_by_label("Note").fill("Not far enough.")
    screen.accept()
    expect(drawer.root.get_by_test_id("nbflow-task-note")).to_have_text("Not far enough.")


def _clear_both(screen: Screen, greet: DagPage, runs: list[str]) -> None:
    """Clear a task of both runs by a selection, among all runs that succeeded."""
    greet.root.get_by_role("tab", name="Runs").click()
    greet.root.get_by_test_id("nbflow-clear-runs").click()
    states = screen.dialog.get_by_role("group", name="States of the runs")
    states.get_by_role("button", name="Failed").click()
    states.get_by_role("button", name="Success").click()
    screen.dialog.get_by_label("A selection").check()
    screen.dialog.get_by_label("Selection of tasks").fill("tag:conting")
    expect(screen.dialog.get_by_role("alert")).to_contain_text("Did you mean 'counting'?")
    expect(screen.dialog.locator(".jp-mod-accept")).to_have_attribute("aria-disabled", "true")
    screen.dialog.get_by_label("Selection of tasks").fill("tag:counting+1")
    for run_id in runs:
        run = screen.dialog.locator(f'[data-run-id="{run_id}"]')
        expect(run.locator("[data-task]")).to_have_count(2)
    run = screen.dialog.locator(f'[data-run-id="{runs[0]}"]')
    run.locator("summary").focus()
    screen.page.keyboard.press("Enter")  # it folds the run, and does not send the form
    expect(run.locator("[data-task]").first).to_be_hidden()
    screen.accept()
    expect(screen.dialog).to_have_count(0)
    eventually(lambda: [_tries(screen, greet, run_id) for run_id in runs] == [2, 2], "both run")
    for run_id in runs:
        screen.site.wait_for_run(greet.dag_id, run_id, "success")
    greet.root.get_by_role("tab", name="Graph").click()


def _tries(screen: Screen, greet: DagPage, run_id: str) -> int:
    place = ("dags", greet.dag_id, "runs", run_id, "tasks", "is_far")
    return int(screen.site.get(*place)["instance"]["try_number"])


def _run_alone(screen: Screen, greet: DagPage) -> str:
    """Run one task in a run of its own, and give the id of that."""
    _choose(screen, greet.root.get_by_test_id("nbflow-run-more"), "Run Tasks Alone…")
    screen.dialog.get_by_label("Selection of tasks").fill("near")
    screen.dialog.get_by_label("In a new run").check()
    expect(screen.dialog.get_by_test_id("nbflow-plan")).to_contain_text("The new run has 1 task")
    before = greet.run.get_attribute("data-run-id")
    screen.accept()
    expect(greet.root.locator(".jp-nbflow-node")).to_have_count(1)
    expect(greet.run).not_to_have_attribute("data-run-id", before or "")
    made = str(greet.run.get_attribute("data-run-id"))
    greet.wait_for_run("success", made)
    return made


def _delete(screen: Screen, greet: DagPage, run_id: str) -> None:
    _choose(screen, greet.root.get_by_test_id("nbflow-run-more"), "Delete Run…")
    expect(screen.dialog.get_by_test_id("nbflow-contents")).to_contain_text("1 task instance")
    screen.dialog.get_by_role("button", name="Delete run").click()
    expect(greet.root.locator(f'[data-run-id="{run_id}"]')).to_have_count(0)
    expect(greet.run).to_have_attribute("data-state", "success")


def _choose(screen: Screen, button: Locator, item: str) -> None:
    """Choose from a menu, and wait for the dialog that it opens."""
    button.click()
    screen.page.locator(".lm-Menu-item", has_text=item).click()
    expect(screen.dialog).to_be_visible()
