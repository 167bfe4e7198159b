"""Things to wait for."""

import datetime
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

from nbflow import (
    DAG,
    BashOperator,
    BashSensor,
    DayOfWeekSensor,
    FileSensor,
    PokeReturnValue,
    PythonSensor,
    TimeDeltaSensor,
    TriggerRule,
    task,
)

MARK = Path(gettempdir()) / "nbflow_example_sensors"


def success_callable():
    return True


def failure_callable():
    return False


with DAG(
    dag_id="example_sensors", schedule=None, catchup=False, start_date=datetime.datetime(2021, 1, 1)
) as dag:
    t0 = TimeDeltaSensor(task_id="wait_some_seconds", delta=timedelta(seconds=2))
    t4 = BashSensor(task_id="Sensor_succeeds", bash_command="exit 0", poke_interval=1)
    t5 = BashSensor(
        task_id="Sensor_fails_after_3_seconds",
        timeout=3,
        soft_fail=True,
        poke_interval=1,
        bash_command="exit 1",
    )
    t6 = BashOperator(task_id="touch", bash_command=f"touch {MARK}")
    t7 = FileSensor(task_id="wait_for_file", filepath=str(MARK), poke_interval=1)
    t8 = BashOperator(
        task_id="remove_file", bash_command=f"rm -f {MARK}", trigger_rule=TriggerRule.ALL_DONE
    )
    t9 = PythonSensor(task_id="success_sensor_python", python_callable=success_callable)
    t10 = PythonSensor(
        task_id="failure_timeout_sensor_python",
        timeout=3,
        poke_interval=1,
        soft_fail=True,
        python_callable=failure_callable,
    )
    t11 = DayOfWeekSensor(
        task_id="week_day_sensor",
        week_day={"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
    )
    tx = BashOperator(task_id="print_date_in_bash", bash_command="date", trigger_rule="none_failed")

    @task.sensor(poke_interval=1, timeout=60, mode="reschedule")
    def wait_for_upstream() -> PokeReturnValue:
        return PokeReturnValue(is_done=True, xcom_value="xcom_value")

    @task
    def dummy_operator(value):
        return value

    [t0, t4, t5, t9, t10, t11] >> tx
    t6 >> t7 >> t8
    dummy_operator(wait_for_upstream())
