"""The one door of the runtime: from a `TaskOrder` to its `Outcome`, whatever the kind of the task.

How each kind runs is in the files named after it. Who orders and who is told is not known here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from traceback import format_exception
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from nbflow import slow_imports
from nbflow.core.dag import TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.kept import KernelCounts
from nbflow.core.orders import RETURN_VALUE, Outcome, TaskOrder
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.attempt import Attempt
from nbflow.runtime.callbacks import run_callback
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.children import GRACE_SECONDS, StartFailed
from nbflow.runtime.computed import needs_functions, with_computed
from nbflow.runtime.context import attempt_environment, named, template_context
from nbflow.runtime.endings import INPUT_PROBLEMS, failed, from_ending, from_exception, told
from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.logs import AttemptLog
from nbflow.runtime.mapped import BadElement
from nbflow.runtime.notes import current_masker, notes_of
from nbflow.runtime.python_task import run_python_task
from nbflow.runtime.rendering import NotRendered, with_payload
from nbflow.runtime.shell_task import run_shell_task
from nbflow.runtime.sources import source_folder, working_folder

if TYPE_CHECKING:
    from nbflow.runtime.kernels import KernelPool

__all__ = ["CancelToken", "OnEvent", "TaskRunner"]

OnEvent = Callable[[JsonObject], None]
_IN_KERNELS = frozenset({TaskKind.NOTEBOOK, TaskKind.CELLS})
_IN_PROCESSES = frozenset({TaskKind.PYTHON, TaskKind.BASH})


class TaskRunner:
    """Runs attempts, as many side by side as there are threads that call it.

    `cache_dir` keeps unpacked sources. `kernels` of each of `kernel_names` stand ready from the
    first notebook task on; a zygote forks from the first Python or shell task on. `preload` names
    modules to import ahead in both. `grace` is the number of seconds between interrupt and kill.
    """

    def __init__(
        self,
        cache_dir: Path,
        kernels: int = 2,
        kernel_names: tuple[str, ...] = ("python3",),
        preload: tuple[str, ...] = (),
        grace: float = GRACE_SECONDS,
    ) -> None:
        slow_imports.put_off()
        self._cache = Path(cache_dir).absolute()
        self._kernels = kernels
        self._kernel_names = kernel_names
        self._preload = preload
        self._grace = grace
        self._server = ForkServer(preload)
        self._lock = Lock()
        self._pool: KernelPool | None = None
        self._expected_kernels: int | None = None
        self._closed = False

    def run(
        self, order: TaskOrder, token: CancelToken | None = None, on_event: OnEvent | None = None
    ) -> Outcome:
        """Run one attempt, or one callback, to its end in this thread.

        Ends soon after `token` is cancelled.
        Never raises for anything that a task or its inputs can do. `on_event` hears of the cells of
        notebook tasks as they run.
        """
        if order.task.kind is TaskKind.EMPTY and order.callback is None:
            return Outcome(TaskState.SUCCESS)
        if token is None:
            token = CancelToken()
        if token.is_cancelled:
            return from_ending("cancelled", order, token.reason)
        with notes_of(order) as notes:
            if order.task.kind in _IN_KERNELS and order.callback is None:
                outcome = _guarded(lambda: self._in_kernel(order, token, on_event))
            else:
                outcome = _guarded(lambda: self._in_process(order, token))
            return notes.add_to(_handed_on(order, outcome))

    def warm_up(self, kinds: Collection[TaskKind] | None = None) -> None:
        """Start ahead what makes the first attempt of these kinds fast, by default of all.

        What cannot be started is told by the first task that needs it, not here.
        """
        wanted = frozenset(kinds if kinds is not None else TaskKind)
        with contextlib.suppress(StartFailed):
            if wanted & _IN_KERNELS:
                self._kernel_pool()
            if wanted & _IN_PROCESSES:
                self._server.warm_up()

    def expect_kernels(self, count: int) -> None:
        """Only so many more tasks will need a kernel: for a runner that runs one known DAG."""
        with self._lock:
            self._expected_kernels = count
            if self._pool is not None:
                self._pool.expect(count)

    def wait_for_kernel(self, timeout: float = 60.0) -> bool:
        """Wait until a kernel stands ready; False after `timeout` seconds. For measurements."""
        return self._kernel_pool().wait_ready(timeout=timeout)

    def kernels_now(self) -> KernelCounts:
        """How many kernels stand ready, belong to a task, and are kept for a person."""
        with self._lock:
            pool = self._pool
        return KernelCounts() if pool is None else pool.counts()

    def environments(self) -> dict[str, str]:
        """Fingerprints of what is installed where tasks run, by the name of the kernel."""
        # jupyter_client is a tenth of a second that workers need not wait for.
        from nbflow.runtime.environment import fingerprints  # noqa: PLC0415

        return fingerprints()

    def close(self) -> None:
        """End every process this runner started, those of running attempts too. May be repeated."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        self._server.close()
        if pool is not None:
            pool.close()

    def _in_process(self, order: TaskOrder, token: CancelToken) -> Outcome:
        with AttemptLog(ArtifactStore(order.artifacts)) as log:

            def run() -> Outcome:
                folder = source_folder(order, self._cache)
                cwd = working_folder(order, folder)
                if order.callback is not None:
                    attempt = Attempt(order, token, log, folder, cwd, self._grace)
                    return run_callback(attempt, self._server)
                if order.task.kind is TaskKind.QUESTION:
                    return self._asked(order, folder)
                if order.task.kind is TaskKind.PYTHON:
                    attempt = Attempt(order, token, log, folder, cwd, self._grace)
                    return run_python_task(attempt, self._server)
                ready = self._with_elements(order, folder, token)
                if isinstance(ready, Outcome):
                    return ready
                ready = self._with_payload(ready, folder)
                attempt = Attempt(ready, token, log, folder, cwd, self._grace)
                return _named(run_shell_task(attempt, self._server), ready)

            if order.task.isolation != "thread":
                log.fileno()  # a place that cannot be written shall be known before the task runs
            outcome = _guarded(run, say=lambda text: log.write(_hidden(text)))
            return replace(outcome, log=log.url if log.has_begun else None)

    def _asked(self, order: TaskOrder, folder: Path) -> Outcome:
        """A question whose texts are filled in; the answer is waited for without a worker."""
        ready = with_payload(order, folder, self._server)
        question = cast(JsonObject, ready.task.payload["question"])
        return Outcome(TaskState.DEFERRED, waits_for=question)

    def _in_kernel(self, order: TaskOrder, token: CancelToken, on_event: OnEvent | None) -> Outcome:
        # Worth half a second, which a worker without notebooks does not have to spend.
        from nbflow.runtime.notebook_task import (  # noqa: PLC0415
            NotebookPlace,
            run_cell_task,
            run_notebook_task,
        )

        folder = source_folder(order, self._cache)
        ready = self._with_elements(order, folder, token)
        if isinstance(ready, Outcome):
            return ready
        # Inputs first: what is wrong with them needs no kernel to be seen.
        order, parameters = _with_parameters(self._with_payload(ready, folder))
        place = NotebookPlace(
            self._kernel_pool(),
            ArtifactStore(order.artifacts),
            token,
            folder,
            working_folder(order, folder),
            env=attempt_environment(order),
            on_event=on_event,
            grace=self._grace,
        )
        if order.task.kind is TaskKind.NOTEBOOK:
            return _named(run_notebook_task(order, parameters, place), order, parameters)
        return run_cell_task(order, place)

    def _with_elements(
        self, order: TaskOrder, folder: Path, token: CancelToken
    ) -> TaskOrder | Outcome:
        if not needs_functions(order):
            return order
        return with_computed(order, folder, self._server, token)

    def _with_payload(self, order: TaskOrder, folder: Path) -> TaskOrder:
        """The order with its payload rendered; that of cells holds no templates."""
        if order.task.kind is TaskKind.CELLS:
            return order
        return with_payload(order, folder, self._server)

    def _kernel_pool(self) -> KernelPool:
        with slow_imports.JUPYTER_CLIENT:
            from nbflow.runtime.kernels import KernelPool  # noqa: PLC0415 - as in _in_kernel

        with self._lock:
            if self._closed:
                raise StartFailed("The worker is shutting down.")
            if self._pool is None:
                self._pool = KernelPool(
                    self._kernels,
                    kernel_names=self._kernel_names,
                    preload=self._preload,
                    expected=self._expected_kernels,
                    server=self._server,
                )
            return self._pool


def _hidden(text: str) -> bytes:
    return f"{current_masker().text(text)}\n".encode()


def _handed_on(order: TaskOrder, outcome: Outcome) -> Outcome:
    """The outcome without what the task returned, if that is not to be handed on."""
    if order.task.do_xcom_push or RETURN_VALUE not in outcome.values:
        return outcome
    kept = {key: value for key, value in outcome.values.items() if key != RETURN_VALUE}
    return replace(outcome, values=kept)


def _with_parameters(order: TaskOrder) -> tuple[TaskOrder, Mapping[str, object]]:
    """The order with its payload rendered, and apart from it the parameters, of any type."""
    if order.task.kind is not TaskKind.NOTEBOOK:
        return order, {}
    rendered = dict(order.task.payload)
    given: object = rendered.pop("parameters", None) or {}
    if not isinstance(given, Mapping):
        raise BadElement(f"parameters: {given!r} is no dict of names and values.")
    parameters = cast("Mapping[str, object]", given)
    return replace(order, task=replace(order.task, payload=rendered)), parameters


def _named(
    outcome: Outcome, order: TaskOrder, parameters: Mapping[str, object] | None = None
) -> Outcome:
    """The outcome with the name of the instance; its template may show the task's fields."""
    if not order.task.map_index_template:
        return outcome
    payload = order.task.payload
    fields = {**payload, "bash_command": payload.get("command"), "parameters": parameters}
    return named(outcome, order, {**template_context(order), "task": SimpleNamespace(**fields)})


def _guarded(body: Callable[[], Outcome], say: Callable[[str], None] = lambda _: None) -> Outcome:
    """What `body` returns, or what the exception that left it means; that goes to `say` too."""
    try:
        return body()
    except NotRendered as error:
        outcome = error.outcome
    except INPUT_PROBLEMS as error:
        outcome = from_exception(error)
    except StartFailed as error:
        outcome = failed(Reason.START_FAILED, str(error))
    # The last line of defence: a full disk, a broken order, a mistake of ours. It costs the attempt
    # one of its infrastructure retries, and no other attempt anything.
    except Exception as error:  # noqa: BLE001
        message = f"The worker could not run the task: {told(error)}"
        outcome = failed(Reason.EXECUTOR_ERROR, message, "".join(format_exception(error)))
    with contextlib.suppress(OSError):  # the disk may be what is full
        say(outcome.traceback or outcome.message)
    return outcome
