"""`nbflow tasks`: list, logs, why, questions, answer, clear, mark, run, note."""

from __future__ import annotations

import sys
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

import typer
from rich.text import Text

from nbflow import app
from nbflow.cli import repair
from nbflow.cli.again import (
    DownstreamOption,
    DryRunOption,
    FutureOption,
    LatestOption,
    NoteOption,
    OnlyFailedOption,
    OnlyRunningOption,
    PastOption,
    RecursiveOption,
    UpstreamOption,
    YesOption,
    preview_and_ask,
)
from nbflow.cli.asking import asks
from nbflow.cli.definitions import NoCacheOption, ParamOption, read_params
from nbflow.cli.log_following import followed_log
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    errors_as_sentences,
    rows,
    show,
    state_text,
)
from nbflow.cli.project import project
from nbflow.cli.run_names import (
    DagArgument,
    IndexOption,
    RunArgument,
    RunOption,
    TaskArgument,
    TryOption,
    newest,
)
from nbflow.views.questions import questions as open_questions
from nbflow.views.runs import find_try, run_detail, task_instance_detail
from nbflow.views.shapes import Condition, QuestionView, TaskInstanceView

tasks = typer.Typer(no_args_is_help=True)
repair.add_to(tasks)


@tasks.command("list")
def list_(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the task instances of a run."""
    with errors_as_sentences(output):
        here = project(store)
        found = run_detail(here.database, dag_id, newest(here, dag_id, run_id)).instances
    lines = [[_name(i), state_text(i.state), i.try_number, i.reason, i.message] for i in found]
    columns = ("TASK", "STATE", "TRY", "REASON", "")
    show(found, output, lambda: rows(columns, lines, "This DAG has no tasks."))


@tasks.command("show")
def show_(
    dag_id: DagArgument,
    task_id: TaskArgument,
    run: RunOption = None,
    map_index: IndexOption = -1,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one task instance: its state, its tries, its rendered fields and its values."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        detail = task_instance_detail(here.database, dag_id, run_id, task_id, map_index)
    one = detail.instance
    rendered = detail.tries[0].rendered if detail.tries else {}
    facts: list[tuple[str, object]] = [
        ("state", state_text(one.state)),
        ("try", one.try_number),
        ("message", one.message),
    ]
    newest_try = detail.tries[0] if detail.tries else None
    if newest_try is not None and one.state == "failed":
        facts += [] if newest_try.cell is None else [("cell", newest_try.cell)]
        facts += [("read", f"{name}: {look}") for name, look in newest_try.names_read.items()]
        facts += [("traceback", newest_try.traceback)] if newest_try.traceback else []
    facts += [("rendered", f"{name}: {text}") for name, text in rendered.items()]
    facts += [("value", f"{value.key}: {value.preview}") for value in detail.values]
    lines = [list(fact) for fact in facts]
    show(detail, output, lambda: rows(("", ""), lines, ""))


@tasks.command()
def logs(
    dag_id: DagArgument,
    task_id: TaskArgument,
    run: RunOption = None,
    map_index: IndexOption = -1,
    try_number: TryOption = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on as it grows, until the task has ended.")
    ] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Print the log of a task."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        if follow:
            for text in followed_log(here, dag_id, run_id, task_id, map_index):
                sys.stdout.write(text)
                sys.stdout.flush()
            return
        one = find_try(
            here.database, dag_id, run_id, task_id, map_index=map_index, try_number=try_number
        )
        if one is None:
            # Has it not run yet, or is there no such task?
            task_instance_detail(here.database, dag_id, run_id, task_id, map_index)
        text = "" if one is None else app.read_log(here.settings, dag_id, run_id, task_id, one)
    if output is Output.JSON:
        show({"task_id": task_id, "try_number": one and one.try_number, "log": text}, output, str)
    else:
        sys.stdout.write(text or f"{task_id} has written nothing yet.\n")


@tasks.command()
def why(
    dag_id: DagArgument,
    task_id: TaskArgument,
    run: RunOption = None,
    map_index: IndexOption = -1,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say why a task is not running: every condition, met or not, and when it is looked at next."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        detail = task_instance_detail(here.database, dag_id, run_id, task_id, map_index)
    state = detail.instance.state
    empty = f"{task_id} is not waiting: it is {state}. {detail.instance.message}"
    answer = {"task_id": task_id, "state": state, "why": detail.why}
    lines = [_line(condition) for condition in detail.why]
    show(answer, output, lambda: rows(("", "CONDITION", "LOOKED AT NEXT"), lines, empty))


def _name(instance: TaskInstanceView) -> str:
    if instance.map_index < 0:
        return instance.task_id
    name = f" {instance.map_name}" if instance.map_name else ""
    return f"{instance.task_id}[{instance.map_index}]{name}"


def _line(condition: Condition) -> list[object]:
    mark = Text("✓", style="green") if condition.met else Text("✗", style="red")
    return [mark, condition.text, _when(condition.next_look or "")]


def _when(next_look: str) -> str:
    """The next look is an instant in ISO's form, or an event in words."""
    try:
        at = datetime.fromisoformat(next_look)
    except ValueError:
        return next_look
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


@tasks.command()
def questions(
    dag_id: Annotated[str | None, typer.Argument(help="Only those of this DAG.")] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List what tasks ask people and nobody has answered yet."""
    with errors_as_sentences(output):
        found = open_questions(project(store).database, dag_id)
    lines = [_question(one) for one in found.questions]
    columns = ("DAG", "RUN", "TASK", "QUESTION", "OPTIONS", "UNTIL")
    show(found, output, lambda: rows(columns, lines, "Nobody is asked anything."))


def _question(one: QuestionView) -> list[object]:
    form = [f"--param {name}=..." for name in one.params]
    options = ", ".join([*one.options, *form])
    return [one.dag_id, one.run_id, one.task_id, one.subject, options, one.until or ""]


@tasks.command()
@asks
def answer(
    dag_id: DagArgument,
    task_id: TaskArgument,
    choice: Annotated[list[str], typer.Argument(help="The option chosen; several if allowed.")],
    run: RunOption = None,
    map_index: IndexOption = -1,
    param: ParamOption = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Answer the question that a task asks, so that it goes on."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        detail = task_instance_detail(here.database, dag_id, run_id, task_id, map_index)
        form = {} if detail.question is None else detail.question.params
        receipt = here.commands.answer_question(
            dag_id, run_id, task_id, choice, read_params(form, param), map_index
        )
        asked = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "chosen": choice}
        here.tell(receipt, asked, f"{task_id} goes on with {', '.join(choice)}.", output)


TaskMark = Literal["success", "failed", "skipped"]
TasksArgument = Annotated[
    list[str], typer.Argument(metavar="TASKS...", help="Tasks: load, +train, load_*, ...")
]


def _of_index(select: list[str], map_index: int) -> list[str]:
    """The tasks, or of each the one instance, as `train[3]` means too."""
    return select if map_index < 0 else [f"{name}[{map_index}]" for name in select]


@tasks.command()
@asks
def clear(
    dag_id: DagArgument,
    select: TasksArgument,
    run: RunOption = None,
    map_index: IndexOption = -1,
    upstream: UpstreamOption = False,
    downstream: DownstreamOption = False,
    only_failed: OnlyFailedOption = False,
    only_running: OnlyRunningOption = False,
    past: PastOption = False,
    future: FutureOption = False,
    recursive: RecursiveOption = False,
    latest: LatestOption = False,
    note: NoteOption = None,
    no_cache: NoCacheOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run tasks of a run again; with --map-index one instance of each, as train[3] means too."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        ask_for = partial(
            here.commands.clear,
            dag_id,
            run_id,
            _of_index(select, map_index),
            upstream=upstream,
            downstream=downstream,
            only_failed=only_failed,
            only_running=only_running,
            past=past,
            future=future,
            recursive=recursive,
            latest=latest,
            note=note,
            no_cache=no_cache,
        )
        asked = {"dag_id": dag_id, "run_id": run_id}
        preview_and_ask(here, ask_for, asked, "Run again", dry_run=dry_run, yes=yes, output=output)


@tasks.command()
@asks
def mark(
    dag_id: DagArgument,
    state: Annotated[TaskMark, typer.Argument(help="What they are to count as.")],
    select: TasksArgument,
    run: RunOption = None,
    map_index: IndexOption = -1,
    upstream: UpstreamOption = False,
    downstream: DownstreamOption = False,
    past: PastOption = False,
    future: FutureOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Let tasks count as success, failed or skipped; what waited for them goes on."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        ask_for = partial(
            here.commands.mark,
            dag_id,
            run_id,
            _of_index(select, map_index),
            state,
            upstream=upstream,
            downstream=downstream,
            past=past,
            future=future,
        )
        asked = {"dag_id": dag_id, "run_id": run_id}
        preview_and_ask(
            here, ask_for, asked, f"Mark {state}", dry_run=dry_run, yes=yes, output=output
        )


@tasks.command("run")
@asks
def run_(
    dag_id: DagArgument,
    select: TasksArgument,
    run: RunOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run tasks of a run now, whatever their trigger rules and upstream tasks say."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        ask_for = partial(here.commands.run_tasks, dag_id, run_id, select)
        asked = {"dag_id": dag_id, "run_id": run_id}
        preview_and_ask(here, ask_for, asked, "Run now", dry_run=dry_run, yes=yes, output=output)


@tasks.command()
@asks
def note(
    dag_id: DagArgument,
    task_id: TaskArgument,
    words: Annotated[str, typer.Argument(metavar="NOTE", help='"" takes it away.')],
    run: RunOption = None,
    map_index: IndexOption = -1,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Keep a note on a task of a run."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        receipt = here.commands.note(dag_id, run_id, words, task_id, map_index)
        here.tell(receipt, {"dag_id": dag_id, "run_id": run_id}, "The note is kept.", output)
