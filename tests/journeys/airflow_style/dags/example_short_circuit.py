"""Conditions that let what is downstream run, or skip it."""

from datetime import datetime

from nbflow import DAG, EmptyOperator, ShortCircuitOperator, TriggerRule, chain, task

with DAG(
    dag_id="example_short_circuit", start_date=datetime(2021, 1, 1), catchup=False, tags=["example"]
):
    cond_true = ShortCircuitOperator(task_id="condition_is_True", python_callable=lambda: True)
    cond_false = ShortCircuitOperator(task_id="condition_is_False", python_callable=lambda: False)
    ds_true = [EmptyOperator(task_id=f"true_{i}") for i in [1, 2]]
    ds_false = [EmptyOperator(task_id=f"false_{i}") for i in [1, 2]]
    chain(cond_true, *ds_true)
    chain(cond_false, *ds_false)

    @task.short_circuit()
    def check_condition(condition):
        return condition

    [task_1, task_2, task_3, task_4] = [EmptyOperator(task_id=f"task_{i}") for i in range(1, 5)]
    task_7 = EmptyOperator(task_id="task_7", trigger_rule=TriggerRule.ALL_DONE)
    short_circuit = ShortCircuitOperator(
        task_id="short_circuit",
        ignore_downstream_trigger_rules=False,
        python_callable=lambda: False,
    )
    chain(task_1, [task_2, short_circuit], [task_3, task_4], task_7)
    check_condition.override(task_id="condition_is_met")(condition=True) >> EmptyOperator(
        task_id="after_it"
    )
