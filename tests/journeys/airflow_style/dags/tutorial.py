"""### Tutorial

Shell commands with templates, arguments for all tasks, and documentation.
"""

import textwrap
from datetime import datetime, timedelta

from nbflow import DAG, BashOperator

with DAG(
    "tutorial",
    default_args={
        "depends_on_past": False,
        "email": ["team@example.org"],
        "email_on_failure": False,
        "email_on_retry": False,
        "retries": 1,
        "retry_delay": timedelta(minutes=5),
        "owner": "analysts",
    },
    description="A first DAG",
    schedule=timedelta(days=1),
    start_date=datetime(2021, 1, 1),
    catchup=False,
    tags=["example"],
) as dag:
    t1 = BashOperator(task_id="print_date", bash_command="date")
    t2 = BashOperator(task_id="sleep", depends_on_past=False, bash_command="sleep 0.01", retries=3)
    t1.doc_md = "#### What it does\nPrints the date."
    dag.doc_md = __doc__
    templated_command = textwrap.dedent(
        """
        {% for i in range(3) %}
            echo "{{ ds }}"
            echo "{{ macros.ds_add(ds, 7) }}"
        {% endfor %}
        """
    )
    t3 = BashOperator(task_id="templated", depends_on_past=False, bash_command=templated_command)

    t1 >> [t2, t3]
