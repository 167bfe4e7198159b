"""The dialogs about a DAG and its runs."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import expect

from docs.pictures.scenes.moves import ORDERS, REPORT, SEASONS, alone, dag, do, failed_run, newest
from docs.pictures.scenes.scene import Scene
from tests.browser.screen import Screen


def trigger(screen: Screen) -> None:
    dag(screen, ORDERS)
    do(screen, "trigger-with", dag_id=ORDERS)
    form = screen.page.get_by_test_id("nbflow-trigger-form")
    expect(form.get_by_label("At most, in thousands")).to_be_visible()


def clear(screen: Screen) -> None:
    page = failed_run(screen, ORDERS)
    run_id = page.root.get_by_test_id("nbflow-run").first.get_attribute("data-run-id")
    do(screen, "clear", dag_id=ORDERS, run_id=run_id)
    expect(screen.page.get_by_test_id("nbflow-affected")).to_contain_text("check_totals")


def backfill_form(screen: Screen) -> None:
    page = dag(screen, ORDERS, "Backfills")
    page.root.get_by_test_id("nbflow-new-backfill").click()
    screen.dialog.get_by_label("From").fill("2026-01-05")
    screen.dialog.get_by_label("To, inclusive").fill("2026-01-07")
    preview = screen.dialog.get_by_test_id("nbflow-backfill-preview")
    expect(preview.get_by_role("listitem")).to_have_count(3)


def compare(screen: Screen) -> None:
    alone(screen)
    do(screen, "compare-runs", dag_id=SEASONS, run_id=newest(screen, SEASONS))
    expect(screen.page.get_by_test_id("nbflow-comparison")).to_contain_text("draw_trend")


def trigger_error(screen: Screen) -> None:
    trigger(screen)
    form = screen.page.get_by_test_id("nbflow-trigger-form")
    form.get_by_label("At most, in thousands").fill("500")
    screen.accept()
    expect(form.locator('[data-param="limit"] [role="alert"]')).to_contain_text("at most 100")


def cancel(screen: Screen) -> None:
    page = dag(screen, REPORT)
    page.root.get_by_test_id("nbflow-cancel-run").click()
    expect(screen.dialog).to_contain_text("Cancel this run?")


SCENES: Mapping[str, Scene] = {
    "trigger": Scene(trigger, 820),
    "trigger-error": Scene(trigger_error, 820),
    "clear": Scene(clear, 760),
    "cancel": Scene(cancel, 560),
    "backfill-form": Scene(backfill_form, 900),
    "compare": Scene(compare, 760),
}
