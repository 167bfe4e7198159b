"""What only the embedded Dask cluster can get wrong."""

from __future__ import annotations

import signal

from tests.journeys.test_bad_input import notebook
from tests.ledger import Ledger
from tests.processes import Project, wait_for_ends

WAITS = """
import time
note("began")
try:
    time.sleep(600)
except KeyboardInterrupt:
    note("interrupted")
    raise
"""


def test_a_cancelled_notebook_is_interrupted_before_its_kernel_is_killed(
    project: Project, ledger: Ledger
) -> None:
    project.environment["NBFLOW_WORKERS"] = "1"
    text = notebook("1 + 1", ledger.code + WAITS, tags=("task:waits",))
    project.write("dags/waits.ipynb", text)
    scheduler = project.start_scheduler("--executor", "dask")
    project.wait_for_dags("waits")
    run_id = project.json("dags", "trigger", "waits")["run_id"]
    ledger.wait_for("began")

    # To the workers, as a terminal would send it: they must take no notice.
    for process in scheduler.family()[1:]:
        if "spawn_main" in " ".join(process.cmdline()):
            process.send_signal(signal.SIGINT)
    project.nbflow("runs", "cancel", "waits")

    ledger.wait_for("interrupted")
    project.wait_for_task("waits", run_id, "waits", "cancelled")
    family = scheduler.family()
    scheduler.signal(signal.SIGTERM)
    assert scheduler.wait() == 0
    wait_for_ends(family)
