"""A task that asks a person: seen in the list and in the status bar, answered in its drawer."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.screen import DagPage, Screen


def test_a_question_is_found_by_its_badge_and_answered_with_its_form(
    screen: Screen, question: str
) -> None:
    screen.open_panel()
    expect(screen.page.get_by_test_id("nbflow-status-questions")).to_have_text(
        re.compile("1 question")
    )

    screen.row("asking").get_by_role("button", name="1 task waits for you").click()

    form = screen.page.get_by_test_id("nbflow-question")
    expect(form).to_contain_text("Publish the figures?")
    form.get_by_label("Copies").fill("none")
    form.get_by_role("button", name="Approve").click()
    expect(form.get_by_role("alert")).to_have_text("This is not a number.")
    form.get_by_label("Copies").fill("3")
    form.get_by_role("button", name="Approve").click()

    page = DagPage(screen.page, "asking")
    page.wait_for_run("success", question)
    page.wait_for("publish", "success")
    expect(screen.page.get_by_test_id("nbflow-status-questions")).to_have_count(0)
