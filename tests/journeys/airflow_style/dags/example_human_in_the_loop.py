"""Tasks that ask a person."""

import datetime

from nbflow import DAG, ApprovalOperator, EmptyOperator, HITLBranchOperator

with DAG("example_hitl_operator", start_date=datetime.datetime(2021, 1, 1), catchup=False) as dag:
    approve = ApprovalOperator(task_id="valid_input_and_options", subject="Are these fine?")
    choose = HITLBranchOperator(
        task_id="choose_a_branch_to_run",
        subject="Which one?",
        options=["task_1", "task_2", "task_3"],
    )
    approve >> choose >> [EmptyOperator(task_id=f"task_{n}") for n in (1, 2, 3)]
