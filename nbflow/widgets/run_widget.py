"""`RunWidget`, a run in a notebook as it goes on, and the ways to get one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from IPython.display import display

from nbflow import app
from nbflow.core.dag import Dag
from nbflow.core.errors import NbflowError
from nbflow.settings import Settings
from nbflow.views.dags import group_views, task_views
from nbflow.views.shapes import RunView, TaskInstanceView
from nbflow.widgets.dag_widget import DagWidget
from nbflow.widgets.onlooker import Onlooker, onlooker
from nbflow.widgets.run_source import RunSource, Seen
from nbflow.widgets.shown import dag_shown, states_shown
from nbflow.widgets.watching import Watching


class RunWidget(DagWidget):
    """A run as it goes on. When it has ended, its last picture takes the place of the live view."""

    _watching: Watching | None = None

    def __init__(self, source: RunSource) -> None:
        self._source = source
        seen = source.look()
        super().__init__(
            dag=seen.dag,
            states=dict(seen.states),
            run=seen.run,
            problem=seen.problem,
            in_kernel=source.executed_here,
        )
        self.on_msg(self._heard)
        if not seen.is_over:
            self._watching = Watching(
                source, show=self._take, selected=self._get_selected, trouble=self._tell
            )

    @property
    def is_watching(self) -> bool:
        """Whether the view still follows the run."""
        return self._watching is not None and self._watching.is_alive

    def finish(self) -> None:
        """Look once more, leave the picture, and follow the run no longer."""
        if self._watching is not None:
            self._watching.stop()
        self._take(self._source.look(self.selected))
        self._leave_picture()

    def close(self) -> None:
        """Follow the run no longer, and disconnect. What was displayed stays as a picture."""
        if self._watching is not None:
            self._watching.stop()
        super().close()

    def _take(self, seen: Seen) -> None:
        with self.hold_sync():
            self.dag = seen.dag
            self.states = dict(seen.states)
            self.run = seen.run
            self.log_text = seen.log_text
            self.problem = seen.problem
        if seen.is_over:
            self._leave_picture()

    def _get_selected(self) -> str:
        return str(self.selected)

    def _heard(self, _: object, message: Mapping[str, object], __: object) -> None:
        """What a page says that has no Jupyter server to say it to (`inline/cancel.ts`)."""
        if message.get("verb") == "cancel":
            try:
                self._source.cancel()
            except NbflowError as error:
                self.problem = str(error)

    def _tell(self, problem: str) -> None:
        self.problem = problem


def watch_run(settings: Settings, store: app.Store, dag_id: str, run_id: str) -> RunWidget:
    """A live view of a run, which may not have been created yet. Raises NotFoundError."""
    return RunWidget(RunSource(settings, store, dag_id, run_id))


@contextmanager
def follow_run(settings: Settings, store: app.Store, dag_id: str, run_id: str) -> Iterator[None]:
    """Show a run while it goes on inside, and its last picture afterwards. For `DAG.run()`."""
    source = RunSource(settings, store, dag_id, run_id, executed_here=True)
    if onlooker() is Onlooker.NOBODY:
        yield
    elif onlooker() is Onlooker.READER_OF_THE_FILE:
        yield
        display(source.look().picture(), raw=True)
    else:
        widget = RunWidget(source)
        display(widget)
        try:
            yield
        finally:
            widget.finish()
            widget.close()


def watch_ended(
    dag: Dag, run: RunView, instances: Sequence[TaskInstanceView], logs: Mapping[str, str]
) -> DagWidget:
    """A view of a run that has ended and is in no store any more; `logs` are by task id."""
    widget = DagWidget(
        dag=dag_shown(dag.dag_id, task_views(dag), group_views(dag)),
        states=states_shown(instances),
        run=asdict(run),
        in_kernel=True,
    )

    def show_log(change: Mapping[str, str]) -> None:
        widget.log_text = logs.get(change["new"], "")

    widget.observe(show_log, "selected")
    return widget
