"""Tries, time limits and failures that are final."""

from datetime import datetime, timedelta

from nbflow import DAG, AirflowFailException, task

with DAG(
    "example_retries",
    schedule=None,
    start_date=datetime(2024, 1, 1),
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
) as dag:

    @task(retry_exponential_backoff=True, max_retry_delay=timedelta(minutes=10))
    def third_time_lucky(ti=None):
        if ti.try_number < 3:
            raise ValueError("not yet")
        return ti.try_number

    @task(execution_timeout=timedelta(seconds=60))
    def never_again():
        raise AirflowFailException("no use")

    third_time_lucky()
    never_again()
