"""A notebook that failed on a Dask worker of this machine: its kernel is there to be looked into,
and goes when its worker does.
"""

from __future__ import annotations

import psutil
from jupyter_client.blocking.client import BlockingKernelClient

from tests.journeys.test_bad_input import notebook
from tests.processes import DEADLINE, Project, wait_for_ends


def value_of(connection_file: str, expression: str) -> str:
    """What `expression` is in the kernel, as text."""
    client = BlockingKernelClient()
    client.load_connection_file(connection_file)
    client.start_channels()
    try:
        client.wait_for_ready(timeout=DEADLINE)
        reply = client.execute_interactive(
            "", user_expressions={"value": expression}, timeout=DEADLINE
        )
        return str(reply["content"]["user_expressions"]["value"]["data"]["text/plain"])
    finally:
        client.stop_channels()


def test_the_kernel_of_a_task_that_failed_on_dask_lives_until_its_worker_ends(
    project: Project,
) -> None:
    project.environment |= {"NBFLOW_WORKERS": "1", "NBFLOW_SLOTS": "1"}
    text = notebook("import os\nrows = [4, 1, 0]", "1 / rows[2]", tags=("task:divide",))
    project.write("dags/fails.ipynb", text)
    scheduler = project.start_scheduler("--executor", "dask")
    project.wait_for_dags("fails")
    first = project.json("dags", "trigger", "fails")["run_id"]
    assert project.wait_for_run("fails", first) == "failed"

    kept = project.json("tasks", "debug", "fails", "divide", "--run", first)
    assert value_of(kept["connection_file"], "rows") == "[4, 1, 0]"
    kernel = psutil.Process(int(value_of(kept["connection_file"], "os.getpid()")))
    assert kernel in scheduler.family()

    # The one slot there is, is free for the next run, which fails in a kernel of its own.
    second = project.json("dags", "trigger", "fails")["run_id"]
    assert project.wait_for_run("fails", second) == "failed"

    assert kernel.is_running()

    (worker,) = [one for one in kernel.parents() if "spawn_main" in " ".join(one.cmdline())]
    worker.kill()
    wait_for_ends([kernel])
    refused = project.nbflow("tasks", "debug", "fails", "divide", "--run", second)
    assert refused.code == 1
    assert "Reconstruct divide instead" in refused.err
