"""One DAG starts another and waits for it; a third waits for a task of the second."""

import datetime

from nbflow import (
    DAG,
    BashOperator,
    EmptyOperator,
    ExternalTaskSensor,
    TriggerDagRunOperator,
    task,
)

with DAG(
    dag_id="example_trigger_controller_dag",
    start_date=datetime.datetime(2021, 1, 1),
    catchup=False,
    schedule=None,
    tags=["example"],
) as controller:
    TriggerDagRunOperator(
        task_id="test_trigger_dagrun",
        trigger_dag_id="example_trigger_target_dag",
        conf={"message": "Hello World"},
        logical_date="2024-05-01T00:00:00+00:00",
        wait_for_completion=True,
        poke_interval=1,
    )

with DAG(
    dag_id="example_trigger_target_dag",
    start_date=datetime.datetime(2021, 1, 1),
    catchup=False,
    schedule=None,
    params={"message": "nothing"},
    tags=["example"],
) as target:

    @task(task_id="run_this")
    def run_this_func(dag_run=None):
        return f"Remotely received value of {dag_run.conf.get('message')}"

    run_this = run_this_func()
    run_this >> BashOperator(
        task_id="bash_task",
        bash_command="echo \"Here is the message: {{ dag_run.conf['message'] }}\"",
    )

with DAG(
    dag_id="example_external_task_marker_child",
    start_date=datetime.datetime(2021, 1, 1),
    schedule=None,
    catchup=False,
    tags=["example2"],
) as child:
    child_task1 = ExternalTaskSensor(
        task_id="child_task1",
        external_dag_id="example_trigger_target_dag",
        external_task_id="bash_task",
        execution_date_fn=lambda _: datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc),
        timeout=600,
        allowed_states=["success"],
        failed_states=["failed", "skipped"],
        mode="reschedule",
    )
    child_task1 >> EmptyOperator(task_id="child_task2")
