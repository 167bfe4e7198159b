"""Tasks that do nothing but say when, by their own clock, so that it means the same everywhere."""

import time

from nbflow import DAG, task


@task(isolation="thread")
def when(*_: object) -> list[float]:
    return [time.time(), time.time()]


with DAG("chain") as chain:
    last = when.override(task_id="t0")()
    for index in range(1, 21):
        last = when.override(task_id=f"t{index}")(last)

with DAG("wide") as wide:
    for index in range(1000):
        when.override(task_id=f"t{index}")()

with DAG("one") as one:
    when.override(task_id="t0")()
