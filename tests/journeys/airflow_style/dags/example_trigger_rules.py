"""Tasks that run because others did not go well."""

from datetime import datetime

from nbflow import DAG, AirflowException, AirflowSkipException, EmptyOperator, TriggerRule, task

with DAG("example_trigger_rules", start_date=datetime(2024, 1, 1), schedule=None) as dag:

    @task
    def fails():
        raise AirflowException("on purpose")

    @task
    def skips():
        raise AirflowSkipException("nothing to do")

    ok = EmptyOperator(task_id="ok")
    failed, skipped = fails(), skips()
    [ok, failed] >> EmptyOperator(task_id="on_one_failed", trigger_rule="one_failed")
    [ok, failed] >> EmptyOperator(task_id="on_all_success")
    [ok, skipped] >> EmptyOperator(task_id="on_none_failed", trigger_rule=TriggerRule.NONE_FAILED)
    [failed, skipped] >> EmptyOperator(task_id="on_all_done", trigger_rule="all_done")
    [ok, skipped] >> EmptyOperator(task_id="on_none_skipped", trigger_rule="none_skipped")
    [ok, failed, skipped] >> EmptyOperator(task_id="on_one_success", trigger_rule="one_success")
