"""What templates may say: dates, macros, params, variables, and names of the DAG's own."""

from datetime import datetime

from nbflow import DAG, BashOperator, PythonOperator, get_current_context

with DAG(
    dag_id="example_templates",
    start_date=datetime(2024, 1, 1),
    schedule="@daily",
    params={"who": "world"},
    user_defined_macros={"shout": lambda text: text.upper()},
    user_defined_filters={"twice": lambda text: text * 2},
    render_template_as_native_obj=False,
) as dag:
    BashOperator(
        task_id="dates",
        bash_command="echo {{ ds }} {{ ts_nodash }}"
        " {{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%Y') }}"
        " {{ data_interval_end | ds }} {{ dag.dag_id }} {{ ti.task_id }} {{ run_id }}",
    )
    BashOperator(
        task_id="own",
        bash_command="echo {{ shout(params.who) }} {{ 'ab' | twice }} {{ var.value.region }}",
    )

    def show(day, **kwargs):
        context = get_current_context()
        return f"{day} {context['dag'].dag_id} {kwargs['ds_nodash']}"

    PythonOperator(task_id="python", python_callable=show, op_kwargs={"day": "{{ ds }}"})
