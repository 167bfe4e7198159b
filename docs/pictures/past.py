"""The project on the pictures: the examples and a small shop, with something behind them.

The examples run for real, on Dask, in a folder that is thrown away.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.browser.services import Site, eventually

PROJECT = Path(__file__).parents[2]
SHOP = Path(__file__).with_name("shop")
FOLDERS = ("dags", "example_notebooks")
DAYS = 20
ENDS = ("success", "failed")
RUNS: list[tuple[str, Mapping[str, object]]] = [
    ("penguins", {}),
    ("flight_weather", {}),
    ("penguin_model", {"good_enough": 0.9}),
    ("co2_seasons", {"first_year": 1960}),
    ("co2_seasons", {"first_year": "soon"}),  # one red run, as everybody has
    ("flights_report", {"month": 2}),
    *(("co2_seasons", {"first_year": year}) for year in range(1981, 1987)),
    ("daily_orders", {"limit": 70}),
    ("stock_levels", {}),
    ("archive", {}),
    ("co2_seasons", {"first_year": 1970}),
]


def write_project(folder: Path) -> None:
    """The examples as they are in this project, and the shop."""
    for name in FOLDERS:
        shutil.copytree(PROJECT / name, folder / name)
    shutil.copy(PROJECT / "nbflow.toml", folder)
    for file in SHOP.glob("*.py"):
        shutil.copy(file, folder / "dags")
    shutil.copy(SHOP / "board.ipynb", folder)


def make_past(site: Site) -> None:
    """Run everything, one after another, so that lists and bars have something to show."""
    _administer(site)
    site.patch("dags", "sales_report", paused=True)  # one question to a person is enough
    _fill_in(site)
    for dag_id, params in RUNS:
        run_id = site.trigger(dag_id, **params)
        _wait_for_end(site, dag_id, run_id)
    site.patch("dags", "sales_report", paused=False)
    _change_code(site)


def _administer(site: Site) -> None:
    site.put("pools", "gpu", slots=2, description="The two cards of the big machine")
    site.put("pools", "shop_api", slots=4, description="What the shop's server can bear")
    site.put("variables", "currency", value="EUR", description="Of all totals")
    site.put("variables", "api_token", value="not-shown", description="Of the shop's server")
    site.put("connections", "warehouse", uri="postgresql://loader:secret@db.example.org/shop")
    site.put("connections", "shop_api", conn_type="http", host="api.example.org", login="reader")


def _fill_in(site: Site) -> None:
    """A backfill of the last days."""
    today = datetime.now(timezone.utc).replace(hour=6, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=DAYS)
    site.post(
        *("dags", "daily_orders", "backfills"),
        from_date=first.isoformat(),
        to_date=(today - timedelta(days=1)).isoformat(),
        max_active_runs=4,
        dry_run=False,
    )
    for ended in range(1, DAYS + 1):
        eventually(
            lambda ended=ended: _ended(site, "daily_orders") >= ended,
            f"{ended} runs of the backfill have ended",
        )


def _ended(site: Site, dag_id: str) -> int:
    runs = site.get("dags", dag_id, "runs")["runs"]
    return sum(run["state"] in ENDS for run in runs)


def _wait_for_end(site: Site, dag_id: str, run_id: str) -> None:
    eventually(lambda: site.run_state(dag_id, run_id) in ENDS, f"{run_id} of {dag_id} ends")
    print(f"{dag_id} {run_id}: {site.run_state(dag_id, run_id)}")


def _change_code(site: Site) -> None:
    """A second version of a DAG, whose code can be compared with the first, and a run of it."""
    file = site.folder / "dags" / "orders.py"
    source = file.read_text("utf-8")
    file.write_text(source.replace("more than were ever sold in a day", "more than ever"), "utf-8")
    eventually(
        lambda: len(site.get("dags", "daily_orders", "versions")["versions"]) == 2,
        "the new version is read",
    )
    _wait_for_end(site, "daily_orders", site.trigger("daily_orders", region="US"))
