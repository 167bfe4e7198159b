"""A small shop: what was ordered is fetched, checked and loaded each day; a report follows."""

from __future__ import annotations

import time

from nbflow import (
    DAG,
    ApprovalOperator,
    Asset,
    BashOperator,
    EmptyOperator,
    Label,
    Param,
    TaskGroup,
    task,
)

orders = Asset("orders", uri="file:///shop/orders.parquet")

with DAG(
    "daily_orders",
    description="Orders of the day, fetched, checked and loaded",
    doc_md="# Orders\nLoads the **orders** of a day from each branch of the shop.",
    schedule="0 6 * * *",
    timezone="UTC",
    start_date="2026-01-01",
    tags=["sales", "daily"],
    params={
        "region": Param("EU", enum=["EU", "US"], description="Whose orders."),
        "limit": Param(10, type="integer", minimum=1, maximum=100, title="At most, in thousands"),
    },
):
    start = EmptyOperator(task_id="start")
    with TaskGroup("extract") as extract:

        @task(cache=True)
        def branches() -> list[str]:
            """The branches that were open."""
            return ["Lyon", "Porto", "Turin", "Graz"]

        @task(map_index_template="{{ branch }}")
        def fetch(branch: str) -> dict[str, object]:
            """The orders of one branch."""
            print(f"INFO {branch}: connecting")
            time.sleep(0.2 + len(branch) / 10)
            if branch == "Graz":
                print("WARNING Graz: 2 orders without a price are left out")
            return {"branch": branch, "orders": len(branch) * 37}

        fetched = fetch.expand(branch=branches())

    @task.branch
    def is_new(rows: list[dict[str, object]]) -> str:
        """Whether there is anything to load."""
        return "load.write" if list(rows) else "load.nothing_new"

    with TaskGroup("load"):
        write = BashOperator(
            task_id="write",
            bash_command="echo 'loading {{ params.region }} of {{ ds }}'; sleep 0.6",
            outlets=[orders],
        )
        nothing = EmptyOperator(task_id="nothing_new")

    @task(trigger_rule="none_failed_min_one_success")
    def check_totals(params: dict[str, int]) -> dict[str, float]:
        """Refuses more than the shop has ever sold."""
        time.sleep(0.3)
        if params["limit"] > 50:
            raise ValueError(
                f"{params['limit']} thousand orders: more than were ever sold in a day"
            )
        return {"total": 1184.5, "mean": 8.13}

    decided = is_new(fetched)
    start >> extract
    decided >> Label("new orders") >> write
    decided >> Label("none") >> nothing
    [write, nothing] >> check_totals()

with DAG(
    "sales_report",
    description="A report of new orders, once a person has looked at it",
    schedule=[orders],
    tags=["sales"],
):

    @task(inlets=[orders])
    def draw() -> str:
        """The figures of the report."""
        return "report.html"

    approve = ApprovalOperator(
        task_id="approve",
        subject="Send the report of {{ ds }}?",
        body="Totals look **fine**: 1,184.50, of which 42 % from Porto.",
    )
    draw() >> approve >> EmptyOperator(task_id="send")
