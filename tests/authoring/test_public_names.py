"""A file is ported by changing its imports: the names that Airflow's files use are here too."""

from __future__ import annotations

import pytest

import nbflow
from nbflow import DAG, task

OF_THE_SDK = """
DAG dag task task_group TaskGroup setup teardown chain cross_downstream Label Param TriggerRule
BaseOperator BaseSensorOperator Asset AssetAlias AssetAll AssetAny asset Metadata
AssetOrTimeSchedule CronTimetable CronTriggerTimetable DeltaTimetable EventsTimetable XComArg
get_current_context Variable Connection Context BaseNotifier PokeReturnValue timezone
ExceptionRetryPolicy RetryRule RetryAction DeadlineAlert DeadlineReference Skip Fail literal
get_parsing_context
"""
OPERATORS = """
ApprovalOperator BaseBranchOperator BashOperator BranchDateTimeOperator BranchDayOfWeekOperator
BranchExternalPythonOperator BranchPythonOperator BranchPythonVirtualenvOperator EmptyOperator
ExternalPythonOperator ExternalTaskMarker HITLBranchOperator HITLEntryOperator HITLOperator
HttpOperator LatestOnlyOperator NotebookOperator PythonOperator PythonVirtualenvOperator
ShortCircuitOperator SmoothOperator SqlOperator TriggerDagRunOperator
"""
SENSORS = """
BashSensor DateTimeSensor DateTimeSensorAsync DayOfWeekSensor ExternalTaskSensor FileSensor
HttpSensor PythonSensor SqlSensor TimeDeltaSensor TimeDeltaSensorAsync TimeSensor TimeSensorAsync
WaitSensor
"""
EXCEPTIONS = """
AirflowException AirflowFailException AirflowNotFoundException AirflowRescheduleException
AirflowSensorTimeout AirflowSkipException AirflowTaskTimeout
"""
DECORATORS = """
bash branch branch_external_python branch_virtualenv external_python notebook python run_if sensor
short_circuit skip_if virtualenv
"""


@pytest.mark.parametrize("names", [OF_THE_SDK, OPERATORS, SENSORS, EXCEPTIONS])
def test_every_name_is_importable_from_nbflow(names: str) -> None:
    wanted = names.split()
    assert [name for name in wanted if not hasattr(nbflow, name)] == []
    assert set(wanted) - set(nbflow.__all__) == set()


def test_every_decorator_is_an_attribute_of_task() -> None:
    assert [name for name in DECORATORS.split() if not hasattr(task, name)] == []


def test_task_python_is_task() -> None:
    with DAG("d") as dag:

        @task.python(multiple_outputs=True)
        def pair() -> dict[str, int]:
            return {"a": 1, "b": 2}

        @task.python
        def show(a: int) -> None: ...

        show(pair()["a"])
    assert [one.task_id for one in dag.tasks] == ["pair", "show"]


def test_a_file_that_is_read_for_one_dag_leaves_out_nothing() -> None:
    context = nbflow.get_parsing_context()
    wanted = [name for name in ("a", "b") if context.dag_id in (None, name)]
    assert (wanted, context.task_id) == (["a", "b"], None)
