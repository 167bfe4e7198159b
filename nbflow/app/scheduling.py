"""The scheduler, and what settings tell it about the cache, notifications and kept kernels."""

# ruff: noqa: PLC0415 - heavy rooms are imported by the function that needs them

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.app.learning import Learning
from nbflow.app.left_behind import discard_artifacts
from nbflow.app.project import make_data_folder
from nbflow.app.run_notebooks import Assembling
from nbflow.app.secrets import secret_lookup
from nbflow.core.kept import Keep
from nbflow.core.notifications import Notify
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.store.runs import ActiveRun

if TYPE_CHECKING:
    from nbflow.executors.base import Executor
    from nbflow.scheduler.answer_from_cache import CacheSettings
    from nbflow.scheduler.loop import Scheduler
    from nbflow.scheduler.notify import NotifySettings
    from nbflow.scheduler.settings import SchedulerSettings


def make_scheduler(
    settings: Settings,
    database: Database,
    executor: Executor,
    *,
    watch_dags: bool = True,
    secrets_of: Settings | None = None,
    on_run_finished: Callable[[ActiveRun], None] = lambda _: None,
) -> Scheduler:
    """A scheduler, with `watch_dags` over the DAG folders of these settings and their schedules.

    With `watch_dags` it also leaves the assembled notebook of every finished run of a cell DAG in
    the artifact store; who runs a single DAG asks for it by `keep_assembled`. Tasks get the
    variables and connections of the project with the settings `secrets_of`, by default this one.
    """
    from nbflow.scheduler.load_dags import DagLoader
    from nbflow.scheduler.loop import Scheduler

    assembling = Assembling(settings, database) if watch_dags else None

    def read_now(file: Path) -> None:
        if scheduler.loader is not None:
            scheduler.loader.read_now([str(file)])

    def finished(run: ActiveRun) -> None:
        if assembling is not None:
            assembling(run)
        on_run_finished(run)

    scheduler = Scheduler(
        database,
        executor,
        _scheduler_settings(settings, watch_dags=watch_dags, project=secrets_of),
        secrets=secret_lookup(secrets_of or settings),
        on_run_finished=finished,
        discard=discard_artifacts,
        learn=Learning(secrets_of or settings, database, read_now),
    )
    if watch_dags:
        roots = settings.dag_paths
        scheduler.loader = DagLoader(roots, scheduler.wake, settings.parse_timeout)
    return scheduler


def _scheduler_settings(
    settings: Settings, *, watch_dags: bool, project: Settings | None
) -> SchedulerSettings:
    from nbflow.scheduler.settings import SchedulerSettings

    return SchedulerSettings(
        settings.artifacts_url,
        settings.heartbeat,
        callback_timeout=settings.callback_timeout,
        secrets_timeout=settings.secrets_timeout,
        retention_days=settings.retention_days or None,
        retention_run_days=settings.retention_run_days or None,
        notify=notify_settings(settings) if watch_dags else None,
        schedules=watch_dags,
        parallelism=settings.parallelism,
        max_map_length=settings.max_map_length,
        max_value_size=settings.max_value_size,
        cache=cache_settings(settings, project=project),
        # Who runs a single DAG is gone before anybody could look into a kernel.
        keep=Keep(settings.keep_failed_kernel if watch_dags else 0.0, settings.kept_kernels_memory),
    )


def cache_settings(settings: Settings, project: Settings | None = None) -> CacheSettings:
    """How results are used again. A run in a store of its own, which belongs to this `project`,
    uses those of the others, and leaves its own to them.
    """
    from nbflow.runtime.artifacts import are_there, is_far
    from nbflow.scheduler.answer_from_cache import CacheSettings

    shared = None if project is None else partial(_cache_of_runs, project)
    keep = timedelta(days=settings.retention_days) if settings.retention_days else None
    return CacheSettings(settings.cache_verify, _environment, shared, are_there, keep, is_far)


def _environment(kernel: str | None) -> str:
    from nbflow.runtime.environment import fingerprint

    return fingerprint(kernel)


def _cache_of_runs(project: Settings) -> Database:
    folder = make_data_folder(project) / "runs"
    folder.mkdir(exist_ok=True)
    database = Database(f"sqlite:///{folder / 'cache.db'}")
    database.upgrade()
    return database


def notify_settings(settings: Settings) -> NotifySettings:
    """Whom the project's settings want to be told of what."""
    from nbflow.scheduler.notify import NotifySettings

    told = settings.notifications
    urls, words = tuple(told.urls), (told.title, told.body)
    return NotifySettings(
        runs=Notify(urls, tuple(told.on), *words),
        tasks=Notify(urls, tuple(told.on_tasks), *words),
        named=told.targets,
        mail=told.mail,
        link=told.link,
        timeout=told.timeout,
    )
