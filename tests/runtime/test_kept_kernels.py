"""Kernels of failed notebooks that live on for people: reachable, limited, and ended in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from nbflow.core.kept import Keep, KeptKernel, KernelCounts
from nbflow.runtime.kept_kernels import end, is_alive
from nbflow.runtime.kernels import KernelPool
from tests.runtime.notebook_attempts import Attempts, is_gone, wait_gone, wait_until

A_WHILE = Keep(600.0, 1 << 40)
N = "reads_and_fails"


@pytest.fixture
def pool() -> Iterator[KernelPool]:
    with KernelPool(0) as pool:
        yield pool


@pytest.fixture
def attempts(pool: KernelPool, tmp_path: Path) -> Attempts:
    return Attempts(pool, tmp_path)


def kept(pool: KernelPool, whose: str = "task", keep: Keep = A_WHILE, code: str = "") -> KeptKernel:
    """A kernel of `pool` that has run `code`, kept."""
    kernel = pool.take()
    kernel.run(code)
    found = pool.keep(kernel, whose, keep)
    assert found is not None
    return found


def seen_in(kernel: KeptKernel, expression: str) -> str:
    """What a stranger with the connection file is told."""
    client = BlockingKernelClient()
    client.load_connection_info(kernel.connection)  # type: ignore[arg-type] # JSON of that form
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive("", user_expressions={"it": expression}, timeout=60)
        return str(reply["content"]["user_expressions"]["it"]["data"]["text/plain"])
    finally:
        client.stop_channels()


def test_a_kept_kernel_still_has_its_variables_for_whoever_has_its_connection(
    pool: KernelPool,
) -> None:
    kernel = kept(pool, code="x = 41\n1 / 0")

    assert seen_in(kernel, "x + 1") == "42"
    assert is_alive(kernel)


def test_a_kept_kernel_is_counted_as_kept_and_not_as_busy(pool: KernelPool) -> None:
    busy = pool.take()
    kept(pool)
    assert pool.counts() == KernelCounts(ready=0, busy=1, kept=1)
    pool.release(busy, polite=False)


def test_a_kept_kernel_is_ended_when_its_time_is_over(pool: KernelPool) -> None:
    kernel = kept(pool, keep=Keep(0.05, 1 << 40))

    wait_gone(kernel.pid)
    wait_until(lambda: pool.kept == 0)
    assert is_alive(kernel) is False


def test_a_kept_kernel_is_ended_on_request(pool: KernelPool) -> None:
    kernel = kept(pool)

    end(kernel)

    assert is_alive(kernel) is False
    wait_until(lambda: pool.kept == 0)


def test_a_closing_pool_ends_what_it_keeps(pool: KernelPool) -> None:
    kernel = kept(pool)

    pool.close()

    assert is_gone(kernel.pid)


def test_a_second_failure_of_a_task_ends_the_kernel_of_its_first(pool: KernelPool) -> None:
    first, other = kept(pool, "task"), kept(pool, "other")

    second = kept(pool, "task")

    wait_gone(first.pid)
    assert is_alive(other)
    assert is_alive(second)


def test_the_oldest_kernel_goes_when_memory_is_short(pool: KernelPool) -> None:
    first = kept(pool, "first", code="large = bytearray(512 << 20)")
    # Much room for an ordinary kernel, none for the other beside it.
    second = kept(pool, "second", Keep(600.0, 500 << 20))

    wait_gone(first.pid)
    assert is_alive(second)


def test_a_kernel_larger_than_the_limit_is_not_kept(pool: KernelPool) -> None:
    kernel = pool.take()

    assert pool.keep(kernel, "task", Keep(600.0, 1 << 20)) is None
    pool.release(kernel, polite=False)


def test_a_pool_keeps_only_so_many(pool: KernelPool) -> None:
    kernels = [kept(pool, f"task {number}") for number in range(5)]

    wait_gone(kernels[0].pid)
    assert all(is_alive(kernel) for kernel in kernels[1:])


def test_a_failed_notebook_keeps_its_kernel_and_tells_what_its_cell_read(
    pool: KernelPool, attempts: Attempts
) -> None:
    outcome = attempts.run_cells(["clean", "fail"], notebook=N, setup=(), keep=A_WHILE).outcome

    assert outcome.kernel is not None
    assert seen_in(outcome.kernel, "rows") == "[1, 2, 0]"
    assert outcome.names_read == {"rows": "list of 3: [1, 2, 0]", "total": "int: 3"}


def test_a_notebook_that_succeeds_keeps_no_kernel(attempts: Attempts) -> None:
    outcome = attempts.run_cells(["clean"], notebook=N, setup=(), keep=A_WHILE).outcome

    assert outcome.kernel is None


def test_a_cell_with_another_source_in_the_order_runs_that(attempts: Attempts) -> None:
    ran = attempts.run_cells(
        ["clean", "fail"], notebook=N, setup=(), edits={"fail": "print(total)"}
    )

    assert ran.text("fail") == "3\n"
    assert ran.cell("fail").metadata.nbflow.edited
