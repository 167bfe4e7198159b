"""Executors of every kind, started once for the tests that leave them as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psutil
import pytest

from nbflow.executors.dask import DaskExecutor
from nbflow.executors.dask_cluster import ClusterSpec
from nbflow.executors.inline import InlineExecutor
from tests.executors.dask_processes import ExternalDask
from tests.executors.desk import Desk
from tests.executors.small_runner import SmallRunner
from tests.executors.tcp_relay import TcpRelay

SLOTS = 2


@pytest.fixture(scope="session")
def inline() -> Iterator[InlineExecutor]:
    executor = InlineExecutor(SmallRunner, slots=SLOTS)
    yield executor
    executor.close()


@pytest.fixture(scope="session")
def embedded() -> Iterator[DaskExecutor]:
    executor = DaskExecutor(ClusterSpec(workers=1, threads=SLOTS, dashboard=False), SmallRunner)
    yield executor
    executor.close()


@pytest.fixture(scope="session")
def external(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskExecutor]:
    with closing(ExternalDask(tmp_path_factory.mktemp("dask"))) as dask:
        dask.add_worker(threads=SLOTS)
        executor = DaskExecutor(ClusterSpec(address=dask.address), SmallRunner)
        yield executor
        executor.close()


def _children() -> set[psutil.Process]:
    """Every process below this one, but that in which Python's multiprocessing keeps its books."""
    children = psutil.Process().children(recursive=True)
    return {each for each in children if not _keeps_books(each)}


def _keeps_books(process: psutil.Process) -> bool:
    try:
        return any("resource_tracker" in part for part in process.cmdline())
    except psutil.NoSuchProcess:
        return False


_started: dict[str, Desk] = {}


@pytest.fixture(params=["inline", "embedded", "external"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """A desk at an executor with two slots."""
    return _desk(str(request.param), request)


@pytest.fixture
def embedded_desk(request: pytest.FixtureRequest) -> Desk:
    """A desk at the embedded Dask cluster with two slots."""
    return _desk("embedded", request)


def _desk(kind: str, request: pytest.FixtureRequest) -> Desk:
    executor = request.getfixturevalue(kind)
    if kind not in _started:
        _started[kind] = Desk(executor).start()
    desk = _started[kind]
    desk.reports.clear()
    desk.acknowledges = True
    return desk


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[ExternalDask]:
    """A Dask scheduler of this test's own, without workers."""
    with closing(ExternalDask(tmp_path)) as dask:
        yield dask


@pytest.fixture
def relay(dask: ExternalDask) -> Iterator[TcpRelay]:
    """A network to `dask` that can be broken. Ask for it before `open_desk`, to outlive it."""
    with closing(TcpRelay(dask.address)) as relay:
        yield relay


OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(dask: ExternalDask) -> Iterator[OpenDesk]:
    """Opens desks at executors of their own on `dask`, which close after the test."""
    with ExitStack() as closing:

        def open_one(*, lease: float = 30.0, patience: float = 30.0, address: str = "") -> Desk:
            spec = ClusterSpec(address=address or dask.address)
            executor = DaskExecutor(spec, SmallRunner, lease=lease, patience=patience)
            closing.callback(executor.close)
            return Desk(executor).start()

        yield open_one


@pytest.fixture
def forever(tmp_path: Path) -> Iterator[str]:
    """A shell command that lasts as long as the test, though its worker be killed."""
    flag = tmp_path / "forever"
    flag.touch()
    yield f"while [ -e {flag} ]; do sleep 0.1; done"
    flag.unlink()


@pytest.fixture
def no_children_left() -> Iterator[None]:
    """Fails if the test leaves processes behind."""
    before = _children()
    yield
    _, alive = psutil.wait_procs(_children() - before, timeout=60)
    assert not alive
