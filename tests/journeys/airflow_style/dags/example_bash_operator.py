"""Commands in a loop, the environment, and an exit code that skips."""

import datetime

from nbflow import DAG, BashOperator, EmptyOperator, task

with DAG(
    dag_id="example_bash_operator",
    schedule="0 0 * * *",
    start_date=datetime.datetime(2021, 1, 1),
    catchup=False,
    dagrun_timeout=datetime.timedelta(minutes=60),
    tags=["example", "example2"],
    params={"example_key": "example_value"},
) as dag:
    run_this_last = EmptyOperator(task_id="run_this_last")
    run_this = BashOperator(task_id="run_after_loop", bash_command="echo https://example.org/")
    run_this >> run_this_last
    for i in range(3):
        looped = BashOperator(
            task_id=f"runme_{i}", bash_command='echo "{{ task_instance_key_str }}" && sleep 0.01'
        )
        looped >> run_this
    also_run_this = BashOperator(
        task_id="also_run_this", bash_command='echo "ti={{ task_instance_key_str }}"'
    )
    also_run_this >> run_this_last
    BashOperator(
        task_id="env",
        bash_command="echo $GREETING {{ params.example_key }}",
        env={"GREETING": "hello {{ ds_nodash }}"},
        append_env=True,
    )

    @task.bash
    def sleep_in(seconds: str) -> str:
        return f"echo slept {seconds}"

    sleep_in("0.01")

this_will_skip = BashOperator(
    task_id="this_will_skip", bash_command='echo "hello world"; exit 99;', dag=dag
)
this_will_skip >> run_this_last
