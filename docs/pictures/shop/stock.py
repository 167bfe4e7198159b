"""A task that needs a second try: the scanner of the shelves does not always answer."""

from __future__ import annotations

from nbflow import DAG, BashOperator

COUNT = """\
echo "INFO counting the shelves of {{ params.branch }} on {{ ds }}"
sleep 0.4
if [ {{ ti.try_number }} = 1 ]; then
  echo "ERROR the scanner does not answer"
  exit 3
fi
echo "INFO 1,204 articles on 86 shelves"
"""

with DAG(
    "stock_levels",
    description="What stands on the shelves, counted by a scanner",
    schedule="0 22 * * 1-5",
    timezone="UTC",
    start_date="2026-01-01",
    catchup=False,
    tags=["sales"],
    params={"branch": "Porto"},
    default_args={"retries": 2, "retry_delay": 1},
):
    count = BashOperator(
        task_id="count_shelves", bash_command=COUNT, env={"SCANNER": "{{ run_id }}"}
    )
    order = BashOperator(task_id="order_missing", bash_command="echo 'ordered 12 articles'")
    count >> order
