"""The composition root: the one place where rooms are put together. Doors ask here for parts that
are ready to use.

What a run leaves behind is read in `left_behind.py` and `run_notebooks.py`. Imported by the doors
and by `testing`, and by nothing else. Heavy rooms are imported by the
function that needs them, so that `nbflow dags list` does not pay for Dask.
"""

# ruff: noqa: PLC0415 - see the module docstring

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

from nbflow.app.learning import Learning
from nbflow.app.left_behind import (
    Printing,
    attempt_files,
    attempt_folder,
    attempt_printing,
    discard_artifacts,
    read_log,
    value_detail,
)
from nbflow.app.run_diffs import compare_runs
from nbflow.app.run_notebooks import (
    Assembling,
    ExportFormat,
    Ways,
    assembled_notebook,
    assembled_path,
    copies_to_compare,
    differs_in_order,
    export_run,
    keep_assembled,
    keep_run_notebook,
    run_notebook,
)
from nbflow.core.connections import Connection
from nbflow.core.dag import Dag
from nbflow.core.errors import NbflowError, RequestError
from nbflow.core.json import JsonObject
from nbflow.core.kept import Keep
from nbflow.core.notifications import Notify
from nbflow.core.orders import Source, SourceBundle
from nbflow.core.questions import Question
from nbflow.core.secrets import Secrets
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunType
from nbflow.settings import Settings
from nbflow.store import dags as dag_store
from nbflow.store import pools as pool_store
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from nbflow.store.pools import Pool

if TYPE_CHECKING:
    from nbflow.executors.base import Executor
    from nbflow.executors.runner import Runner
    from nbflow.runtime.run_task import TaskRunner
    from nbflow.scheduler.answer_from_cache import CacheSettings
    from nbflow.scheduler.loop import Scheduler
    from nbflow.scheduler.notify import NotifySettings
    from nbflow.store import secret_book as secret_books
    from nbflow.store.secret_lookup import SecretLookup, StoreOfSecrets
    from nbflow.views.shapes import ConnectionTest

__all__ = [
    "AskedBy",
    "ExportFormat",
    "Printing",
    "SecretBook",
    "Store",
    "Ways",
    "assembled_notebook",
    "assembled_path",
    "attempt_files",
    "attempt_folder",
    "attempt_printing",
    "compare_runs",
    "connect",
    "copies_to_compare",
    "create_run",
    "differs_in_order",
    "discard_artifacts",
    "export_run",
    "import_ahead",
    "in_project",
    "keep_assembled",
    "keep_run_notebook",
    "make_data_folder",
    "make_executor",
    "make_runner",
    "make_scheduler",
    "notify_settings",
    "open_database",
    "provide_pools",
    "questions_asked",
    "read_log",
    "run_notebook",
    "secret_book",
    "secret_lookup",
    "secrets_of_project",
    "try_connection",
    "utc_now",
    "value_detail",
]

Store: TypeAlias = Database
"""The store as doors hold it: opened here, handed to commands, views and feed."""


SecretBook: TypeAlias = "secret_books.SecretBook"
"""Variables and connections as doors hold them."""


def utc_now() -> datetime:
    """The clock of the doors."""
    return datetime.now(timezone.utc)


# -- parts -----------------------------------------------------------------------------------------


def open_database(settings: Settings) -> Database:
    """The store these settings name, its tables up to date.

    Raises NbflowError when there can be none.
    """
    database = connect(settings)
    database.upgrade()
    return database


def connect(settings: Settings) -> Database:
    """The store these settings name, its tables as they are.

    Raises NbflowError when there can be none.
    """
    try:
        make_data_folder(settings)
        return Database(settings.store_url)
    except (ValueError, OSError) as error:
        raise NbflowError(f"The store cannot be opened: {error}") from error


def make_data_folder(settings: Settings) -> Path:
    """Make it on first use, with a note that keeps it out of the user's repository."""
    folder = settings.data_folder
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return folder
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder


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


def make_scheduler(
    settings: Settings,
    database: Database,
    executor: Executor,
    *,
    watch_dags: bool = True,
    secrets_of: Settings | None = None,
    on_run_finished: Callable[[run_store.ActiveRun], None] = lambda _: None,
) -> Scheduler:
    """A scheduler, with `watch_dags` over the DAG folders of these settings and their schedules.

    With `watch_dags` it also leaves the assembled notebook of every finished run of a cell DAG in
    the artifact store; who runs a single DAG asks for it by `keep_assembled`. Tasks get the
    variables and connections of the project with the settings `secrets_of`, by default this one.
    """
    from nbflow.scheduler.load_dags import DagLoader
    from nbflow.scheduler.loop import Scheduler
    from nbflow.scheduler.settings import SchedulerSettings

    assembling = Assembling(settings, database) if watch_dags else None

    def read_now(file: Path) -> None:
        if scheduler.loader is not None:
            scheduler.loader.read_now([str(file)])

    def finished(run: run_store.ActiveRun) -> None:
        if assembling is not None:
            assembling(run)
        on_run_finished(run)

    scheduler = Scheduler(
        database,
        executor,
        SchedulerSettings(
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
            cache=cache_settings(settings, project=secrets_of),
            # Who runs a single DAG is gone before anybody could look into a kernel.
            keep=Keep(
                settings.keep_failed_kernel if watch_dags else 0.0, settings.kept_kernels_memory
            ),
        ),
        secrets=secret_lookup(secrets_of or settings),
        on_run_finished=finished,
        discard=discard_artifacts,
        learn=Learning(secrets_of or settings, database, read_now),
    )
    if watch_dags:
        roots = settings.dag_paths
        scheduler.loader = DagLoader(roots, scheduler.wake, settings.parse_timeout)
    return scheduler


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


# -- secrets ---------------------------------------------------------------------------------------


def secret_book(
    settings: Settings, database: Database, actor: str = "", door: str = "python"
) -> SecretBook:
    """The variables and connections of the project, on behalf of `actor`, who came by `door`."""
    from nbflow.store.keys import load_keys
    from nbflow.store.secret_book import SecretBook as Book

    return Book(database, partial(load_keys, settings.data_folder), actor, door=door)


def secret_lookup(settings: Settings) -> SecretLookup:
    """Where the tasks of the project get variables and connections from.

    The store is opened when somebody asks for what is found nowhere else.
    """
    from nbflow.store.secret_lookup import SecretLookup

    return SecretLookup(_StoreOfSecrets(settings))


def try_connection(connection: Connection) -> ConnectionTest:
    """Connect from this machine, and say in a sentence what came of it."""
    from nbflow.authoring.reaching import reach
    from nbflow.views.shapes import ConnectionTest as Test

    ok, message = reach(connection)
    return Test(ok, message)


class _StoreOfSecrets:
    """The project's own store, also for runs that are kept elsewhere. Not made by being asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: StoreOfSecrets | None = None

    def __call__(self, *, make: bool = False) -> StoreOfSecrets | None:
        from nbflow.store.keys import load_keys
        from nbflow.store.secret_lookup import StoreOfSecrets

        if self._opened is None:
            database = self._open(make=make)
            if database is None:
                return None
            keys = partial(load_keys, self._settings.data_folder)
            self._opened = StoreOfSecrets(database, keys)
        return self._opened

    def _open(self, *, make: bool) -> Database | None:
        if make:
            return open_database(self._settings)
        if not self._settings.store and not (self._settings.data_folder / "nbflow.db").exists():
            return None
        database = connect(self._settings)
        return database if database.is_current() else None


def secrets_of_project(names: Collection[str]) -> Secrets:
    """What a person's notebook may read that is run by hand: everything of the project it is in."""
    from nbflow.settings import load

    return secret_lookup(load().settings)(names)


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


# -- runs ------------------------------------------------------------------------------------------


def create_run(
    database: Database,
    dag: Dag,
    source: Source,
    *,
    file: str,
    params: JsonObject,
    logical_date: datetime | None = None,
    only: tuple[str, ...] | None = None,
    no_cache: bool = False,
) -> str:
    """Store a DAG and a run of it, or of the tasks `only`, to be executed by the next scheduler.

    Returns the run's id.
    """
    now = utc_now()
    bundle = source if isinstance(source, SourceBundle) else SourceBundle(uuid4().hex)
    run_id = f"manual__{now.isoformat(timespec='seconds')}_{uuid4().hex[:6]}"
    run = DagRun(
        dag_id=dag.dag_id,
        run_id=run_id,
        run_type=RunType.MANUAL,
        run_after=now,
        logical_date=logical_date or now,
        data_interval_start=logical_date or now,
        data_interval_end=logical_date or now,
        params=params,
        created_at=now,
        only=only,
        no_cache=no_cache,
    )
    with database.transaction() as session:
        dag_store.save_file(session, file, [dag], bundle, [], now)
        stored = dag_store.current_version(session, dag.dag_id)
        if stored is None:
            raise LookupError(f"DAG {dag.dag_id!r} was stored and cannot be found.")
        run_store.create_run(session, run, stored.version_id, dag)
    return run_id


AskedBy: TypeAlias = tuple[str, str, str, int]
"""Who asks a person: DAG, run, task and map index."""


def questions_asked(scheduler: Scheduler) -> Mapping[AskedBy, Question]:
    """What tasks ask in the runs that this scheduler leads."""
    book = scheduler.book
    if book is None:
        return {}
    found: dict[AskedBy, Question] = {}
    for (run_pk, (task_id, map_index)), condition in book.watch.asking.items():
        run = book.runs[run_pk].snapshot.run
        found[run.dag_id, run.run_id, task_id, map_index] = Question.of(condition)
    return found


def provide_pools(database: Database, dag: Dag, *, private: bool) -> None:
    """See to it that the pools exist that the tasks of `dag` name.

    In a store of a run's own nobody shares them, so that missing ones are made, without a limit.
    Elsewhere somebody has to say how many slots they have: raises RequestError.
    """
    with database.transaction() as session:
        known = pool_store.slots(session)
        missing = {task.pool: task.task_id for task in dag.tasks if task.pool not in known}
        for name in missing if private else ():
            pool_store.save(session, Pool(name, -1))
    if missing and not private:
        name, task_id = next(iter(missing.items()))
        raise RequestError(
            f"Task {task_id!r} names the pool {name!r}, which this store does not have. "
            f"Make it: nbflow pools set {name} SLOTS"
        )


def in_project(settings: Settings, path: Path) -> str:
    """`path` relative to the project folder where it is inside, else absolute."""
    absolute = path.resolve()
    home = settings.home.resolve()
    return str(absolute.relative_to(home)) if absolute.is_relative_to(home) else str(absolute)
