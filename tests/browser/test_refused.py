"""What the scheduler refuses after the server has taken it: JupyterLab tells whoever asked."""

from __future__ import annotations

from datetime import datetime, timezone

from playwright.sync_api import expect

from nbflow import app
from nbflow.core.json import Json
from nbflow.settings import Settings
from nbflow.store import requests
from tests.browser.screen import Screen
from tests.browser.services import Site


def test_whoever_asked_for_what_the_scheduler_refuses_is_told_and_nobody_else(
    screen: Screen, site: Site
) -> None:
    screen.open_panel()
    # From the moment of what is shown here on the page hears what changes.
    expect(screen.row("nightly")).to_be_visible()
    identity = screen.page.evaluate(
        "fetch('/api/me').then(answer => answer.json()).then(me => me.identity)"
    )
    name = identity["name"]
    me = name if name.startswith("Anonymous ") else identity["username"]
    # As if the backfill had gone between the server's look and the scheduler's.
    with app.open_database(Settings(home=site.folder)) as database:
        for number, actor in ((998, "somebody-else"), (999, me)):
            payload: dict[str, Json] = {
                "dag_id": "nightly",
                "backfill_id": number,
                "state": "paused",
            }
            with database.transaction() as session:
                now = datetime.now(timezone.utc)
                requests.put(session, "backfill_state", payload, actor, now)

    told = screen.page.get_by_role("alert")
    expect(told.filter(has_text="Refused: There is no backfill 999.")).to_be_visible()
    expect(told.filter(has_text="998")).to_have_count(0)
