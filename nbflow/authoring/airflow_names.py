"""The names of Airflow's files for exceptions that nbflow has under its own, and for what is
simpler here.
"""

from __future__ import annotations

from typing import NamedTuple

from nbflow.core.errors import (
    DefinitionError,
    Fail,
    NbflowError,
    NotFoundError,
    RequestError,
    Reschedule,
    Skip,
)

AirflowException = NbflowError
AirflowRuntimeError = NbflowError
AirflowSkipException = Skip
AirflowFailException = Fail
AirflowRescheduleException = Reschedule
AirflowNotFoundException = NotFoundError
AirflowBadRequest = RequestError
AirflowDagCycleException = DefinitionError
AirflowTimetableInvalid = DefinitionError
DuplicateTaskIdFound = DefinitionError
ParamValidationError = DefinitionError
DagNotFound = NotFoundError
TaskNotFound = NotFoundError
XComNotFound = NotFoundError


class AirflowSensorTimeout(Fail):
    """A sensor waited too long: it fails, and is not tried again."""


class AirflowTaskTimeout(NbflowError):
    """Something in a task took too long: it fails, and may be tried again."""


class ParsingContext(NamedTuple):
    """Which DAG and task a file is read for; None: for all of them."""

    dag_id: str | None = None
    task_id: str | None = None


def get_parsing_context() -> ParsingContext:
    """What a file is read for: always all it defines, so that both ids are None.

    A worker reads a file once for all tasks of its DAGs, and a file that leaves out what it is not
    read for in Airflow leaves out nothing here.
    """
    return ParsingContext()
