"""The scheduler dies in the middle of a run. Nothing that finished runs again, and what runs on a
cluster outside goes on.
"""

from __future__ import annotations

import logging
import time

from tests.chaos.conftest import CHAIN, on, start_work, take_over
from tests.executors.dask_processes import ExternalDask
from tests.ledger import Ledger
from tests.processes import Project, wait_for_ends

log = logging.getLogger(__name__)

ONCE_EACH = ["before", "during", "during ended", "afterwards"]


def test_attempts_on_a_cluster_outside_are_adopted_by_the_next_scheduler(
    project: Project, ledger: Ledger, dask: ExternalDask
) -> None:
    project.write("dags/work.py", CHAIN.format(ledger=ledger.code))
    dask.add_worker(threads=2)
    first = project.start_scheduler(*on(dask))
    work = start_work(project)
    ledger.wait_for("during")

    killed_at = time.monotonic()
    first.kill()
    take_over(project, *on(dask))

    log.info("The next scheduler led %.1f s later.", time.monotonic() - killed_at)
    ledger.open_gate()
    assert work.end() == "success"
    assert ledger.lines == ONCE_EACH
    assert work.tries("during") == [("success", None)]


def test_what_ends_while_no_scheduler_lives_is_heard_by_the_next(
    project: Project, ledger: Ledger, dask: ExternalDask
) -> None:
    project.write("dags/work.py", CHAIN.format(ledger=ledger.code))
    dask.add_worker(threads=2)
    first = project.start_scheduler(*on(dask))
    work = start_work(project)
    ledger.wait_for("during")

    first.kill()
    ledger.open_gate()
    ledger.wait_for("during ended")
    take_over(project, *on(dask))

    assert work.end() == "success"
    assert ledger.lines == ONCE_EACH
    assert work.tries("during") == [("success", None)]


def test_a_cluster_of_its_own_dies_with_it_and_only_what_ran_runs_again(
    project: Project, ledger: Ledger
) -> None:
    project.write("dags/work.py", CHAIN.format(ledger=ledger.code))
    project.environment["NBFLOW_WORKERS"] = "1"
    first = project.start_scheduler("--executor", "dask")
    work = start_work(project)
    ledger.wait_for("during")
    work.wait_for_try("during", 1, "running")
    family = first.family()

    first.kill()
    wait_for_ends(family)
    take_over(project, "--executor", "dask")
    ledger.wait_for("during", times=2)
    ledger.open_gate()

    assert work.end() == "success"
    assert ledger.lines == ["before", "during", "during", "during ended", "afterwards"]
    assert work.tries("during") == [("failed", "worker_lost"), ("success", None)]
