"""Extract, transform, load, with functions that hand values to each other."""

import json

from nbflow import dag, task, timezone


@dag(schedule=None, start_date=timezone.datetime(2021, 1, 1), catchup=False, tags=["example"])
def tutorial_taskflow_api():
    """### Three tasks in a row"""

    @task()
    def extract():
        """Read orders from where they are"""
        return json.loads('{"1001": 301.25, "1002": 433.5, "1003": 502.25}')

    @task(multiple_outputs=True)
    def transform(order_data_dict: dict):
        """Sum up the orders"""
        return {"total_order_value": sum(order_data_dict.values()), "orders": len(order_data_dict)}

    @task()
    def load(total_order_value: float):
        """Say what came of it"""
        print(f"Total order value is: {total_order_value:.2f}")
        return total_order_value

    order_data = extract()
    order_summary = transform(order_data)
    load(order_summary["total_order_value"])


tutorial_taskflow_api()
