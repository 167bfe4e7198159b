"""nbflow turns Jupyter notebooks into scheduled, parallel, observable workflows.

This module holds the public names and the hooks that Jupyter looks up by name, and nothing else.
Jupyter imports it in every server, so importing it stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nbflow._version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbflow.authoring import timezone
    from nbflow.authoring.airflow_names import (
        AirflowBadRequest,
        AirflowDagCycleException,
        AirflowException,
        AirflowFailException,
        AirflowNotFoundException,
        AirflowRescheduleException,
        AirflowRuntimeError,
        AirflowSensorTimeout,
        AirflowSkipException,
        AirflowTaskTimeout,
        AirflowTimetableInvalid,
        DagNotFound,
        DuplicateTaskIdFound,
        ParamValidationError,
        TaskNotFound,
        XComNotFound,
        get_parsing_context,
    )
    from nbflow.authoring.asset_dags import asset
    from nbflow.authoring.asset_events import Metadata, outlet_events
    from nbflow.authoring.context import Context, get_current_context
    from nbflow.authoring.control import (
        BaseBranchOperator,
        BranchDateTimeOperator,
        BranchDayOfWeekOperator,
        ExternalTaskMarker,
        LatestOnlyOperator,
        SmoothOperator,
        TriggerDagRunOperator,
    )
    from nbflow.authoring.custom_timetables import TimeRestriction, Timetable
    from nbflow.authoring.dag import DAG, dag
    from nbflow.authoring.deadlines import (
        AsyncCallback,
        DeadlineAlert,
        DeadlineReference,
        SyncCallback,
    )
    from nbflow.authoring.decorators import setup, task, teardown
    from nbflow.authoring.environments import (
        BranchExternalPythonOperator,
        BranchPythonVirtualenvOperator,
        ExternalPythonOperator,
        PythonVirtualenvOperator,
    )
    from nbflow.authoring.groups import TaskGroup, task_group
    from nbflow.authoring.links import Label, chain, chain_linear, cross_downstream
    from nbflow.authoring.notifiers import AppriseNotifier, BaseNotifier
    from nbflow.authoring.operators import (
        BaseOperator,
        BashOperator,
        BranchPythonOperator,
        EmptyOperator,
        NotebookOperator,
        PythonOperator,
        ShortCircuitOperator,
        XComArg,
    )
    from nbflow.authoring.params import Param
    from nbflow.authoring.people import (
        ApprovalOperator,
        HITLBranchOperator,
        HITLEntryOperator,
        HITLOperator,
    )
    from nbflow.authoring.references import literal
    from nbflow.authoring.retrying import (
        ExceptionRetryPolicy,
        RetryDecision,
        RetryPolicy,
        RetryRule,
    )
    from nbflow.authoring.secrets import BaseHook, Connection, Variable, mask_secret
    from nbflow.authoring.sensors import (
        BaseSensorOperator,
        BashSensor,
        DateTimeSensor,
        DateTimeSensorAsync,
        DayOfWeekSensor,
        ExternalTaskSensor,
        FileSensor,
        PokeReturnValue,
        PythonSensor,
        TimeDeltaSensor,
        TimeDeltaSensorAsync,
        TimeSensor,
        TimeSensorAsync,
    )
    from nbflow.authoring.sql_operators import (
        SQLCheckOperator,
        SqlCheckOperator,
        SQLExecuteQueryOperator,
        SqlOperator,
        SqlSensor,
    )
    from nbflow.authoring.wait_sensor import WaitSensor
    from nbflow.authoring.web_operators import HttpOperator, HttpSensor
    from nbflow.authoring.weekdays import WeekDay
    from nbflow.core.assets import Asset, AssetAlias, AssetAll, AssetAny
    from nbflow.core.errors import (
        Fail,
        Reschedule,
        Skip,
    )
    from nbflow.core.retries import RetryAction
    from nbflow.core.states import DagRunState, TaskInstanceState
    from nbflow.core.timetables import (
        AssetOrTimeSchedule,
        CronDataIntervalTimetable,
        CronTimetable,
        CronTriggerTimetable,
        DagRunInfo,
        DataInterval,
        DeltaDataIntervalTimetable,
        DeltaTimetable,
        DeltaTriggerTimetable,
        EventsTimetable,
        MultipleCronTriggerTimetable,
    )
    from nbflow.core.trigger_rules import TriggerRule
    from nbflow.core.weights import WeightRule
    from nbflow.runtime.load_value import load_value
    from nbflow.widgets.handles import RunHandle, trigger

__all__ = [
    "DAG",
    "AirflowBadRequest",
    "AirflowDagCycleException",
    "AirflowException",
    "AirflowFailException",
    "AirflowNotFoundException",
    "AirflowRescheduleException",
    "AirflowRuntimeError",
    "AirflowSensorTimeout",
    "AirflowSkipException",
    "AirflowTaskTimeout",
    "AirflowTimetableInvalid",
    "AppriseNotifier",
    "ApprovalOperator",
    "Asset",
    "AssetAlias",
    "AssetAll",
    "AssetAny",
    "AssetOrTimeSchedule",
    "AsyncCallback",
    "BaseBranchOperator",
    "BaseHook",
    "BaseNotifier",
    "BaseOperator",
    "BaseSensorOperator",
    "BashOperator",
    "BashSensor",
    "BranchDateTimeOperator",
    "BranchDayOfWeekOperator",
    "BranchExternalPythonOperator",
    "BranchPythonOperator",
    "BranchPythonVirtualenvOperator",
    "Connection",
    "Context",
    "CronDataIntervalTimetable",
    "CronTimetable",
    "CronTriggerTimetable",
    "DagNotFound",
    "DagRunInfo",
    "DagRunState",
    "DataInterval",
    "DateTimeSensor",
    "DateTimeSensorAsync",
    "DayOfWeekSensor",
    "DeadlineAlert",
    "DeadlineReference",
    "DeltaDataIntervalTimetable",
    "DeltaTimetable",
    "DeltaTriggerTimetable",
    "DuplicateTaskIdFound",
    "EmptyOperator",
    "EventsTimetable",
    "ExceptionRetryPolicy",
    "ExternalPythonOperator",
    "ExternalTaskMarker",
    "ExternalTaskSensor",
    "Fail",
    "FileSensor",
    "HITLBranchOperator",
    "HITLEntryOperator",
    "HITLOperator",
    "HttpOperator",
    "HttpSensor",
    "Label",
    "LatestOnlyOperator",
    "Metadata",
    "MultipleCronTriggerTimetable",
    "NotebookOperator",
    "Param",
    "ParamValidationError",
    "PokeReturnValue",
    "PythonOperator",
    "PythonSensor",
    "PythonVirtualenvOperator",
    "Reschedule",
    "RetryAction",
    "RetryDecision",
    "RetryPolicy",
    "RetryRule",
    "RunHandle",
    "SQLCheckOperator",
    "SQLExecuteQueryOperator",
    "ShortCircuitOperator",
    "Skip",
    "SmoothOperator",
    "SqlCheckOperator",
    "SqlOperator",
    "SqlSensor",
    "SyncCallback",
    "TaskGroup",
    "TaskInstanceState",
    "TaskNotFound",
    "TimeDeltaSensor",
    "TimeDeltaSensorAsync",
    "TimeRestriction",
    "TimeSensor",
    "TimeSensorAsync",
    "Timetable",
    "TriggerDagRunOperator",
    "TriggerRule",
    "Variable",
    "WaitSensor",
    "WeekDay",
    "WeightRule",
    "XComArg",
    "XComNotFound",
    "__version__",
    "asset",
    "chain",
    "chain_linear",
    "cross_downstream",
    "dag",
    "get_current_context",
    "get_parsing_context",
    "literal",
    "load_value",
    "mask_secret",
    "outlet_events",
    "setup",
    "task",
    "task_group",
    "teardown",
    "timezone",
    "trigger",
]

# Where each public name lives. Nothing is imported before it is asked for: a Jupyter server imports
# nbflow to look for the hooks below, and need not pay for operators and cron.
_HOMES = {
    "nbflow.authoring.timezone": ("timezone",),
    "nbflow.core.retries": ("RetryAction",),
    "nbflow.authoring.retrying": (
        "ExceptionRetryPolicy",
        "RetryDecision",
        "RetryPolicy",
        "RetryRule",
    ),
    "nbflow.authoring.airflow_names": (
        "AirflowBadRequest",
        "AirflowDagCycleException",
        "AirflowException",
        "AirflowFailException",
        "AirflowNotFoundException",
        "AirflowRescheduleException",
        "AirflowRuntimeError",
        "AirflowSensorTimeout",
        "AirflowSkipException",
        "AirflowTaskTimeout",
        "AirflowTimetableInvalid",
        "DagNotFound",
        "DuplicateTaskIdFound",
        "ParamValidationError",
        "TaskNotFound",
        "XComNotFound",
        "get_parsing_context",
    ),
    "nbflow.authoring.asset_dags": ("asset",),
    "nbflow.authoring.asset_events": ("Metadata", "outlet_events"),
    "nbflow.authoring.context": ("Context", "get_current_context"),
    "nbflow.authoring.deadlines": (
        "AsyncCallback",
        "DeadlineAlert",
        "DeadlineReference",
        "SyncCallback",
    ),
    "nbflow.authoring.custom_timetables": ("TimeRestriction", "Timetable"),
    "nbflow.authoring.dag": ("DAG", "dag"),
    "nbflow.authoring.decorators": ("setup", "task", "teardown"),
    "nbflow.authoring.groups": ("TaskGroup", "task_group"),
    "nbflow.authoring.links": ("Label", "chain", "chain_linear", "cross_downstream"),
    "nbflow.authoring.operators": (
        "BaseOperator",
        "BashOperator",
        "BranchPythonOperator",
        "EmptyOperator",
        "NotebookOperator",
        "PythonOperator",
        "ShortCircuitOperator",
        "XComArg",
    ),
    "nbflow.authoring.params": ("Param",),
    "nbflow.authoring.references": ("literal",),
    "nbflow.core.assets": ("Asset", "AssetAlias", "AssetAll", "AssetAny"),
    "nbflow.core.errors": (
        "Fail",
        "Reschedule",
        "Skip",
    ),
    "nbflow.authoring.secrets": ("BaseHook", "Connection", "Variable", "mask_secret"),
    "nbflow.authoring.sql_operators": (
        "SQLCheckOperator",
        "SQLExecuteQueryOperator",
        "SqlCheckOperator",
        "SqlOperator",
        "SqlSensor",
    ),
    "nbflow.authoring.web_operators": ("HttpOperator", "HttpSensor"),
    "nbflow.core.timetables": (
        "AssetOrTimeSchedule",
        "CronDataIntervalTimetable",
        "CronTimetable",
        "CronTriggerTimetable",
        "DagRunInfo",
        "DataInterval",
        "DeltaDataIntervalTimetable",
        "DeltaTimetable",
        "DeltaTriggerTimetable",
        "EventsTimetable",
        "MultipleCronTriggerTimetable",
    ),
    "nbflow.core.states": ("DagRunState", "TaskInstanceState"),
    "nbflow.core.trigger_rules": ("TriggerRule",),
    "nbflow.core.weights": ("WeightRule",),
    "nbflow.runtime.load_value": ("load_value",),
    "nbflow.widgets.handles": ("RunHandle", "trigger"),
    "nbflow.authoring.sensors": (
        "BaseSensorOperator",
        "BashSensor",
        "DateTimeSensor",
        "DateTimeSensorAsync",
        "DayOfWeekSensor",
        "ExternalTaskSensor",
        "FileSensor",
        "PokeReturnValue",
        "PythonSensor",
        "TimeDeltaSensor",
        "TimeDeltaSensorAsync",
        "TimeSensor",
        "TimeSensorAsync",
    ),
    "nbflow.authoring.control": (
        "BaseBranchOperator",
        "BranchDateTimeOperator",
        "BranchDayOfWeekOperator",
        "ExternalTaskMarker",
        "LatestOnlyOperator",
        "SmoothOperator",
        "TriggerDagRunOperator",
    ),
    "nbflow.authoring.wait_sensor": ("WaitSensor",),
    "nbflow.authoring.weekdays": ("WeekDay",),
    "nbflow.authoring.notifiers": ("AppriseNotifier", "BaseNotifier"),
    "nbflow.authoring.people": (
        "ApprovalOperator",
        "HITLBranchOperator",
        "HITLEntryOperator",
        "HITLOperator",
    ),
    "nbflow.authoring.environments": (
        "BranchExternalPythonOperator",
        "BranchPythonVirtualenvOperator",
        "ExternalPythonOperator",
        "PythonVirtualenvOperator",
    ),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            globals()[name] = value = getattr(import_module(module), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "nbflow-labextension"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from nbflow.server.extension import NbflowExtension  # noqa: PLC0415 - only servers pay for it

    return [{"module": "nbflow.server.extension", "app": NbflowExtension}]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register nbflow's magics in `shell`; called by `%load_ext nbflow`."""
    from nbflow.authoring import magics  # noqa: PLC0415 - only shells that ask pay for it

    magics.load_ipython_extension(shell)
