"""`nbflow scheduler`: its log, its end, and what keeps it from starting."""

from __future__ import annotations

import json
import signal

from tests.processes import Project


def test_its_log_can_be_read_by_programs_and_a_signal_ends_it(project: Project) -> None:
    scheduler = project.start("scheduler", "--executor", "inline", "--output", "json")
    line = json.loads(scheduler.wait_for_line("Leading"))
    assert (line["level"], line["action"]) == ("INFO", "leading")

    scheduler.signal(signal.SIGTERM)

    assert scheduler.wait() == 0
    assert all(json.loads(one)["message"] for one in scheduler.lines)
    assert project.nbflow("health").code == 1


def test_a_cluster_that_cannot_be_reached_is_named(project: Project) -> None:
    address = "tcp://127.0.0.1:1"
    done = project.nbflow_process("scheduler", "--executor", "dask", "--dask-address", address)
    assert done.code == 1
    assert address in done.err
    assert "Traceback" not in done.err


def test_it_ends_with_the_process_that_holds_its_input(project: Project) -> None:
    """As a service of `standalone` does; here that input is at its end from the beginning."""
    scheduler = project.start("scheduler", "--executor", "inline", "--until-eof")
    assert scheduler.wait() == 0
