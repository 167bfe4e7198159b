"""The arguments of Airflow's DAGs and operators that mean nothing here: they are taken, so that a
file need not be changed, and a warning says what to do instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from nbflow.authoring.findings import Findings

NO_EFFECT = "NBF106"

OF_DAGS: Mapping[str, str] = {
    "access_control": "Who may do what is decided by Jupyter's authorizer.",
    "auto_register": "A DAG belongs to the file that makes it, with or without a `with`.",
    "disable_bundle_versioning": "A run keeps the version of its DAG; clear it with the latest.",
    "jinja_environment_kwargs": "Templates are rendered in a sandbox with settings of its own.",
    "owner_links": "Write the address into doc_md.",
    "template_undefined": "A template that names what is not there fails its task.",
}
"""By the argument of a DAG: what to do instead, or why nothing is to be done."""

OF_TASKS: Mapping[str, str] = {
    "allow_nested_operators": "An operator made inside a task belongs to no DAG.",
    "doc_json": "Use doc_md.",
    "doc_rst": "Use doc_md.",
    "doc_yaml": "Use doc_md.",
    "end_date": "Give it to the DAG.",
    "executor": "Every task runs where the settings of the project say; see `queue`.",
    "executor_config": "Use `resources` and `queue` to choose workers.",
    "logger_name": "What a task logs is its log, whatever the logger.",
    "owner": "Give it to the DAG.",
    "run_as_user": "Tasks run as the user of the worker.",
    "start_date": "Give it to the DAG.",
    "start_from_trigger": "Sensors hold no worker between their looks by themselves.",
    "start_trigger_args": "Sensors hold no worker between their looks by themselves.",
}
"""By the argument of a task, as OF_DAGS."""


def warn_of(given: Mapping[str, object], known: Mapping[str, str], findings: Findings) -> None:
    """Warn of each given argument that is `known` to have no effect."""
    for name in given:
        if name in known and given[name] is not None:
            findings.warning(NO_EFFECT, f"'{name}' has no effect in nbflow.", known[name])
