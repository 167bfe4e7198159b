"""The composition root: the one place where rooms are put together. Doors ask here for parts that
are ready to use.

This is the index; each noun has its file. Imported by the doors and by `testing`, and by nothing
else. Heavy rooms are imported by the function that needs them, so that `nbflow dags list` does not
pay for Dask.
"""

from nbflow.app.clock import utc_now
from nbflow.app.execution import import_ahead, make_executor, make_runner
from nbflow.app.left_behind import (
    Printing,
    attempt_files,
    attempt_folder,
    attempt_printing,
    discard_artifacts,
    read_log,
    value_detail,
)
from nbflow.app.project import Store, connect, in_project, make_data_folder, open_database
from nbflow.app.run_diffs import compare_runs
from nbflow.app.run_notebooks import (
    ExportFormat,
    Ways,
    assembled_notebook,
    assembled_path,
    copies_to_compare,
    differs_in_order,
    export_run,
    keep_assembled,
    keep_run_notebook,
    run_notebook,
)
from nbflow.app.scheduling import make_scheduler, notify_settings
from nbflow.app.secrets import (
    SecretBook,
    secret_book,
    secret_lookup,
    secrets_of_project,
    try_connection,
)
from nbflow.app.single_runs import AskedBy, create_run, provide_pools, questions_asked

__all__ = [
    "AskedBy",
    "ExportFormat",
    "Printing",
    "SecretBook",
    "Store",
    "Ways",
    "assembled_notebook",
    "assembled_path",
    "attempt_files",
    "attempt_folder",
    "attempt_printing",
    "compare_runs",
    "connect",
    "copies_to_compare",
    "create_run",
    "differs_in_order",
    "discard_artifacts",
    "export_run",
    "import_ahead",
    "in_project",
    "keep_assembled",
    "keep_run_notebook",
    "make_data_folder",
    "make_executor",
    "make_runner",
    "make_scheduler",
    "notify_settings",
    "open_database",
    "provide_pools",
    "questions_asked",
    "read_log",
    "run_notebook",
    "secret_book",
    "secret_lookup",
    "secrets_of_project",
    "try_connection",
    "utc_now",
    "value_detail",
]
