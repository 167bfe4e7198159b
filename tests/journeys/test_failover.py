"""Two schedulers on one store: one leads, and the other takes over when it is gone."""

from __future__ import annotations

import logging
import signal
import time

from tests.journeys.test_first_project import INLINE, WAITS
from tests.ledger import Ledger
from tests.processes import DEADLINE, Project

log = logging.getLogger(__name__)


def test_another_scheduler_takes_over_when_the_lease_of_one_that_was_killed_has_run_out(
    project: Project, ledger: Ledger
) -> None:
    project.write("dags/waits.py", WAITS.format(code=ledger.code))
    first = project.start_scheduler(*INLINE)
    project.wait_for_dags("waits")
    second = project.start("scheduler", *INLINE)
    second.wait_for_line("Standing by")
    run_id = project.json("dags", "trigger", "waits")["run_id"]
    ledger.wait_for("first")

    killed_at = time.monotonic()
    first.kill()
    second.wait_for_line("Leading")
    took = time.monotonic() - killed_at

    log.info("The second scheduler led %.1f s after the first was killed.", took)
    ledger.wait_for("first", times=2)
    ledger.open_gate()
    assert project.wait_for_run("waits", run_id, DEADLINE) == "success"
    assert ledger.lines == ["first", "first", "second"]


def test_a_scheduler_that_stops_in_order_hands_over_at_once(project: Project) -> None:
    first = project.start_scheduler(*INLINE)
    second = project.start("scheduler", *INLINE)
    second.wait_for_line("Standing by")

    first.signal(signal.SIGTERM)

    assert first.wait() == 0
    second.wait_for_line("Leading")
