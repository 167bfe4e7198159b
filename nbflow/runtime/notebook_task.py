"""NOTEBOOK and CELLS tasks: from an order to an outcome, by papermill and a pooled kernel.

What the user's cells need from other tasks, and what they hand on, travels by silent execution
around them: the executed notebook shows only the user's code.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from keyword import iskeyword
from pathlib import Path
from typing import Any, cast

from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.execute import execute_notebook

from nbflow.authoring.asset_events import NotAnOutlet, OutletEvents
from nbflow.core.assets import Emission, emission_from_json, leaf_from_json
from nbflow.core.json import JsonObject
from nbflow.core.kept import KeptKernel
from nbflow.core.masking import Masker
from nbflow.core.orders import Outcome, TaskOrder, ValueRef
from nbflow.core.poking import ON_ERROR
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.ask_kernel import ask
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.collector import OnEvent
from nbflow.runtime.endings import failed, from_ending
from nbflow.runtime.engine import NbflowEngine, notebook_bytes
from nbflow.runtime.failure import names_read
from nbflow.runtime.kernel import (
    Interrupted,
    Kernel,
    KernelDied,
    KernelStartError,
    Watch,
)
from nbflow.runtime.kernels import KernelPool
from nbflow.runtime.literals import NotALiteral, as_literals
from nbflow.runtime.live import NOTEBOOK_FILE, LiveEvents
from nbflow.runtime.notebook_outcome import after_look, outcome_of
from nbflow.runtime.notebook_run import EngineOptions, NotebookEnd, Step, StepFailed
from nbflow.runtime.notes import current_masker
from nbflow.runtime.source_notebook import (
    PARAMETERS,
    BadNotebook,
    cut_out,
    first_with_code,
    index_of_cells,
    last_with_name,
    output_names,
    read_notebook,
    tagged,
)

OUTPUT_NOTEBOOK = "output_notebook"

# Of other languages papermill cannot tell which parameters a notebook has, and warns of each.
_warns_of_parameters: ContextVar[bool] = ContextVar("warns_of_parameters", default=True)


def _is_worth_telling(_: logging.LogRecord) -> bool:
    return _warns_of_parameters.get()


for _name in ("papermill", "papermill.translators"):
    logging.getLogger(_name).addFilter(_is_worth_telling)

# The engine's entry point is only there where nbflow was installed, not just on the path.
papermill_engines.register("nbflow", NbflowEngine)


@dataclass(frozen=True)
class NotebookPlace:
    """Where a notebook task runs: what the worker has, and how this attempt is to be watched.

    `folder` holds the files of the DAG, `cwd` is where the notebook's relative paths begin. `env`
    is added to the environment of the kernel. `save_every` is in seconds.
    """

    pool: KernelPool
    store: ArtifactStore
    token: CancelToken
    folder: Path
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    on_event: OnEvent | None = None
    grace: float = 5.0
    save_every: float = 10.0


@dataclass(frozen=True)
class _Plan:
    """What is to happen in the kernel. `inputs` are loaded ahead of the cell `load_before`.

    `optional` tells that an output which no cell defined is simply not there, as in the notebook.
    With `looks` nothing is handed on unless the last expression is true.
    """

    nb: NotebookNode
    kernel_name: str
    indexes: Mapping[str, int]
    parameters: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, ValueRef] = field(default_factory=dict)
    load_before: str | None = None
    outputs: tuple[str, ...] = ()
    optional: bool = False
    looks: bool = False


def run_notebook_task(
    order: TaskOrder, parameters: Mapping[str, object], place: NotebookPlace
) -> Outcome:
    """Run a whole notebook with rendered `parameters`. Does not raise for what users do.

    Handed on are the names of the cells tagged `outputs`, and the URL of the executed notebook.
    """
    return _attempt(order, place, lambda: _plan_notebook(order, parameters, place))


def run_cell_task(order: TaskOrder, place: NotebookPlace) -> Outcome:
    """Run the setup cells and those of the task. Does not raise for what users do."""
    return _attempt(order, place, lambda: _plan_cells(order, place))


def _attempt(order: TaskOrder, place: NotebookPlace, make_plan: Callable[[], _Plan]) -> Outcome:
    """Make a plan and carry it out; whatever comes of it ends as an outcome with a log."""
    with contextlib.closing(LiveEvents(place.store)) as events:
        try:
            outcome = _carry_out(order, make_plan(), place, events)
        except (BadNotebook, NotALiteral) as error:
            outcome = failed(Reason.BAD_INPUT, str(error), str(error))
        except KernelStartError as error:
            outcome = failed(Reason.START_FAILED, str(error), str(error))
        except Interrupted:
            outcome = from_ending("cancelled", order, place.token.reason)
        if outcome.output_notebook is None:
            # No cell says it.
            events.say(current_masker().text(outcome.traceback or outcome.message))
        return replace(outcome, log=events.log_url)


# -------------------------------------------------------------------------------------------- plans


def _plan_notebook(
    order: TaskOrder, parameters: Mapping[str, object], place: NotebookPlace
) -> _Plan:
    nb, kernel_name = _read(order, place)
    is_python = nb.metadata.kernelspec.language == "python"
    return _Plan(
        nb,
        kernel_name,
        index_of_cells(nb),
        parameters=as_literals(parameters),
        outputs=output_names(nb) if is_python else (),
    )


def _plan_cells(order: TaskOrder, place: NotebookPlace) -> _Plan:
    payload = cast("Mapping[str, Any]", order.task.payload)  # checked by the author of the DAG
    nb, kernel_name = _read(order, place)
    cut = cut_out(nb, payload.get("setup", ()), payload["cells"])
    for cell in cut.cells:
        if cell.id not in payload["cells"]:
            _note(cell, setup=True)
    has_parameters = bool(tagged(cut, PARAMETERS))
    return _Plan(
        cut,
        kernel_name,
        index_of_cells(nb),
        parameters=as_literals(_settable(order.run.params)) if has_parameters else {},
        inputs=_inputs(order, payload.get("inputs", {})),
        load_before=first_with_code(cut, payload["cells"]),
        outputs=tuple(payload.get("outputs", ())),
        optional=True,
        looks=order.task.poke is not None,
    )


def _settable(params: JsonObject) -> JsonObject:
    """Those params of a run that a cell can set; others are for templates."""
    return {
        name: value for name, value in params.items() if name.isidentifier() and not iskeyword(name)
    }


def _read(order: TaskOrder, place: NotebookPlace) -> tuple[NotebookNode, str]:
    """The notebook of a task, and the name of its kernel, which it then says itself too."""
    payload = order.task.payload
    name = str(payload["notebook"])
    nb = read_notebook(place.folder / name, name)
    kernel_name = NbflowEngine.nb_kernel_name(nb, cast("str | None", payload.get("kernel_name")))
    language = place.pool.kernelspec(kernel_name).language
    if nb.metadata.get("kernelspec", {}).get("name") != kernel_name:
        nb.metadata["language_info"] = {"name": language}
    nb.metadata["kernelspec"] = {
        "name": kernel_name,
        "language": language,
        "display_name": place.pool.kernelspec(kernel_name).display_name,
    }
    nb.metadata["nbflow"] = {**nb.metadata.get("nbflow", {}), "run": _about(order)}
    for cell in nb.cells:
        _note(cell, task_id=order.task.task_id)
        if cell.id in order.edits:
            cell.source = order.edits[cell.id]
            _note(cell, edited=True)
    return nb, kernel_name


def _about(order: TaskOrder) -> dict[str, object]:
    return {
        "dag_id": order.run.dag_id,
        "run_id": order.run.run_id,
        "task_id": order.task.task_id,
        "map_index": order.map_index,
        "try_number": order.try_number,
        "attempt_id": order.attempt_id,
    }


def _note(cell: NotebookNode, **facts: object) -> None:
    cell.metadata["nbflow"] = {**cell.metadata.get("nbflow", {}), **facts}


def _inputs(order: TaskOrder, wanted: Mapping[str, str]) -> dict[str, ValueRef]:
    """The values that came for `wanted` ({name: task_id}).

    A name that no cell upstream has defined in this run is not defined here either, as if the
    notebook had been run from top to bottom.
    """
    came = order.values
    return {name: came[t][name] for name, t in wanted.items() if name in came.get(t, {})}


# ---------------------------------------------------------------------------------------- execution


def _carry_out(order: TaskOrder, plan: _Plan, place: NotebookPlace, events: LiveEvents) -> Outcome:
    exchange = _Exchange(plan, order)
    kernel = place.pool.take(plan.kernel_name, place.cwd, place.env, place.token)
    end: NotebookEnd | None = None
    kept: KeptKernel | None = None
    try:
        end = _execute(order, plan, place, events, exchange, kernel)
        peak_memory = kernel.process.peak_memory
        read = names_read(end, plan.nb, kernel, current_masker())
        kept = _keep(end, order, place.pool, kernel)
    finally:
        # A kernel that ended well may run its exit hooks; another is not given the time.
        if kept is None:
            place.pool.release(kernel, polite=end is not None and end.state in _IN_ORDER)
    outcome = outcome_of(end, order, plan.indexes, place.token.reason)
    if plan.looks:
        outcome = after_look(outcome, order.task)
    url = place.store.url(NOTEBOOK_FILE)
    if outcome.state is TaskState.SUCCESS and exchange.in_vain:
        outcome = Outcome(TaskState.UP_FOR_RESCHEDULE)
    elif outcome.state is TaskState.SUCCESS:
        values = _values(exchange.taken, url)
        outcome = replace(outcome, values=values, emissions=exchange.emissions)
    return replace(
        outcome,
        output_notebook=url,
        peak_memory=peak_memory,
        variables=exchange.variables,
        names_read=read,
        kernel=kept,
        stuck=exchange.stuck,
    )


def _keep(
    end: NotebookEnd, order: TaskOrder, pool: KernelPool, kernel: Kernel
) -> KeptKernel | None:
    """Let the kernel of a failed notebook live on, if the order wants that."""
    if end.state not in ("failed", "timeout") or ON_ERROR in order.task.payload:
        return None
    return pool.keep(kernel, order.name.rpartition("#")[0], order.keep)


_IN_ORDER = frozenset({"success", "skipped", "failed"})


def _execute(
    order: TaskOrder,
    plan: _Plan,
    place: NotebookPlace,
    events: LiveEvents,
    exchange: _Exchange,
    kernel: Kernel,
) -> NotebookEnd:
    ends: list[NotebookEnd] = []
    masker = current_masker()
    options = EngineOptions(
        kernel=kernel,
        source=str(order.task.payload["notebook"]),
        watch=Watch(place.token, grace=place.grace),
        timeout=order.task.execution_timeout,
        on_event=_tell_both(events.emit, place.on_event, masker),
        on_end=ends.append,
        tick=events.tick,
        save=lambda nb: _save(place.store, nb, masker),
        before=_before(plan, exchange),
        after=exchange.finish,
        indexes=plan.indexes,
        masker=masker,
    )
    told = _warns_of_parameters.set(plan.nb.metadata.kernelspec.language == "python")
    try:
        execute_notebook(
            plan.nb,
            None,
            parameters=dict(plan.parameters),
            engine_name="nbflow",
            kernel_name=plan.kernel_name,
            progress_bar=False,
            autosave_cell_every=place.save_every,
            options=options,
        )
    except PapermillExecutionError:
        # papermill looks at the outputs after the engine; what happened we know from the engine.
        if not ends:
            raise
    except PapermillException as error:
        raise BadNotebook(
            f"{options.source}: papermill cannot set the parameters: {error}"
        ) from None
    finally:
        _warns_of_parameters.reset(told)
    return ends[0]


def _before(plan: _Plan, exchange: _Exchange) -> dict[str, Step]:
    """The silent steps ahead of cells: secrets before the first, inputs before the task's own."""
    steps: dict[str, Step] = {}
    if plan.load_before and plan.inputs:
        steps[plan.load_before] = exchange.load
    first = first_with_code(plan.nb, [cell.id for cell in plan.nb.cells])
    if first is not None and exchange.secrets:
        then = steps.get(first)
        steps[first] = exchange.give if then is None else _both(exchange.give, then)
    return steps


def _both(first: Step, then: Step) -> Step:
    def steps(kernel: Kernel, watch: Watch) -> None:
        first(kernel, watch)
        then(kernel, watch)

    return steps


class _Exchange:
    """The silent steps around the user's cells: values in, values out."""

    def __init__(self, plan: _Plan, order: TaskOrder) -> None:
        self._plan = plan
        self.secrets = order.secrets
        value_store = order.value_store
        self._outlets = OutletEvents([leaf_from_json(one) for one in order.task.outlets])
        # The kernel has another working directory.
        self._value_store = (
            value_store if "://" in value_store else str(Path(value_store).absolute())
        )
        self.in_vain = False
        self.taken: dict[str, ValueRef] = {}
        self.stuck: dict[str, str] = {}
        self.variables: dict[str, str | None] = {}

    def give(self, kernel: Kernel, watch: Watch) -> None:
        # Another language has no way to ask for them.
        if kernel.has_nbflow:
            ask(kernel, "give", watch, asdict(self.secrets))

    def load(self, kernel: Kernel, watch: Watch) -> None:
        refs = {name: asdict(ref) for name, ref in self._plan.inputs.items()}
        answer = ask(kernel, "load", watch, refs)
        for name, problem in answer["problems"].items():
            raise StepFailed(f"The value of {name!r} from another task: {problem}")

    def finish(self, kernel: Kernel, watch: Watch) -> None:
        """What comes after the cells: a look, where they are a sensor, then the values."""
        if self._plan.looks:
            answer = ask(kernel, "judge", watch)
            for problem in answer["problems"].values():
                raise StepFailed(f"{_NEITHER} {problem}")
            self.in_vain = not answer["is_true"]
        if not self.in_vain:
            self.take(kernel, watch)

    def take(self, kernel: Kernel, watch: Watch) -> None:
        names = list(self._plan.outputs)
        if not names and not kernel.has_nbflow:
            return
        try:
            answer = ask(kernel, "take", watch, names, self._value_store)
        except KernelDied as died:
            # The cells may have asked it to, by exit() in the last one.
            if died.death.exit_code != 0:
                raise
            if names:
                raise StepFailed(_LEFT_WITH_OUTPUTS) from died
            return
        self.stuck = answer.get("stuck", {})  # as for `variables` below
        problems = [self._told(name, problem) for name, problem in answer["problems"].items()]
        if not self._plan.optional:
            problems += [f"{name}: it is not defined at the end." for name in answer["missing"]]
        if problems:
            raise StepFailed(f"Not every output can be handed on. {' '.join(problems)}")
        self.taken = {name: ValueRef(**ref) for name, ref in answer["values"].items()}
        self.variables = answer.get("variables", {})  # an older nbflow in there has none
        try:
            self._outlets.hear(map(emission_from_json, answer.get("emissions", ())))
        except NotAnOutlet as error:
            raise StepFailed(str(error)) from error

    def _told(self, name: str, problem: str) -> str:
        """What is wrong with an output, where it comes from, and what to do about it."""
        cell = last_with_name(self._plan.nb, name)
        index = None if cell is None else self._plan.indexes.get(cell)
        if index is None or not self._plan.optional:
            return f"{name}: {problem}"
        together = f"Or tag cell {index} and the cells that use {name} as one task (task:{name})."
        if name in self.stuck:
            together += " Cells that are in no task by a tag are put together by the next run."
        return f"{name}, of cell {index}: {problem} {together}"

    @property
    def emissions(self) -> tuple[Emission, ...]:
        """What the notebook has said of its task's outlets."""
        return self._outlets.emissions()


_NEITHER = "The last expression of the sensor is neither true nor false:"
_LEFT_WITH_OUTPUTS = (
    "The notebook has ended its kernel before its outputs could be handed on: "
    "leave by sys.exit(0) instead of exit()."
)


def _values(taken: Mapping[str, ValueRef], notebook_url: str) -> dict[str, ValueRef]:
    return {**taken, OUTPUT_NOTEBOOK: ValueRef("json", notebook_url, size=len(notebook_url))}


def _save(store: ArtifactStore, nb: NotebookNode, masker: Masker) -> None:
    """What the kernel was given stands in the cell of parameters too, so all of it is gone over."""
    data = notebook_bytes(nb)
    store.write(NOTEBOOK_FILE, masker.text(data.decode()).encode() if masker else data)


def _tell_both(one: OnEvent, other: OnEvent | None, masker: Masker) -> OnEvent:
    def tell(event: JsonObject) -> None:
        event = cast("JsonObject", masker.json(event))
        one(event)
        if other is not None:
            other(event)

    return tell
