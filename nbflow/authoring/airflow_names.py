"""The names Airflow's files import for exceptions, for nbflow's own that mean the same."""

from __future__ import annotations

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
