"""The guard ends process groups whose owner has gone, and only those."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import psutil
import pytest

from nbflow.runtime.guard import Guard
from tests.runtime.notebook_attempts import wait_gone, wait_until


@pytest.fixture
def group() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_closing_kills_what_is_still_watched(group: subprocess.Popen[bytes]) -> None:
    guard = Guard()
    guard.watch(group.pid)

    guard.close()

    assert group.wait(30) == -9


def test_a_forgotten_group_lives_on(group: subprocess.Popen[bytes]) -> None:
    guard = Guard()
    guard.watch(group.pid)
    guard.forget(group.pid)

    guard.close()

    assert group.poll() is None


def test_a_killed_guard_is_replaced_and_knows_all_groups(group: subprocess.Popen[bytes]) -> None:
    guard = Guard()
    guard.watch(group.pid)
    (process,) = (p for p in psutil.Process().children() if "guard.py" in " ".join(p.cmdline()))
    process.kill()
    wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE)
    other = subprocess.Popen(["sleep", "600"], start_new_session=True)

    guard.watch(other.pid)
    guard.close()

    assert (group.wait(30), other.wait(30)) == (-9, -9)
    wait_gone(process.pid)
