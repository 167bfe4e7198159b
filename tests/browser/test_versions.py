"""Versions of a DAG: what each changed, the text of one, the difference of two."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import AddDag
from tests.browser.screen import Screen
from tests.browser.services import Site, eventually

MOVING = '''\
"""A DAG that somebody works on."""

from nbflow import DAG, BashOperator

with DAG("DAG_ID", schedule="{schedule}", start_date="2026-01-01", catchup=False):
    BashOperator(task_id="say", bash_command="echo {word}")
'''


def test_what_a_version_changed_is_shown_and_what_it_was(screen: Screen, add_dag: AddDag) -> None:
    moving = add_dag("moving", MOVING.format(schedule="@daily", word="first"))
    _change(screen.site, moving, 2, schedule="@weekly", word="second")
    _change(screen.site, moving, 3, schedule="@weekly", word="third")

    page = screen.open_dag(moving)
    page.root.get_by_role("tab", name="Versions").click()
    versions = page.root.get_by_test_id("nbflow-versions")

    diff = versions.locator("tr[data-kind]")
    expect(diff.and_(screen.page.locator('[data-kind="removed"]'))).to_contain_text("echo second")
    expect(diff.and_(screen.page.locator('[data-kind="added"]'))).to_contain_text("echo third")

    versions.locator('[data-version="1"]').click(modifiers=["Shift"])
    expect(versions.get_by_label("compared with")).to_have_value("1")
    expect(versions.locator('tr[data-kind="removed"]')).to_have_count(2)

    versions.locator('[data-version="3"]').focus()
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Enter")
    expect(versions.get_by_role("region", name="Text of")).to_contain_text("echo first")


def _change(site: Site, dag_id: str, number: int, **words: str) -> None:
    """Write the file anew, and wait until the scheduler has made a version of it."""
    text = MOVING.format(**words).replace("DAG_ID", dag_id)
    (site.folder / "dags" / f"{dag_id}.py").write_text(text)
    eventually(lambda: _newest(site, dag_id) == number, f"version {number} of {dag_id}")


def _newest(site: Site, dag_id: str) -> int:
    return next((one["version"] for one in site.get("dags")["dags"] if one["dag_id"] == dag_id), 0)
