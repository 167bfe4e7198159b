"""Connections and variables, read where a task runs."""

from datetime import datetime

from nbflow import DAG, BaseHook, Variable, task

with DAG("example_connections", schedule=None, start_date=datetime(2024, 1, 1)) as dag:

    @task
    def where():
        found = BaseHook.get_connection("warehouse")
        return [found.host, found.port, found.login]

    @task
    def settings():
        return [Variable.get("region"), Variable.get("limits", deserialize_json=True)["rows"]]

    where() >> settings()
