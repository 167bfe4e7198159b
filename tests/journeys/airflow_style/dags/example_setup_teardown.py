"""A cluster that is made, used and taken down whatever happens."""

import datetime

from nbflow import DAG, BashOperator, TaskGroup, setup, task, teardown

with DAG(
    dag_id="example_setup_teardown", start_date=datetime.datetime(2021, 1, 1), catchup=False
) as dag:
    root_setup = BashOperator(task_id="root_setup", bash_command="echo made").as_setup()
    root_normal = BashOperator(task_id="normal", bash_command="exit 1")
    root_teardown = BashOperator(task_id="root_teardown", bash_command="echo down").as_teardown(
        setups=root_setup
    )
    root_setup >> root_normal >> root_teardown
    with TaskGroup("section_1") as section_1:

        @setup
        def outer_setup():
            return "cluster_id"

        @teardown
        def outer_teardown(cluster_id):
            print("Tearing down", cluster_id)

        @task
        def outer_work():
            return "done"

        cluster = outer_setup()
        outer_work() >> outer_teardown(cluster)
