"""Branches, with the operator and with the decorator, and where they meet again."""

import datetime

from nbflow import DAG, BranchPythonOperator, EmptyOperator, Label, TriggerRule, task

with DAG(
    dag_id="example_branch_operator",
    start_date=datetime.datetime(2021, 1, 1),
    catchup=False,
    schedule="@daily",
    tags=["example", "example2"],
    orientation="TB",
) as dag:
    run_this_first = EmptyOperator(task_id="run_this_first")
    options = ["a", "b", "c"]

    branching = BranchPythonOperator(
        task_id="branching", python_callable=lambda: f"branch_{options[1]}"
    )
    run_this_first >> branching
    join = EmptyOperator(task_id="join", trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
    for option in options:
        t = EmptyOperator(task_id=f"branch_{option}")
        t_follow = EmptyOperator(task_id=f"follow_{option}")
        branching >> Label(option) >> t >> t_follow >> join

    @task.branch(task_id="branch_again")
    def choose(choices):
        return [choice for choice in choices if choice != "skipped"]

    random_choice = choose(choices=["taken", "skipped"])
    join >> random_choice
    random_choice >> [EmptyOperator(task_id="taken"), EmptyOperator(task_id="skipped")]
