"""Clearing across DAGs: an ExternalTaskMarker takes what it marks with it, if that is asked for."""

from __future__ import annotations

import pytest

from nbflow.commands import Commands
from nbflow.commands.asking import Receipt
from nbflow.core.dag import Task, TaskKind
from nbflow.core.errors import RequestError
from nbflow.core.json import Json
from nbflow.scheduler.loop import Scheduler
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Clock, Hands, a_dag, run_state, start_run, states


def marker(dag_id: str, task_id: str, **more: Json) -> Task:
    payload: dict[str, Json] = {
        "external_dag_id": dag_id,
        "external_task_id": task_id,
        "logical_date": "{{ logical_date.isoformat() }}",
        "recursion_depth": 10,
    }
    return Task("mark", TaskKind.EMPTY, "ExternalTaskMarker", payload={**payload, **more})


def carry_out(scheduler: Scheduler, hands: Hands) -> None:
    for _ in range(50):
        scheduler.tick()
        if not hands.live:
            return
        hands.finish(hands.running[0])
    raise AssertionError("the runs did not end")


def told(receipt: Receipt) -> list[tuple[str, list[str]]]:
    return [(one.dag_id, [task_id for task_id, _ in one.keys]) for one in receipt.affected]


@pytest.fixture
def commands(database: Database, clock: Clock) -> Commands:
    return Commands(database, "ben", clock)


@pytest.fixture
def scheduler(make_scheduler: MakeScheduler) -> Scheduler:
    return make_scheduler(schedules=False)


def a_chain(
    database: Database, length: int, *, back_to: str | None = None, depth: int = 10
) -> None:
    """DAGs d0, d1, ...: `x>y>mark`, each marking `y` of the next, the last that of `back_to`."""
    for place in range(length):
        last = place == length - 1
        if last and back_to is None:
            dag = a_dag("x>y", dag_id=f"d{place}")
        else:
            target = str(back_to) if last else f"d{place + 1}"
            mark = marker(target, "y", recursion_depth=depth)
            dag = a_dag("x>y", "y>mark", tasks=[mark], dag_id=f"d{place}")
        start_run(database, dag)


def test_a_recursive_clear_takes_the_marked_task_with_what_depends_on_it(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>mark", tasks=[marker("child", "wait")], dag_id="parent"))
    start_run(database, a_dag("first>wait", "wait>then", dag_id="child"))
    carry_out(scheduler, hands)
    hands.ever_started.clear()

    preview = commands.clear("parent", "r", ["a"], downstream=True, recursive=True, dry_run=True)
    assert told(preview) == [("parent", ["a", "mark"]), ("child", ["wait", "then"])]
    commands.clear("parent", "r", ["a"], downstream=True, recursive=True)
    carry_out(scheduler, hands)
    assert sorted(hands.ever_started) == ["a", "then", "wait"]
    assert run_state(database, "r", "child") == "success"


def test_without_recursive_the_other_dag_stays_as_it_is(
    database: Database, commands: Commands
) -> None:
    a_chain(database, 2)
    receipt = commands.clear("d0", "r", ["y"], downstream=True)
    assert told(receipt) == [("d0", ["y", "mark"])]


def test_a_circle_of_markers_ends_by_itself(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    a_chain(database, 2, back_to="d0")
    carry_out(scheduler, hands)
    receipt = commands.clear("d0", "r", ["mark"], recursive=True)
    assert told(receipt) == [("d0", ["y", "mark"]), ("d1", ["y", "mark"])]
    carry_out(scheduler, hands)
    assert set(states(database, "r", "d1").values()) == {"success"}


def test_a_chain_that_is_longer_than_its_first_marker_allows_is_refused(
    database: Database, commands: Commands
) -> None:
    a_chain(database, 4, depth=2)
    with pytest.raises(RequestError, match=r"at 'mark' of DAG 'd2'\. Raise recursion_depth"):
        commands.clear("d0", "r", ["mark"], recursive=True)
    assert told(commands.clear("d1", "r", ["mark"], recursive=True))[-1] == ("d3", ["y"])


def test_the_date_of_a_marker_is_rendered_in_its_run(
    database: Database, commands: Commands
) -> None:
    later = "{{ (logical_date + macros.timedelta(days=1)).isoformat() }}"
    mark = marker("{{ params.get('child', 'child') }}", "a", logical_date=later)
    start_run(database, a_dag("mark", tasks=[mark], dag_id="parent"))
    child = a_dag("a", dag_id="child")
    start_run(database, child, "today")
    start_run(database, child, "tomorrow", START.replace(day=3))
    receipt = commands.clear("parent", "r", ["mark"], recursive=True, dry_run=True)
    assert [one.run_id for one in receipt.affected] == ["r", "tomorrow"]


@pytest.mark.parametrize(
    ("text", "words"), [("soon", "which is no date"), ("{{ nothing }}", "It may use logical_date")]
)
def test_a_marker_whose_date_is_none_says_so(
    text: str, words: str, database: Database, commands: Commands
) -> None:
    start_run(database, a_dag("mark", tasks=[marker("child", "a", logical_date=text)]))
    with pytest.raises(RequestError, match=words):
        commands.clear("d", "r", ["mark"], recursive=True)


def test_a_marker_of_a_run_that_is_not_there_clears_nothing_more(
    database: Database, commands: Commands
) -> None:
    start_run(database, a_dag("mark", tasks=[marker("nowhere", "a")]))
    assert told(commands.clear("d", "r", ["mark"], recursive=True)) == [("d", ["mark"])]
