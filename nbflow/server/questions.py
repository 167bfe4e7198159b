"""Everything the handlers ask of the house and ask it to do: one function each, blocking, called
in threads.

Importing this loads the store; `project` does so when somebody first asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from nbflow import app, feed
from nbflow.app.shown_settings import shown_settings
from nbflow.commands import Commands
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.events import TaskKey
from nbflow.server import (
    bulk_questions,
    history_questions,
    notebook_questions,
    repair_questions,
    rerun_questions,
)
from nbflow.server.attempts import Attempt
from nbflow.server.bodies.admin import (
    AssetQuery,
    ConnectionBody,
    EmitEvent,
    PoolBody,
    ScaleBody,
    VariableBody,
)
from nbflow.server.bodies.cache import CacheListQuery
from nbflow.server.bodies.dags import DagQuery, DiffQuery, NextQuery, Pause, PreviewQuery
from nbflow.server.bodies.requests import AuditQuery, RequestsQuery
from nbflow.server.bodies.runs import ExportQuery, RunDetailQuery, RunDiffQuery, RunQuery
from nbflow.server.bodies.tasks import (
    Answer,
    InstanceQuery,
    InstancesQuery,
    PartQuery,
    QuestionQuery,
    TryQuery,
)
from nbflow.server.receipts import accepted, number_of
from nbflow.settings import LoadedSettings, Settings
from nbflow.views import assets as asset_views
from nbflow.views import audit as audit_views
from nbflow.views import cache as cache_views
from nbflow.views import cluster as cluster_views
from nbflow.views import dags as dag_views
from nbflow.views import health as health_views
from nbflow.views import instances as instance_views
from nbflow.views import overview as overview_views
from nbflow.views import pools as pool_views
from nbflow.views import questions as question_views
from nbflow.views import requests as request_views
from nbflow.views import runs as run_views
from nbflow.views import schedules as schedule_views
from nbflow.views import values as value_views
from nbflow.views import versions as version_views
from nbflow.views.audit import Sought
from nbflow.views.secrets import connection_view, merged, variable_view
from nbflow.views.shapes import (
    AssetDetail,
    AssetEventList,
    AssetList,
    AuditList,
    CacheDetail,
    CacheList,
    ChangeView,
    ClusterDetail,
    ClusterScaled,
    ConnectionList,
    ConnectionTest,
    ConnectionView,
    DagDetail,
    DagList,
    DagView,
    Health,
    ImportErrorList,
    LineageView,
    LiveCells,
    LogChunk,
    Overview,
    PoolDetail,
    PoolList,
    QuestionList,
    RequestList,
    RequestReceipt,
    RequestView,
    RunDetail,
    RunDiff,
    RunValues,
    ScheduleView,
    SettingList,
    TaskInstanceDetail,
    TaskInstancePage,
    ValueDetail,
    VariableList,
    VariableView,
    VersionDetail,
    VersionDiff,
    VersionList,
)

ANSWER_SECONDS = 10.0
_FINISHED_WITHOUT_TRY = frozenset({"skipped", "upstream_failed", "cancelled", "removed", "success"})


@dataclass(frozen=True)
class Questions:
    """The open project. Every method may raise what `refusals` knows, and nothing else.

    Files are named as the server's own file browser names them, from `root`, where they are in it.
    """

    settings: Settings
    store: app.Store
    root: Path
    origins: Mapping[str, str]

    # -- what there is -----------------------------------------------------------------------------

    def health(self) -> Health:
        return health_views.health(self.store, app.utc_now())

    def overview(self) -> Overview:
        folders = [self._name(str(path)) for path in self.settings.dag_paths]
        return overview_views.overview(self.store, app.utc_now(), folders)

    def dags(self, query: DagQuery) -> DagList:
        # The cursor first: what changes in between is then told twice rather than never.
        cursor = feed.now(self.store)
        found = dag_views.dag_list(self.store, app.utc_now(), query.search, query.tag)
        listed = [self._named(dag) for dag in found if query.paused in (None, dag.paused)]
        return DagList(listed, cursor)

    def dag(self, dag_id: str) -> DagDetail:
        found = dag_views.dag_detail(self.store, dag_id, app.utc_now())
        return replace(found, dag=self._named(found.dag))

    def schedule(self, dag_id: str, query: NextQuery) -> ScheduleView:
        return schedule_views.dag_schedule(self.store, dag_id, app.utc_now(), query.limit)

    def preview(self, query: PreviewQuery) -> ScheduleView:
        now = app.utc_now()
        return schedule_views.preview(query.schedule, query.timezone, now, query.limit)

    def import_errors(self) -> ImportErrorList:
        found = dag_views.import_errors(self.store)
        return ImportErrorList([replace(error, file=self._name(error.file)) for error in found])

    def _named(self, dag: DagView) -> DagView:
        return replace(dag, file=self._name(dag.file))

    def _name(self, file: str) -> str:
        path = Path(file)
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else file

    runs = history_questions.runs
    grid = history_questions.grid
    calendar = history_questions.calendar
    durations = history_questions.durations
    tries = history_questions.tries

    def run(self, dag_id: str, run_id: str, query: RunDetailQuery) -> RunDetail:
        return run_views.run_detail(self.store, dag_id, run_id, query.most)

    def run_notebook(self, dag_id: str, run_id: str) -> NotebookNode:
        """The run as one notebook, as far as it has come."""
        return app.run_notebook(self.settings, self.store, dag_id, run_id)

    def export(self, dag_id: str, run_id: str, query: ExportQuery) -> bytes:
        return app.export_run(self.settings, self.store, dag_id, run_id, query.to)

    def run_diff(self, dag_id: str, run_id: str, query: RunDiffQuery) -> RunDiff:
        return app.compare_runs(self.settings, self.store, dag_id, run_id, query.other, query.task)

    def task(
        self, dag_id: str, run_id: str, task_id: str, query: InstanceQuery
    ) -> TaskInstanceDetail:
        found = run_views.task_instance_detail(self.store, dag_id, run_id, task_id, query.map_index)
        return repair_questions.with_living_kernels(found)

    def instances(
        self, dag_id: str, run_id: str, task_id: str, query: InstancesQuery
    ) -> TaskInstancePage:
        return instance_views.instance_page(
            self.store,
            dag_id,
            run_id,
            task_id,
            state=query.state,
            after=query.after,
            limit=query.limit,
            search=query.search,
        )

    def log(self, dag_id: str, run_id: str, task_id: str, query: PartQuery) -> LogChunk:
        attempt = self.attempt(dag_id, run_id, task_id, query)
        if attempt is not None:
            return attempt.log(query.offset)
        return LogChunk("", 0, self._never_runs(dag_id, run_id, task_id, query))

    def cells(self, dag_id: str, run_id: str, task_id: str, query: PartQuery) -> LiveCells:
        attempt = self.attempt(dag_id, run_id, task_id, query)
        if attempt is not None:
            return attempt.cells(query.offset)
        return LiveCells([], 0, self._never_runs(dag_id, run_id, task_id, query))

    def task_notebook(
        self, dag_id: str, run_id: str, task_id: str, query: TryQuery
    ) -> NotebookNode:
        """The executed notebook of an attempt, as far as it has come."""
        attempt = self.attempt(dag_id, run_id, task_id, query)
        found = None if attempt is None else attempt.notebook()
        if found is not None:
            return found
        if self.task(dag_id, run_id, task_id, query).task.kind in ("notebook", "cells"):
            raise NotFoundError(f"Task {task_id!r} has not begun to execute its notebook.")
        raise NotFoundError(f"Task {task_id!r} runs no notebook. Its log holds what it printed.")

    def attempt(self, dag_id: str, run_id: str, task_id: str, query: TryQuery) -> Attempt | None:
        """The attempt that is meant; None while there is none. Raises NotFoundError."""
        number = query.try_number
        one = run_views.find_try(
            self.store, dag_id, run_id, task_id, map_index=query.map_index, try_number=number
        )
        if one is not None:
            ended = one.ended_at is not None
            folder = app.attempt_folder(self.settings, dag_id, run_id, task_id, one)
            return Attempt(folder, one.attempt_id, one.try_number, ended)
        detail = self.task(dag_id, run_id, task_id, query)
        if number is not None and number <= detail.instance.try_number:
            raise NotFoundError(f"Try {number} of task {task_id!r} is not kept any more.")
        return None

    def _never_runs(self, dag_id: str, run_id: str, task_id: str, query: InstanceQuery) -> bool:
        """Whether a task that has no try yet will have none."""
        state = self.task(dag_id, run_id, task_id, query).instance.state
        return state in _FINISHED_WITHOUT_TRY

    def cluster(self) -> ClusterDetail:
        return cluster_views.cluster_detail(self.store, app.utc_now())

    def pools(self) -> PoolList:
        return PoolList(pool_views.pool_list(self.store))

    def pool(self, name: str) -> PoolDetail:
        return pool_views.pool_detail(self.store, name)

    # -- assets ------------------------------------------------------------------------------------

    def cached(self, query: CacheListQuery) -> CacheList:
        return cache_views.cache_list(
            self.store, query.dag_id, query.task_id, search=query.search, limit=query.limit
        )

    def cached_result(self, key: str) -> CacheDetail:
        return cache_views.cache_detail(self.store, key)

    def assets(self, query: AssetQuery) -> AssetList:
        return asset_views.asset_list(self.store, query.search)

    def asset(self, name: str) -> AssetDetail:
        return asset_views.asset_detail(self.store, name)

    def asset_events(self, name: str | None, query: RunQuery) -> AssetEventList:
        known = None if name is None else asset_views.asset_detail(self.store, name, 1).asset.name
        return asset_views.asset_events(self.store, known, query.before, query.limit)

    def lineage(self) -> LineageView:
        return asset_views.lineage(self.store)

    # -- administration ----------------------------------------------------------------------------

    def audit(self, query: AuditQuery) -> AuditList:
        wanted = query.model_dump(exclude={"before", "limit"})
        return audit_views.audit(self.store, Sought(**wanted), query.before, query.limit)

    def shown_settings(self) -> SettingList:
        loaded = LoadedSettings(self.settings, self.origins)
        return SettingList(shown_settings(loaded))

    # -- variables and connections -----------------------------------------------------------------

    def variables(self) -> VariableList:
        return VariableList([variable_view(one) for one in self._secrets().variables()])

    def variable(self, key: str) -> VariableView:
        return variable_view(self._secrets().variable(key))

    def set_variable(self, actor: str, key: str, body: VariableBody) -> VariableView:
        book = self._secrets(actor)
        book.set_variables([book.new_variable(key, body.value, body.description)])
        return self.variable(key)

    def delete_variable(self, actor: str, key: str) -> None:
        self._secrets(actor).delete_variable(key)

    def connections(self) -> ConnectionList:
        return ConnectionList([connection_view(one) for one in self._secrets().connections()])

    def connection(self, conn_id: str) -> ConnectionView:
        return connection_view(self._secrets().connection(conn_id))

    def save_connection(self, actor: str, conn_id: str, body: ConnectionBody) -> ConnectionView:
        book = self._secrets(actor)
        before = [one for one in book.connections() if one.connection.conn_id == conn_id]
        fields = body.model_dump(by_alias=True, exclude_unset=True)
        book.save_connections([merged(conn_id, fields, before[0] if before else None)])
        return self.connection(conn_id)

    def delete_connection(self, actor: str, conn_id: str) -> None:
        self._secrets(actor).delete_connection(conn_id)

    def test_connection(self, conn_id: str) -> ConnectionTest:
        return app.try_connection(self._secrets().connection(conn_id).connection)

    def _secrets(self, actor: str = "") -> app.SecretBook:
        return app.secret_book(self.settings, self.store, actor, "rest")

    # -- versions, values, and all that is done a second time ------------------------------------

    def versions(self, dag_id: str) -> VersionList:
        return version_views.version_list(self.store, dag_id)

    def version(self, dag_id: str, number: int) -> VersionDetail:
        return version_views.version_detail(self.store, dag_id, number)

    def version_diff(self, dag_id: str, query: DiffQuery) -> VersionDiff:
        return version_views.version_diff(self.store, dag_id, query.old, query.new)

    def values(self, dag_id: str, run_id: str) -> RunValues:
        return value_views.run_values(self.store, dag_id, run_id)

    def value(self, dag_id: str, run_id: str, of: TaskKey, key: str) -> ValueDetail:
        return app.value_detail(self.store, dag_id, run_id, of, key)

    cancel_each = bulk_questions.cancel_each
    delete_each = bulk_questions.delete_each
    mark_each = bulk_questions.mark_each
    clear_each = bulk_questions.clear_each
    pause_each = bulk_questions.pause_each
    trigger_each = bulk_questions.trigger_each

    clear = rerun_questions.clear
    clear_runs = rerun_questions.clear_runs
    mark = rerun_questions.mark
    run_tasks = rerun_questions.run_tasks
    trigger = rerun_questions.trigger
    rerun = rerun_questions.rerun
    run_contents = rerun_questions.run_contents
    note = rerun_questions.note
    delete_run = rerun_questions.delete_run
    backfills = rerun_questions.backfills
    backfill = rerun_questions.backfill
    new_backfill = rerun_questions.new_backfill
    set_backfill_state = rerun_questions.set_backfill_state

    # -- notebooks ---------------------------------------------------------------------------------

    preview_notebook = notebook_questions.preview_notebook
    add_notebook = notebook_questions.add_notebook
    remove_notebook = notebook_questions.remove_notebook
    run_saved_notebook = notebook_questions.run_notebook

    # -- repair ------------------------------------------------------------------------------------

    kept_kernel = repair_questions.kept_kernel
    end_kernel = repair_questions.end_kernel
    debug_notebook = repair_questions.debug_notebook
    reconstructed = repair_questions.reconstructed
    resume = repair_questions.resume
    promote = repair_questions.promote

    # -- what changes ------------------------------------------------------------------------------

    def feed(self) -> feed.Feed:
        """A feed from now on."""
        return feed.Feed(self.store)

    def changes(self, cursor: int) -> Sequence[ChangeView]:
        """Some of what came after `cursor`, oldest first."""
        return feed.after(self.store, cursor).changes

    # -- what people ask for -----------------------------------------------------------------------

    def set_paused(self, actor: str, dag_id: str, body: Pause) -> RequestReceipt:
        verbs = self._verbs(actor)
        if body.paused:
            return accepted(verbs.pause(dag_id, hold=body.hold))
        return accepted(verbs.unpause(dag_id))

    def cancel(self, actor: str, dag_id: str, run_id: str) -> RequestReceipt:
        return accepted(self._verbs(actor).cancel(dag_id, run_id))

    def verbs(self, actor: str) -> Commands:
        """What `actor` can ask for."""
        return self._verbs(actor)

    def scale(self, actor: str, body: ScaleBody) -> ClusterScaled:
        """Ask the scheduler, and wait for what it says: it may refuse."""
        verbs = self._verbs(actor)
        receipt = verbs.scale_cluster(body.minimum, body.maximum)
        answer = verbs.answer(receipt, ANSWER_SECONDS)
        if answer is None:
            raise RequestError(
                "No scheduler has answered yet. The request is written down: the next one will."
            )
        if answer.outcome == "refused":
            raise RequestError(answer.message)
        return ClusterScaled(receipt.request_id or 0, answer.message)

    def set_pool(self, actor: str, name: str, body: PoolBody) -> PoolDetail:
        self._verbs(actor).set_pool(
            name, body.slots, body.description, include_deferred=body.include_deferred
        )
        return self.pool(name)

    def delete_pool(self, actor: str, name: str) -> RequestReceipt:
        return accepted(self._verbs(actor).delete_pool(name))

    def emit(self, actor: str, name: str, body: EmitEvent) -> RequestReceipt:
        return accepted(self._verbs(actor).emit(name, body.extra))

    def requests(self, query: RequestsQuery) -> RequestList:
        return request_views.request_list(self.store, query.limit)

    def request(self, request_id: str) -> RequestView:
        return request_views.request_view(self.store, number_of(request_id, "Requests"))

    def open_questions(self, query: QuestionQuery) -> QuestionList:
        return question_views.questions(self.store, query.dag_id)

    def answer(
        self, actor: str, dag_id: str, run_id: str, task_id: str, body: Answer
    ) -> RequestReceipt:
        verbs = self._verbs(actor)
        receipt = verbs.answer_question(
            dag_id, run_id, task_id, body.chosen, body.params, body.map_index
        )
        return accepted(receipt)

    def _verbs(self, actor: str) -> Commands:
        return Commands(self.store, actor, door="rest")
