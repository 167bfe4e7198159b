"""Carries out one run for `nbflow run`, and sums it up."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from threading import Event, Thread

from rich.text import Text

from nbflow import app
from nbflow.cli.definitions import FoundDag, read_params
from nbflow.cli.interrupts import INTERRUPTED, on_interrupt
from nbflow.cli.output import Output, between, near, print_problems, show
from nbflow.cli.progress import ACTIVE_RUNS, Screen, following
from nbflow.cli.project import user
from nbflow.commands import Commands, schema_errors
from nbflow.commands.asking import selected_tasks
from nbflow.core import params as param_rules
from nbflow.core.dag import TaskKind
from nbflow.core.errors import DefinitionError, RequestError
from nbflow.core.json import Json
from nbflow.core.questions import Question
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.health import health
from nbflow.views.runs import newest_tries, run_detail
from nbflow.views.shapes import RunDetail

IN_KERNELS = (TaskKind.NOTEBOOK, TaskKind.CELLS)


@dataclass(frozen=True)
class TaskSummary:
    """One task in the result; part of the stable surface."""

    task_id: str
    map_index: int
    state: str
    reason: str | None
    message: str
    try_number: int
    started_at: str | None
    ended_at: str | None
    upstream: list[str]
    output_notebook: str | None
    log: str | None


@dataclass(frozen=True)
class RunSummary:
    """What `nbflow run --output json` prints; part of the stable surface."""

    dag_id: str
    run_id: str
    state: str
    started_at: str | None
    ended_at: str | None
    output_notebook: str | None
    tasks: list[TaskSummary]


class OneRun:
    """One run: in which store it is kept and where its tasks run.

    A `store` of None means one of its own, in a folder of its own below the project's data.
    `stream`: whether to show what tasks print; by default on a terminal.
    """

    def __init__(
        self,
        project: Settings,
        executor: str,
        store: str | None,
        output: Output,
        stream: bool | None = None,
    ) -> None:
        self._settings = (
            _private(project, executor) if store is None else _kept(project, executor, store)
        )
        self._project = project
        self._is_private = store is None
        self._output = output
        self._stream = stream
        self._runner = app.make_runner(self._settings) if executor == "inline" else None

    def get_ready(self, target: str) -> None:
        """Start ahead what the run will need, while its file is read."""
        is_notebook = target.endswith(".ipynb")
        if is_notebook:
            self._warm_up({TaskKind.CELLS: 1})
        app.import_ahead(notebooks=is_notebook)

    def close(self) -> None:
        """End what was started ahead."""
        if self._runner is not None:
            self._runner.close()

    def carry_out(
        self,
        found: FoundDag,
        params: Sequence[str] | None,
        tasks: Sequence[str] | None = None,
        *,
        no_cache: bool = False,
    ) -> int:
        """Run the DAG, or what `tasks` select of it, to its end and say what happened.

        Returns the exit code. Raises DefinitionError with every param that does not fit.
        """
        with self.carried_out(found, params, tasks, no_cache=no_cache) as (
            summary,
            interrupted,
            database,
        ):
            show(summary, self._output, lambda: last_words(database, summary))
        return INTERRUPTED if interrupted else int(summary.state != "success")

    @contextmanager
    def carried_out(
        self,
        found: FoundDag,
        params: Sequence[str] | None,
        tasks: Sequence[str] | None = None,
        *,
        no_cache: bool = False,
        agrees: bool = False,
    ) -> Iterator[tuple[RunSummary, bool, Database]]:
        """Run the DAG to its end: what happened, whether the user interrupted it, and its store.

        With `agrees` no person is asked: the first option of every question is taken.

        Raises DefinitionError with every param that does not fit.
        """
        dag = found.dag
        self._warm_up(Counter(task.kind for task in dag.tasks))
        if found.warnings and self._output is Output.TABLE:
            print_problems(found.warnings)
        values = checked_params(found, params)
        only = None if tasks is None else selected_tasks(dag, tasks)
        app.make_data_folder(self._project)
        with app.open_database(self._settings) as database:
            if not self._is_private:
                _refuse_if_in_use(database)
            app.provide_pools(database, dag, private=self._is_private)
            run_id = app.create_run(
                database,
                dag,
                found.bundle,
                file=found.file,
                params=values,
                only=only,
                no_cache=no_cache,
            )
            interrupted = self._to_its_end(database, dag.dag_id, run_id, agrees=agrees)
            detail = run_detail(database, dag.dag_id, run_id)
            yield summarise(self._settings, database, detail), interrupted, database

    def _warm_up(self, tasks: Mapping[TaskKind, int]) -> None:
        if self._runner is not None:
            self._runner.expect_kernels(sum(tasks.get(kind, 0) for kind in IN_KERNELS))
            Thread(target=self._runner.warm_up, args=(set(tasks),), daemon=True).start()

    def _to_its_end(self, database: Database, dag_id: str, run_id: str, *, agrees: bool) -> bool:
        """Be the scheduler of the run. Returns whether the user interrupted it."""
        ended = Event()
        scheduler = app.make_scheduler(
            self._settings,
            database,
            app.make_executor(self._settings, self._runner),
            watch_dags=False,
            secrets_of=self._project if self._is_private else None,
            on_run_finished=lambda run: ended.set() if run.snapshot.run.run_id == run_id else None,
        )

        told: set[object] = set()

        def is_over() -> bool:
            asked = {
                by: question
                for by, question in app.questions_asked(scheduler).items()
                if by not in told
            }
            told.update(asked)
            (_agree if agrees else _tell_questions)(asked, database, screen)
            return ended.is_set() or not (
                scheduler.leader.is_leading or _is_active(database, dag_id, run_id)
            )

        def cancel() -> None:
            screen.note("Cancelling. Interrupt again to stop at once.")
            with suppress(RequestError):  # it has just ended
                Commands(database, user(), door="cli").cancel(dag_id, run_id)

        with (
            following(
                self._settings, database, dag_id, run_id, self._output, self._stream
            ) as screen,
            on_interrupt(cancel) as interrupts,
        ):
            scheduler.run_until(is_over)
        return interrupts.came


def _agree(asked: Mapping[app.AskedBy, Question], database: Database, screen: Screen) -> None:
    """Take the first option of each question, as whoever may answer it."""
    for by, question in asked.items():
        dag_id, run_id, task_id, map_index = by
        screen.note(f"{task_id} asks: {question.subject} Taken to be {question.options[0]}.")
        commands = Commands(database, next(iter(question.assigned_users), user()), door="cli")
        commands.answer_question(dag_id, run_id, task_id, question.options[:1], None, map_index)


def _tell_questions(
    asked: Mapping[app.AskedBy, Question], database: Database, screen: Screen
) -> None:
    """Say of each question how to answer it, which only another terminal can."""
    for by, question in asked.items():
        dag_id, run_id, task_id, map_index = by
        index = f" --map-index {map_index}" if map_index >= 0 else ""
        screen.note(
            f"{task_id} asks: {question.subject} ({', '.join(question.options)}) "
            f"Answer in another terminal: nbflow tasks answer {dag_id} {task_id} "
            f"{shlex.quote(question.options[0])}{index} --run {run_id} --store {database.url}"
        )


def _kept(project: Settings, executor: str, store: str) -> Settings:
    return project.model_copy(update={"executor": executor, "store": store})


def _private(project: Settings, executor: str) -> Settings:
    """The project's settings with a data folder of the run's own."""
    now = datetime.now(timezone.utc)
    folder = project.data_folder / "runs" / f"{now:%Y%m%dT%H%M%S}-{now.microsecond:06d}"
    changes = {"executor": executor, "data": folder, "store": "", "artifacts": ""}
    return project.model_copy(update=changes)


def checked_params(found: FoundDag, texts: Sequence[str] | None) -> dict[str, Json]:
    """The params of a run. Raises DefinitionError with all that do not fit."""
    given = read_params(found.dag.params, texts)
    values, problems = param_rules.validate(found.dag.params, given, schema_errors)
    if problems:
        raise DefinitionError(problems)
    return values


def _refuse_if_in_use(database: Database) -> None:
    """What runs in a shared store belongs to its scheduler, also to one that just restarts."""
    found = health(database, app.utc_now())
    if found.scheduler.alive:
        raise RequestError(
            f"A scheduler is alive on this store, on {found.scheduler.hostname}. Ask it for a run "
            "with `nbflow dags trigger`, or leave out --store."
        )
    if found.running or found.queued:
        raise RequestError(
            f"{found.running + found.queued} runs in this store have not ended, and no scheduler "
            "is alive. Let `nbflow scheduler` end them, or leave out --store."
        )


def _is_active(database: Database, dag_id: str, run_id: str) -> bool:
    return run_detail(database, dag_id, run_id).run.state in ACTIVE_RUNS


# -- summing up ------------------------------------------------------------------------------------


def summarise(settings: Settings, database: Database, detail: RunDetail) -> RunSummary:
    """The run in the shape of the stable surface. Keeps its assembled notebook."""
    run = detail.run
    upstream = {task.task_id: task.upstream for task in detail.tasks}
    tries = newest_tries(database, run.dag_id, run.run_id)
    tasks: list[TaskSummary] = []
    for one in detail.instances:
        last = tries.get((one.task_id, one.map_index))
        tasks.append(
            TaskSummary(
                task_id=one.task_id,
                map_index=one.map_index,
                state=one.state,
                reason=one.reason,
                message=one.message,
                try_number=one.try_number,
                started_at=one.started_at,
                ended_at=one.ended_at,
                upstream=upstream[one.task_id],
                output_notebook=last.output_notebook if last else None,
                log=last.log if last else None,
            )
        )
    notebook = app.keep_assembled(settings, database, run.dag_id, run.run_id)
    return RunSummary(
        run.dag_id, run.run_id, run.state, run.started_at, run.ended_at, notebook, tasks
    )


TRACEBACK_LINES = 12


def last_words(database: Database, summary: RunSummary) -> Text:
    """What is left to say after the table: what failed, why, and where to look."""
    text = Text()
    tries = newest_tries(database, summary.dag_id, summary.run_id)
    for task in summary.tasks:
        if task.state != "failed":
            continue
        index = "" if task.map_index < 0 else f"[{task.map_index}]"
        text.append(f"\n{task.task_id}{index} failed: {task.message}\n", style="red")
        last = tries.get((task.task_id, task.map_index))
        traceback = last.traceback if last and last.traceback != task.message else ""
        lines = traceback.rstrip().splitlines()[-TRACEBACK_LINES:]
        text.append("".join(f"  {line}\n" for line in lines), style="bright_black")
        for name, place in (("log", task.log), ("notebook", task.output_notebook)):
            text.append(f"  {name}: {near(place)}\n" if place else "")
    if summary.output_notebook:
        text.append(f"\nThe notebook with all outputs: {near(summary.output_notebook)}\n")
    took = between(summary.started_at, summary.ended_at)
    return text.append(f"{summary.dag_id}: {summary.state} in {took}", style="bold")
