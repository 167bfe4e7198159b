"""What a notebook shows: live views of DAGs and runs, and a handle to a run.

`DAG.view()`, `DAG.dashboard()`, `DAG.run()` and a result's `watch()` find these by name
(`authoring.displays`).
"""

from nbflow.widgets.dag_widget import DagWidget, view_dag
from nbflow.widgets.dashboard import Dashboard, dashboard
from nbflow.widgets.handles import RunHandle, trigger
from nbflow.widgets.run_widget import RunWidget, follow_run, watch_ended, watch_run

__all__ = [
    "DagWidget",
    "Dashboard",
    "RunHandle",
    "RunWidget",
    "dashboard",
    "follow_run",
    "trigger",
    "view_dag",
    "watch_ended",
    "watch_run",
]
