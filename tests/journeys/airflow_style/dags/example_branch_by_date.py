"""Branches that the calendar decides."""

import datetime

from nbflow import DAG, BranchDateTimeOperator, BranchDayOfWeekOperator, EmptyOperator

with DAG(
    dag_id="example_branch_datetime_operator",
    start_date=datetime.datetime(2021, 1, 1),
    catchup=False,
    schedule="@daily",
) as dag:
    date_in_range = EmptyOperator(task_id="date_in_range")
    date_outside_range = EmptyOperator(task_id="date_outside_range")
    cond1 = BranchDateTimeOperator(
        task_id="datetime_branch",
        follow_task_ids_if_true=["date_in_range"],
        follow_task_ids_if_false=["date_outside_range"],
        target_upper=datetime.datetime(2020, 10, 10, 15, 0, 0, tzinfo=datetime.timezone.utc),
        target_lower=datetime.datetime(2020, 10, 10, 14, 0, 0, tzinfo=datetime.timezone.utc),
    )
    cond1 >> [date_in_range, date_outside_range]
    branch = BranchDayOfWeekOperator(
        task_id="make_choice",
        follow_task_ids_if_true="branch_true",
        follow_task_ids_if_false="branch_false",
        week_day="Monday",
        use_task_logical_date=True,
    )
    branch >> [EmptyOperator(task_id="branch_true"), EmptyOperator(task_id="branch_false")]
