"""`nbflow standalone` is killed outright: what it started ends by itself, and the next one goes on
where it was.
"""

from __future__ import annotations

import logging
import time

from tests.chaos.conftest import CHAIN, start_work
from tests.ledger import Ledger
from tests.processes import Project, wait_for_ends

log = logging.getLogger(__name__)


def test_a_killed_standalone_leaves_no_process_and_the_next_one_ends_the_run(
    project: Project, ledger: Ledger
) -> None:
    project.write("dags/work.py", CHAIN.format(ledger=ledger.code))
    project.environment["NBFLOW_WORKERS"] = "1"
    first = project.start("standalone", "--no-browser")
    work = start_work(project)
    ledger.wait_for("during")
    work.wait_for_try("during", 1, "running")
    first.wait_for_line("JupyterLab with the nbflow panel")
    family = first.family()

    killed_at = time.monotonic()
    first.kill()
    wait_for_ends(family)
    log.info("%d processes ended in %.1f s.", len(family), time.monotonic() - killed_at)

    second = project.start("standalone", "--no-browser")
    ledger.wait_for("during", times=2)
    ledger.open_gate()
    assert work.end() == "success"
    assert ledger.lines == ["before", "during", "during", "during ended", "afterwards"]
    assert work.tries("during") == [("failed", "worker_lost"), ("success", None)]
    second.wait_for_line("JupyterLab with the nbflow panel")
