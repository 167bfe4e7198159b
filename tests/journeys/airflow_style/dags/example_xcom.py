"""Values pushed and pulled by hand."""

import datetime

from nbflow import DAG, BashOperator, XComArg, task

value_1 = [1, 2, 3]
value_2 = {"a": "b"}


@task
def push(ti=None):
    """Push a value without a specific target"""
    ti.xcom_push(key="value from pusher 1", value=value_1)


@task
def push_by_returning():
    """Push a value by returning it"""
    return value_2


def _compare_values(pulled_value, check_value):
    if pulled_value != check_value:
        raise ValueError(f"The two values differ {pulled_value} and {check_value}")


@task
def puller(pulled_value_2, ti=None):
    """Pull what was pushed and check it"""
    pulled_value_1 = ti.xcom_pull(task_ids="push", key="value from pusher 1")
    _compare_values(pulled_value_1, value_1)
    _compare_values(pulled_value_2, value_2)


with DAG(
    "example_xcom", schedule="@once", start_date=datetime.datetime(2021, 1, 1), catchup=False
) as dag:
    bash_push = BashOperator(
        task_id="bash_push",
        bash_command='echo "bash_push demo" && echo "value_by_return"',
    )
    bash_pull = BashOperator(
        task_id="bash_pull",
        bash_command="echo \"The returned value is {{ ti.xcom_pull(task_ids='bash_push') }}\"",
        do_xcom_push=True,
    )
    python_pull = XComArg(bash_push)

    @task
    def show(value):
        return value

    bash_push >> bash_pull
    show(python_pull)
    push() >> puller(push_by_returning())
