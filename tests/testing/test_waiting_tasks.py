"""Sensors from end to end: written, scheduled, executed inline, ended."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from nbflow import (
    DAG,
    BaseOperator,
    BaseSensorOperator,
    BashSensor,
    Connection,
    DateTimeSensor,
    DayOfWeekSensor,
    EmptyOperator,
    ExternalTaskSensor,
    Fail,
    FileSensor,
    PokeReturnValue,
    PythonSensor,
    Reschedule,
    TaskGroup,
    TimeDeltaSensor,
    TimeDeltaSensorAsync,
    TimeSensor,
    WaitSensor,
    task,
)
from nbflow.core.errors import DefinitionError
from nbflow.testing import run_dag

NOW = datetime.now(timezone.utc)


def test_a_sensor_looks_until_it_finds_and_hands_on_its_value() -> None:
    looks: list[int] = []
    with DAG("d") as dag:

        @task.sensor(poke_interval=3600)
        def arrived() -> PokeReturnValue:
            looks.append(1)
            return PokeReturnValue(is_done=len(looks) == 3, xcom_value=f"after {len(looks)}")

        @task
        def use(how: object) -> object:
            return how

        use(arrived())
    result = run_dag(dag)
    assert (result.state, result.values["use"], len(looks)) == ("success", "after 3", 3)
    assert result.task("arrived").try_number == 1


def test_a_sensor_class_of_ones_own_only_needs_poke(tmp_path: Path) -> None:
    class Countdown(BaseSensorOperator):
        template_fields = ("name",)

        def __init__(self, name: str, **options: object) -> None:
            super().__init__(**options)  # type: ignore[arg-type]  # checked when it is made
            self.name = name

        def poke(self, context: object) -> bool:
            with (tmp_path / self.name).open("a") as file:
                file.write("x")
            return len((tmp_path / self.name).read_text()) == 2

    with DAG("d") as dag:
        Countdown("{{ ds_nodash }}", task_id="count", mode="reschedule", poke_interval=1)
    assert run_dag(dag).state == "success"


def test_a_sensor_that_finds_nothing_fails_when_its_time_is_up() -> None:
    with DAG("d") as dag:
        PythonSensor(task_id="never", python_callable=lambda: False, timeout=150, retries=2)
        PythonSensor(task_id="soft", python_callable=lambda: 0, timeout=150, soft_fail=True)
    result = run_dag(dag)
    assert result.states == {"never": "failed", "soft": "skipped"}
    assert result.task("never").reason == "timeout"


@pytest.mark.parametrize(("options", "state"), [({}, "failed"), ({"never_fail": True}, "skipped")])
def test_an_error_while_looking_fails_or_skips(options: dict[str, bool], state: str) -> None:
    def broken() -> bool:
        raise ValueError("no")

    with DAG("d") as dag:
        PythonSensor(task_id="a", python_callable=broken, **options)  # type: ignore[arg-type]  # flags
    assert run_dag(dag).states == {"a": state}


def test_an_error_while_looking_may_count_as_nothing_found() -> None:
    looks: list[int] = []

    def breaks_once() -> bool:
        looks.append(1)
        if len(looks) == 1:
            raise ValueError("no")
        return True

    with DAG("d") as dag:
        PythonSensor(task_id="a", python_callable=breaks_once, silent_fail=True)
    assert run_dag(dag).state == "success"


def test_a_sensor_may_fail_softly_by_call() -> None:
    def give_up() -> bool:
        raise Fail("gone for good")

    with DAG("d") as dag:
        PythonSensor(task_id="a", python_callable=give_up, soft_fail=True)
    assert run_dag(dag).states == {"a": "skipped"}


def test_a_sensor_may_name_the_time_of_its_next_look() -> None:
    looks: list[datetime] = []

    def at_noon(logical_date: datetime) -> bool:
        looks.append(logical_date)
        if len(looks) == 1:
            raise Reschedule(datetime.now(timezone.utc) + timedelta(hours=5))
        return True

    with DAG("d") as dag:
        PythonSensor(task_id="a", python_callable=at_noon)
    assert (run_dag(dag).state, len(looks)) == ("success", 2)


def test_files_and_commands_are_waited_for(tmp_path: Path) -> None:
    with DAG("d") as dag:
        found = FileSensor(task_id="file", filepath=str(tmp_path / "data" / "*.csv"))
        folder = FileSensor(task_id="folder", filepath=tmp_path / "data")
        asked = BashSensor(task_id="command", bash_command=f"test -e {tmp_path}/data/b.csv")
        [found, folder] >> asked

        @task(trigger_rule="always")
        def arrive() -> None:
            (tmp_path / "data").mkdir()
            (tmp_path / "data" / "a.csv").write_text("1")

        @task
        def more() -> None:
            (tmp_path / "data" / "b.csv").write_text("2")

        arrive()
        folder >> more()
    assert set(run_dag(dag).states.values()) == {"success"}


def test_the_folder_of_a_file_may_be_that_of_a_connection(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    with DAG("d") as dag:
        FileSensor(task_id="a", filepath="*.csv", fs_conn_id="inbox")
        FileSensor(task_id="b", filepath=f"file://{tmp_path}/*.csv")
    inbox = Connection("inbox", conn_type="fs", extra=json.dumps({"path": str(tmp_path)}))
    result = run_dag(dag, connections={"inbox": inbox})
    assert set(result.states.values()) == {"success"}, result.task("a").message


def test_a_command_says_by_its_exit_code_that_it_is_not_yet_time() -> None:
    with DAG("d") as dag:
        BashSensor(task_id="a", bash_command="exit 3", retry_exit_code=4)
    assert run_dag(dag).states == {"a": "failed"}


def test_times_are_waited_for_without_a_worker() -> None:
    with DAG("d", timezone="Europe/Paris") as dag:
        soon = DateTimeSensor(task_id="moment", target_time=NOW + timedelta(hours=2))
        late = TimeDeltaSensor(task_id="delta", delta=timedelta(hours=30))
        clock = TimeSensor(task_id="clock", target_time=time(23, 59, 59))
        day = DayOfWeekSensor(task_id="day", week_day={"Saturday", "Sunday"})
        soon >> late >> clock >> day >> EmptyOperator(task_id="end")
    result = run_dag(dag)
    assert result.state == "success"
    assert {result.task(name).try_number for name in ("moment", "delta", "clock", "day")} == {0}


def test_a_span_is_waited_for_from_the_turn_of_the_task_on() -> None:
    with DAG("d") as dag:
        first = WaitSensor(task_id="a", time_to_wait=timedelta(hours=2))
        first >> WaitSensor(task_id="b", time_to_wait=90)
    result = run_dag(dag)
    assert (result.state, result.task("a").try_number) == ("success", 1)


def test_a_moment_may_be_a_template() -> None:
    with DAG("d") as dag:
        DateTimeSensor(task_id="a", target_time="{{ logical_date.isoformat() }}")
    result = run_dag(dag, logical_date=NOW - timedelta(days=1))
    assert (result.state, result.task("a").try_number) == ("success", 1)


def test_another_dag_that_never_runs_is_waited_for_until_the_time_is_up() -> None:
    with DAG("d") as dag:
        ExternalTaskSensor(task_id="a", external_dag_id="nobody", timeout=3600)
        ExternalTaskSensor(task_id="b", external_dag_id="nobody", check_existence=True)
        ExternalTaskSensor(
            task_id="c",
            external_dag_id="nobody",
            execution_date_fn=lambda date: [date, date - timedelta(days=1)],
            timeout=60,
        )
    result = run_dag(dag)
    assert set(result.states.values()) == {"failed"}
    assert "for DAG nobody at" in result.task("a").message
    assert result.task("b").message == "There is no DAG 'nobody' to wait for."
    assert result.task("c").reason == "timeout"


def test_a_dag_waits_for_its_own_task(tmp_path: Path) -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="x")
        ExternalTaskSensor(task_id="a", external_dag_id="d", external_task_id="x")
    assert run_dag(dag).state == "success"


def test_a_task_group_is_waited_for_whole() -> None:
    with DAG("d") as dag:
        with TaskGroup("load"), TaskGroup("inner", prefix_group_id=False):
            EmptyOperator(task_id="x")
        ExternalTaskSensor(task_id="a", external_dag_id="d", external_task_group_id="load")
        ExternalTaskSensor(
            task_id="b", external_dag_id="d", external_task_group_id="no", check_existence=True
        )
    result = run_dag(dag)
    assert result.states["a"] == "success"
    assert result.task("b").message == "DAG 'd' has no task group 'no' to wait for."


def test_sensors_can_be_mapped() -> None:
    looks: list[int] = []
    with DAG("d") as dag:

        @task.sensor(poke_interval=3600, timeout=36_000)
        def look(n: int) -> PokeReturnValue:
            looks.append(n)
            return PokeReturnValue(is_done=looks.count(n) == n, xcom_value=n)

        @task
        def total(found: list[int]) -> int:
            return sum(found)

        total(look.expand(n=[1, 2, 3]))
        DateTimeSensor.partial(task_id="at").expand(target_time=[NOW, NOW + timedelta(days=1)])
        TimeDeltaSensor.partial(task_id="after", timeout=60).expand(delta=[timedelta(hours=1)])
    result = run_dag(dag)
    assert (result.values["total"], len(looks)) == (6, 6)
    assert result.states["at[1]"] == "success"
    assert result.task("after[0]").reason == "timeout"


def test_deferring_by_hand_is_refused_in_a_sentence() -> None:
    class Defers(BaseOperator):
        def execute(self, context: object) -> object:
            self.defer(trigger=None, method_name="resume")
            return None

    with DAG("d") as dag:
        Defers(task_id="a", retries=3)
    result = run_dag(dag)
    assert result.state == "failed"
    assert result.task("a").try_number == 1
    assert "calls self.defer()" in result.task("a").message


def test_what_cannot_be_waited_for_is_told_with_its_fix() -> None:
    with DAG("d") as dag:
        DateTimeSensor(task_id="a", target_time="tomorrow")
        DayOfWeekSensor(task_id="b", week_day="Mondya")
        ExternalTaskSensor(task_id="c", external_dag_id="x", allowed_states=["sucess"])
        PythonSensor(task_id="e", python_callable=bool, mode="rescheduled", poke_interval="1m")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(DefinitionError) as caught:
        run_dag(dag)
    text = str(caught.value)
    assert len(caught.value.problems) == 5
    assert "target_time is 'tomorrow'" in text
    assert "monday" in text
    assert "success" in text
    assert "reschedule" in text


def test_the_names_of_deferrable_sensors_are_taken_too() -> None:
    assert TimeDeltaSensorAsync is TimeDeltaSensor
