"""What `nbflow standalone --demo` shows: every DAG of the project runs once, to its end or until it
needs a person's answer, and it is said what happened.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Sequence

from rich.text import Text

from nbflow import app
from nbflow.authoring import discovery
from nbflow.cli.one_run import RunSummary, last_words, summarise
from nbflow.cli.output import Output, counted, say
from nbflow.cli.progress import follow, shown
from nbflow.commands import Commands
from nbflow.core.errors import NbflowError
from nbflow.core.states import RunState, TaskState
from nbflow.feed import Feed
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.dags import dag_list
from nbflow.views.questions import questions
from nbflow.views.runs import run_detail, run_list
from nbflow.views.shapes import DagView, QuestionView, RunView

READ_SECONDS = 120.0
LOOK_SECONDS = 0.5

Check = Callable[[], None]
"""Raises what ends the demo early."""


def run_demo(settings: Settings, check: Check, output: Output) -> list[RunSummary]:
    """Run every DAG of the project once, and for a person say how each went.

    `check` is called several times a second.
    """
    dag_ids = _dag_ids(settings)
    with app.open_database(settings) as database:
        _wait_until(database, check, lambda: dag_ids <= {dag.dag_id for dag in _dags(database)})
        chosen = [dag for dag in _dags(database) if dag.dag_id in dag_ids]
        if output is Output.TABLE:
            _introduce(chosen)
        commands = Commands(database, "demo")
        asked = {dag.dag_id: commands.trigger(dag.dag_id).run_id or "" for dag in chosen}
        summaries: list[RunSummary] = []
        for dag_id, run_id in asked.items():
            _follow(settings, database, dag_id, run_id, check, output)
            summary = summarise(settings, database, run_detail(database, dag_id, run_id))
            summaries.append(summary)
            if output is Output.TABLE:
                asks = _open_questions(database, dag_id, run_id)
                say(_how_to_answer(asks) if asks else last_words(database, summary))
    if output is Output.TABLE:
        say(Text(f"\n{_result(summaries)}", style="bold"))
    return summaries


def _result(summaries: Sequence[RunSummary]) -> str:
    succeeded = sum(one.state == RunState.SUCCESS for one in summaries)
    waiting = sum(one.state == RunState.RUNNING for one in summaries)
    rest = f", {waiting} waits for an answer" if waiting == 1 else f", {waiting} wait for answers"
    return f"{succeeded} of {len(summaries)} runs succeeded{rest if waiting else ''}."


def _introduce(dags: Sequence[DagView]) -> None:
    say(
        Text(f"\nThe scheduler has read {counted(len(dags), 'DAG')}. Each runs once.", style="bold")
    )
    for dag in dags:
        say(Text.assemble((f"  {dag.dag_id}", "bold"), f"  {dag.description}  ({dag.file})"))


def _dag_ids(settings: Settings) -> set[str]:
    """What the scheduler will find, read in the same way."""
    roots = settings.dag_paths
    files = discovery.scan(roots, {}).changed
    parsed = discovery.parse_files(files, roots, settings.parse_timeout)
    found = {dag.dag_id for file in parsed for dag in file.dags}
    if not found:
        folders = ", ".join(map(str, settings.dags))
        raise NbflowError(f"There are no DAGs in {folders}. `nbflow init` makes a first one.")
    return found


def _dags(database: Database) -> list[DagView]:
    return dag_list(database, app.utc_now())


def _wait_until(database: Database, check: Check, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READ_SECONDS
    with Feed(database) as feed:
        while not is_so():
            check()
            if time.monotonic() > deadline:
                raise NbflowError(
                    f"The scheduler has not read all DAG files within {READ_SECONDS:g} s. "
                    "`nbflow dags errors` tells what is wrong with them."
                )
            feed.next(LOOK_SECONDS)


def _follow(
    settings: Settings, database: Database, dag_id: str, run_id: str, check: Check, output: Output
) -> None:
    """Show one run to its end."""

    def exists() -> bool:
        return any(run.run_id == run_id for run in run_list(database, dag_id).runs)

    def is_over() -> bool:
        check()
        asked = _open_questions(database, dag_id, run_id)
        if not asked:
            return False
        return _waits_for_a_person(run_detail(database, dag_id, run_id).run, asked)

    _wait_until(database, check, exists)
    detail = run_detail(database, dag_id, run_id)
    if output is Output.TABLE:
        say(Text(f"\n{dag_id}", style="bold") if not sys.stdout.isatty() else "")
    with shown(detail, output, stream=False) as screen:
        follow(settings, database, detail, screen, is_over)


def _open_questions(database: Database, dag_id: str, run_id: str) -> list[QuestionView]:
    return [one for one in questions(database, dag_id).questions if one.run_id == run_id]


def _waits_for_a_person(run: RunView, asked: Sequence[QuestionView]) -> bool:
    """Whether nothing more happens in the run before somebody answers."""
    begun = {state: n for state, n in run.counts.items() if not TaskState(state).is_finished}
    begun.pop(TaskState.NONE, None)
    return bool(asked) and begun == {TaskState.DEFERRED: len(asked)}


def _how_to_answer(asked: Sequence[QuestionView]) -> Text:
    text = Text()
    for one in asked:
        text.append(f"\n{one.task_id} asks: {one.subject}\n", style="bold")
        command = ["nbflow", "tasks", "answer", one.dag_id, one.task_id, one.options[0]]
        index = ["--map-index", str(one.map_index)] if one.map_index >= 0 else []
        text.append(f"  Answer in the panel, or with: {shlex.join([*command, *index])}")
    return text
