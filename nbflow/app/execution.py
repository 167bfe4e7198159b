"""What runs tasks: a runner in this process, or the executor that settings name."""

# ruff: noqa: PLC0415 - heavy rooms are imported by the function that needs them

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nbflow.settings import Settings

if TYPE_CHECKING:
    from nbflow.executors.base import Executor
    from nbflow.executors.runner import Runner
    from nbflow.runtime.run_task import TaskRunner


def make_runner(settings: Settings) -> TaskRunner:
    """What runs tasks in this process."""
    from nbflow.runtime.run_task import TaskRunner

    return TaskRunner(
        settings.data_folder / "bundles",
        kernels=settings.warm_kernels,
        preload=tuple(settings.preload),
    )


def import_ahead(*, notebooks: bool) -> None:
    """Import what it takes to carry out a run in this process, while there is time to do so."""
    import nbflow.executors.inline
    import nbflow.runtime.run_task
    import nbflow.scheduler.loop  # noqa: F401 - to have it
    from nbflow import slow_imports

    if notebooks:
        slow_imports.import_papermill()


def make_executor(settings: Settings, runner: Runner | None = None) -> Executor:
    """The executor these settings name; it starts nothing until the scheduler starts it.

    The inline one runs tasks by `runner`, which the caller has warmed up, or makes its own.
    """
    if settings.executor == "inline":
        from nbflow.executors.inline import InlineExecutor

        if runner is not None:
            return InlineExecutor(lambda: runner, slots=settings.slots, warm_up=False)
        return InlineExecutor(partial(make_runner, settings), slots=settings.slots)
    from nbflow import slow_imports

    slow_imports.import_distributed()
    from nbflow.executors.dask import DaskExecutor
    from nbflow.executors.dask_cluster import ClusterSpec
    from nbflow.executors.runner import TaskRunners

    spec = ClusterSpec(
        address=settings.dask_address or None,
        cluster_class=settings.dask_cluster or None,
        cluster_kwargs=settings.dask_cluster_kwargs,
        adapt={str(bound): workers for bound, workers in settings.dask_adapt.items()},
        workers=settings.workers,
        threads=settings.slots,
        dashboard=settings.dask_dashboard,
        resources=settings.dask_resources,
        queues=tuple(settings.dask_queues),
    )
    runners = TaskRunners(
        settings.data_folder / "bundles",
        kernels=settings.warm_kernels,
        preload=tuple(settings.preload),
    )
    return DaskExecutor(spec, runners, lease=settings.dask_lease)
