"""How punctual were New York's airlines in one month of 2013? Notebook tasks with parameters.

`delays.ipynb` reads the flights of the month and hands on a table; `chart.ipynb` draws it; a Python
task says who was best. Try another month: nbflow dags trigger flights_report -p month=12
"""

from nbflow import DAG, NotebookOperator, Param, task

with DAG(
    "flights_report",
    description="Delays of New York's flights in one month, by carrier",
    params={"month": Param(6, type="integer", minimum=1, maximum=12)},
    tags=["example", "notebooks"],
) as dag:
    delays = NotebookOperator(
        task_id="delays",
        notebook="notebooks/delays.ipynb",
        parameters={"month": "{{ params.month }}"},
        retries=1,
    )
    chart = NotebookOperator(
        task_id="chart",
        notebook="notebooks/chart.ipynb",
        parameters={"table": delays.output["by_carrier"], "title": delays.output["title"]},
    )

    @task
    def most_punctual(table: list[dict[str, object]]) -> str:
        best = min(table, key=lambda row: row["mean_delay"])
        print(f"{best['name']}: {best['mean_delay']:+.1f} minutes on average.")
        return str(best["name"])

    chart >> most_punctual(delays.output["by_carrier"])
