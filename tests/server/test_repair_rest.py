"""A failed task repaired over REST: its kernel on this machine or another, and what is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from jupyter_server.serverapp import ServerApp

from nbflow import app
from nbflow.core.kept import Keep, KeptKernel
from nbflow.runtime.kernels import KernelPool
from nbflow.store.database import Database
from tests.runtime.notebook_attempts import wait_gone
from tests.scheduler.stage import BAD, a_dag, start_run
from tests.server.conftest import BeginWork
from tests.server.gate import Gate
from tests.server.screen import Api, eventually

TASK = ("dags", "d", "runs", "r", "tasks", "a")
Fail = Callable[[KeptKernel | None], Awaitable[None]]


@pytest.fixture
def fail(database: Database, begin_work: BeginWork) -> Fail:
    """Let the task a fail, with this kernel kept."""

    async def fail(kept: KeptKernel | None) -> None:
        start_run(database, a_dag("a"))
        work = begin_work()
        await eventually(lambda: bool(work.hands.running))
        work.finish("a", replace(BAD, kernel=kept))

    return fail


@pytest.fixture
def living() -> Iterator[KeptKernel]:
    """A kernel that lives on here."""
    with KernelPool(0) as pool:
        kept = pool.keep(pool.take(), "a", Keep(60.0))
        assert kept is not None
        yield kept


async def failed(api: Api) -> dict[str, object]:
    detail = await api.until(lambda found: found["instance"]["state"] == "failed", *TASK)
    return dict(detail["tries"][0])


async def test_a_kept_kernel_is_attached_to_and_ended(
    api: Api, server: ServerApp, fail: Fail, living: KeptKernel
) -> None:
    await fail(living)
    kernel = (await failed(api))["kernel"]
    assert isinstance(kernel, dict)
    assert (kernel["pid"], kernel["here"]) == (living.pid, True)

    session = await api.post(*TASK, "debug")

    assert session.status == 200
    assert session.json["kernel_id"] in server.kernel_manager.list_kernel_ids()
    again = await api.post(*TASK, "debug")
    assert again.json["kernel_id"] == session.json["kernel_id"]
    assert (await api.delete(*TASK, "debug")).status == 204
    wait_gone(living.pid)
    gone = await api.post(*TASK, "debug")
    assert (gone.status, "has ended. Reconstruct a instead" in gone.message) == (409, True)
    assert (await failed(api))["kernel"] is None


async def test_a_kernel_of_another_machine_is_shown_and_debug_says_why_not(
    api: Api, fail: Fail
) -> None:
    later = app.utc_now() + timedelta(minutes=15)
    await fail(KeptKernel("elsewhere", 7, 1.0, later))
    kernel = (await failed(api))["kernel"]
    assert isinstance(kernel, dict)
    assert (kernel["host"], kernel["here"]) == ("elsewhere", False)

    answer = await api.post(*TASK, "debug")

    assert answer.status == 409
    assert "lives on elsewhere, which only a Jupyter server there can attach to" in answer.message
    assert "Reconstruct a instead" in answer.message


async def test_what_cannot_be_repaired_is_refused_in_a_sentence(api: Api, fail: Fail) -> None:
    await fail(None)
    await failed(api)

    kept = await api.post(*TASK, "debug")
    code = await api.get(*TASK, "reconstruct")
    nobody = await api.get("dags", "d", "runs", "r", "tasks", "nobody", "reconstruct")
    cells = await api.post(*TASK, "promote", body={"cells": [1]})

    assert (kept.status, "was not kept" in kept.message) == (409, True)
    assert (code.status, "'a' runs no notebook" in code.message) == (409, True)
    assert nobody.status == 404
    assert cells.status == 400


async def test_who_may_not_execute_gets_no_kernel(api: Api, gate: Gate, fail: Fail) -> None:
    await fail(None)
    gate.denied |= {("nbflow:runs", "execute"), ("nbflow:dags", "write")}

    answers = [
        await api.get(*TASK, "debug"),
        await api.post(*TASK, "debug"),
        await api.delete(*TASK, "debug"),
        await api.get(*TASK, "reconstruct"),
        await api.post(*TASK, "resume", body={"cells": {}}),
        await api.post(*TASK, "promote", body={"cells": {}}),
    ]

    assert [answer.status for answer in answers] == [403] * 6
