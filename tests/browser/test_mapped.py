"""A mapped task with very many instances: counted on the page, and looked through in the drawer."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.screen import Screen


def test_its_instances_are_counted_as_they_end_and_looked_through(screen: Screen) -> None:
    many = screen.open_dag("many")
    run_id = screen.site.trigger("many")
    many.wait_for_run("failed", run_id)
    expect(many.run.locator('.jp-nbflow-count[data-state="success"]')).to_contain_text("150")
    expect(many.run.locator('.jp-nbflow-count[data-state="failed"]')).to_contain_text("1")
    expect(many.node("halve", "failed")).to_contain_text("150 · Failed")

    halve = many.open_task("halve")
    expect(halve.root.get_by_role("button", name="Instance 120 of 150")).to_be_visible()
    expect(halve.tab("Log")).to_contain_text("This one cannot be halved")

    halve.root.get_by_test_id("nbflow-instance").click()
    choices = halve.root.get_by_role("dialog", name="Instances")
    expect(choices.get_by_role("option")).to_have_count(100)
    choices.get_by_role("button", name="Show more").click()
    expect(choices.get_by_role("option")).to_have_count(150)
    choices.get_by_role("searchbox").fill("42")
    expect(choices.get_by_role("option")).to_have_count(1)
    choices.get_by_role("option").click()

    halve.wait_for("success")
    expect(halve.root.get_by_role("button", name="Instance 42 of 150")).to_be_visible()
