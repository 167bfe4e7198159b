"""Groups of tasks, one inside the other."""

import datetime

from nbflow import DAG, BashOperator, EmptyOperator, TaskGroup, task, task_group

with DAG(
    dag_id="example_task_group",
    schedule=None,
    start_date=datetime.datetime(2021, 1, 1),
    catchup=False,
    tags=["example"],
) as dag:
    start = EmptyOperator(task_id="start")
    with TaskGroup("section_1", tooltip="Tasks for section_1") as section_1:
        task_1 = EmptyOperator(task_id="task_1")
        task_2 = BashOperator(task_id="task_2", bash_command="echo 1")
        task_3 = EmptyOperator(task_id="task_3")
        task_1 >> [task_2, task_3]
    with TaskGroup("section_2", tooltip="Tasks for section_2") as section_2:
        task_1 = EmptyOperator(task_id="task_1")
        with TaskGroup("inner_section_2", tooltip="Tasks for inner_section2") as inner_section_2:
            task_2 = BashOperator(task_id="task_2", bash_command="echo 1")
            task_3 = EmptyOperator(task_id="task_3")
            task_4 = EmptyOperator(task_id="task_4")
            [task_2, task_3] >> task_4

    @task_group(group_id="section_3")
    def section_3(value: int):
        """Functions in a group"""

        @task
        def double(n: int) -> int:
            return 2 * n

        @task
        def add_one(n: int) -> int:
            return n + 1

        return add_one(double(value))

    end = EmptyOperator(task_id="end")
    start >> section_1 >> section_2 >> end
    section_3(20)
