"""`DagWidget`, a DAG in a notebook: drawn live by the front end where somebody looks, as a picture
everywhere else.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from IPython.display import DisplayHandle, display

from nbflow import picture
from nbflow.views.dags import group_views, task_views
from nbflow.widgets.onlooker import Onlooker, onlooker
from nbflow.widgets.shown import dag_drawn, dag_shown, words_of

if TYPE_CHECKING:
    from nbflow.authoring.dag import DAG

STATIC = Path(__file__).parent / "static"
IS_BUILT = (STATIC / "widget.js").is_file()
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
HOW_TO_BUILD = (
    "The live view is not built. In a source tree: npm ci && npm run build in labextension/."
)
# What draws where the front end is not built: the picture, whenever it changes.
_PLAIN_VIEW = f"""
function render({{ model, el }}) {{
  const drawing = el.appendChild(document.createElement("div"));
  el.appendChild(document.createElement("small")).textContent = {HOW_TO_BUILD!r};
  const draw = () => {{ drawing.innerHTML = model.get("drawing"); }};
  model.on("change:drawing", draw);
  draw();
}}
export default {{ render }};
"""


def _built(name: str) -> str:
    """A file of the built front end, as text: of a path anywidget would hold every widget for ever.

    The line at the end tells it that this is no path.
    """
    return f"{(STATIC / name).read_text(encoding='utf-8')}\n"


class DagWidget(anywidget.AnyWidget):
    """A DAG, with the states of its tasks where a run is shown.

    `dag` is `{"dag_id", "tasks", "groups"}`, `states` maps task ids to `{"state", "message", ...}`,
    `run` is the run or None, `log_text` the end of the log of the task `selected`, and `problem` a
    sentence when what is seen may be stale. All are JSON in the shapes of `nbflow.views`.
    `in_kernel` tells that the run belongs to this kernel and no server knows it: interrupting the
    kernel ends it.
    """

    _esm = _built("widget.js") if IS_BUILT else _PLAIN_VIEW
    _css = _built("widget.css") if IS_BUILT else ""

    dag = traitlets.Dict().tag(sync=True)
    states = traitlets.Dict().tag(sync=True)
    run = traitlets.Instance(dict, allow_none=True).tag(sync=True)
    # Not `log`: every widget has a logger of that name.
    log_text = traitlets.Unicode().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    in_kernel = traitlets.Bool().tag(sync=True)
    drawing = traitlets.Unicode().tag(sync=not IS_BUILT)

    _is_live = False
    _is_closed = False
    _handles: tuple[DisplayHandle, ...] = ()

    # `Any`: the values of the traits above.
    def __init__(self, **shown: Any) -> None:  # noqa: ANN401
        self._is_live = onlooker() is Onlooker.PERSON
        super().__init__(**shown)

    # -- the connection to the front end -----------------------------------------------------------

    def open(self) -> None:
        """Connect to the front end, if somebody looks. A picture needs no connection."""
        if self._is_live:
            super().open()

    @property
    def model_id(self) -> str:
        """The name in the front end. A widget that this one is put into asks for it, always."""
        if self.comm is None and not self._is_closed:
            super().open()
        return str(super().model_id)

    def close(self) -> None:
        """Disconnect. What was displayed stays as a picture."""
        if not self._is_closed and not sys.is_finalizing():
            self._leave_picture()
        self._is_closed = True
        super().close()
        self.layout.close()

    # -- what is displayed -------------------------------------------------------------------------

    def as_picture(self) -> dict[str, str]:
        """What is seen now as a static picture, by MIME type."""
        return picture.bundle(dag_drawn(self.dag), words_of(self.states) if self.run else None)

    # `Any`: the arguments and the form are IPython's.
    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401
        bundle: dict[str, Any] = dict(self.as_picture())
        if self.comm is not None and self._is_live:
            view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
            bundle[WIDGET_VIEW] = view
        return bundle, {}

    def _ipython_display_(self) -> None:
        """Display, so that it can be replaced by the last picture later."""
        handle = display(self._repr_mimebundle_()[0], raw=True, display_id=True)
        if handle is not None:
            self._handles += (handle,)

    def _leave_picture(self) -> None:
        """Replace what was displayed by a picture: in the saved notebook a live view is dead."""
        handles, self._handles = self._handles, ()
        for handle in handles:
            handle.update(self.as_picture(), raw=True)

    @traitlets.observe("dag", "states", "run")
    def _draw(self, _: object) -> None:
        if not IS_BUILT:
            self.drawing = self.as_picture()["image/svg+xml"]


def view_dag(dag: DAG) -> DagWidget:
    """`DAG.view()`: the DAG as written, to look at. Raises DefinitionError with all problems."""
    built = dag.to_core()
    return DagWidget(dag=dag_shown(built.dag_id, task_views(built), group_views(built)))
