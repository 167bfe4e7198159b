"""`Dashboard`: a DAG of the project with its runs, composed of ipywidgets: a picker of runs, a form
of its params, and the run as a live graph with the log of the chosen task.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any

import ipywidgets
from IPython.display import DisplayHandle, display

from nbflow import app, picture, settings
from nbflow.commands import Commands
from nbflow.core.errors import NbflowError
from nbflow.settings import Settings
from nbflow.views.dags import dag_detail
from nbflow.views.runs import run_list
from nbflow.views.shapes import RunView
from nbflow.widgets.closing import close_with_parts
from nbflow.widgets.dag_widget import WIDGET_VIEW, DagWidget
from nbflow.widgets.following import Following
from nbflow.widgets.onlooker import Onlooker, onlooker
from nbflow.widgets.params_form import ParamsForm
from nbflow.widgets.run_source import RunSource, user
from nbflow.widgets.run_widget import RunWidget
from nbflow.widgets.shown import dag_shown
from nbflow.widgets.stores import store_of

if TYPE_CHECKING:
    from nbflow.authoring.dag import DAG

RUNS = 25
AS_WRITTEN = ""
"""What is picked where no run is: the DAG itself."""


class Dashboard:
    """A DAG of this project to run and to watch. `box` is the widget, to put into layouts of your
    own; `picker`, `form` and `view` are its parts.

    >>> board = dag.dashboard()
    >>> board
    >>> board.trigger()
    """

    def __init__(self, settings: Settings, store: app.Store, dag_id: str) -> None:
        self.dag_id = dag_id
        self._settings, self._store = settings, store
        detail = dag_detail(store, dag_id, app.utc_now())
        self._dag = dag_shown(dag_id, detail.tasks, detail.groups)
        self._lock = Lock()
        # The thread that changes the picker just now: that is nobody's choice.
        self._refreshing: int | None = None
        self._handle: DisplayHandle | None = None
        self._box: ipywidgets.VBox | None = None
        self._following: Following | None = None
        self._params = detail.params
        self.run_id = self._newest()
        self.view = self._view_of(self.run_id)

    # -- the parts ---------------------------------------------------------------------------------

    @property
    def box(self) -> ipywidgets.VBox:
        """The widget, made when first asked for: a notebook executed for nobody needs none."""
        if self._box is None:
            self._box = self._compose()
            self._following = Following(self._store, self.dag_id, self._refresh)
        return self._box

    def _compose(self) -> ipywidgets.VBox:
        wide = ipywidgets.Layout(width="600px", max_width="80%")
        self.picker = ipywidgets.Dropdown(description="Run", layout=wide)
        self.form = ParamsForm(self._params)
        self.button = ipywidgets.Button(
            description="Trigger", button_style="primary", icon="play", tooltip="Ask for a run now"
        )
        self.message = ipywidgets.HTML()
        self._refresh()
        self.picker.observe(self._picked, "value")
        self.button.on_click(self._clicked)
        parts: list[ipywidgets.Widget] = [ipywidgets.HBox([self.picker, self.button])]
        if self._params:
            fold = ipywidgets.Accordion([self.form.box])
            fold.set_title(0, "Params")
            parts.append(fold)
        return ipywidgets.VBox([*parts, self.message, self.view])

    def _view_of(self, run_id: str) -> DagWidget:
        if run_id == AS_WRITTEN:
            return DagWidget(dag=self._dag)
        return RunWidget(RunSource(self._settings, self._store, self.dag_id, run_id))

    # -- what a person does ------------------------------------------------------------------------

    def choose(self, run_id: str) -> None:
        """Show this run; the empty text stands for the DAG as written. Raises NotFoundError."""
        with self._lock:
            before, self.view = self.view, self._view_of(run_id)
            self.run_id = run_id
        if self._box is not None:
            self._box.children = (*self._box.children[:-1], self.view)
            self._refresh()
        before.close()

    def trigger(self, params: Mapping[str, Any] | None = None) -> str:  # Any: the user's own values
        """Ask for a run, with what the form holds unless `params` are given, and show it.

        Returns the id of the run. Raises DefinitionError listing every param that does not fit.
        """
        given = dict(params) if params is not None else self._given()
        receipt = Commands(self._store, user(), door="widget").trigger(self.dag_id, given)
        self.choose(str(receipt.run_id))
        return str(receipt.run_id)

    def close(self) -> None:
        """Follow nothing any longer. What was displayed stays as a picture."""
        if self._following is not None:
            self._following.stop()
        if self._handle is not None:
            self._handle.update(self.view.as_picture(), raw=True)
            self._handle = None
        self.view.close()
        if self._box is not None:
            close_with_parts(self._box)

    def _given(self) -> dict[str, Any]:  # Any: the user's own values
        return dict(self.form.value) if self._box is not None else {}

    def _picked(self, change: Mapping[str, Any]) -> None:  # Any: traitlets' own form
        if self._refreshing != get_ident():
            self.choose(change["new"])

    def _clicked(self, _: object) -> None:
        self.message.value = ""
        try:
            self.trigger()
        except NbflowError as error:
            lines = "<br>".join(escape(line) for line in str(error).splitlines())
            self.message.value = f'<div role="alert">{lines}</div>'

    # -- what happens ------------------------------------------------------------------------------

    def _newest(self) -> str:
        runs = run_list(self._store, self.dag_id, limit=1).runs
        return runs[0].run_id if runs else AS_WRITTEN

    def _refresh(self) -> None:
        """The runs to pick from, as they are now."""
        runs = run_list(self._store, self.dag_id, limit=RUNS).runs
        options = [("The DAG as written", AS_WRITTEN), *((_name(run), run.run_id) for run in runs)]
        with self._lock:
            if self.run_id not in {run_id for _, run_id in options}:
                options.insert(1, (f"◌ requested · {self.run_id}", self.run_id))
            if options != list(self.picker.options or ()):
                self._refreshing = get_ident()
                try:
                    with self.picker.hold_sync():
                        self.picker.options = options
                        self.picker.value = self.run_id
                finally:
                    self._refreshing = None
            else:
                self.picker.value = self.run_id

    # -- what is displayed -------------------------------------------------------------------------

    # `Any`: the form is IPython's.
    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        bundle: dict[str, Any] = dict(self.view.as_picture())
        if onlooker() is Onlooker.PERSON:
            model_id = self.box.model_id
            bundle[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": model_id}
        return bundle

    def _ipython_display_(self) -> None:
        self._handle = display(self._repr_mimebundle_(), raw=True, display_id=True)


def dashboard(dag: DAG | str) -> Dashboard:
    """A dashboard of a DAG of this notebook's project, by the DAG or its id.

    Raises NotFoundError with the closest names for a DAG that the project's scheduler has not read.
    """
    found = settings.load().settings
    dag_id = dag if isinstance(dag, str) else dag.dag_id
    return Dashboard(found, store_of(found), dag_id)


def _name(run: RunView) -> str:
    at = (run.logical_date or run.created_at or "")[:16].replace("T", " ")
    return f"{picture.SYMBOLS.get(run.state, '◌')} {run.state} · {at} UTC · {run.run_id}"
