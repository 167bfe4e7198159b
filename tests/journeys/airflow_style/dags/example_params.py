"""Params of several types, read in templates and in the context."""

import datetime
import json

from nbflow import DAG, Param, task

with DAG(
    "example_params_ui_tutorial",
    schedule=None,
    start_date=datetime.datetime(2022, 3, 4),
    catchup=False,
    tags=["example", "params"],
    params={
        "x": 3,
        "text": "Hello World!",
        "flag": False,
        "number_param": Param(3, type=["null", "number"], minimum=0, maximum=128),
        "pick_one": Param(
            "value 42", type="string", title="Select one", enum=["value 1", "value 42"]
        ),
        "date": Param("2026-01-01", type="string", format="date"),
        "array_of_strings": Param(["this", "is"], type="array"),
        "required_field": Param("given", type="string", minLength=1, maxLength=10),
        "optional_field": Param(None, type=["null", "string"]),
    },
) as dag:

    @task(task_id="show_params")
    def show_params(**context) -> None:
        params = context["params"]
        print(
            f"This DAG was triggered with the following parameters:\n\n{json.dumps(dict(params))}"
        )
        return {"x": params["x"], "conf": context["dag_run"].conf.get("text")}

    @task
    def typed(params: dict):
        return params["number_param"] + 1

    show_params() >> typed()
