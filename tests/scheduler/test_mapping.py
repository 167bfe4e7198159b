"""Mapped tasks with a scheduler over a store: rows, orders, values, restarts, and what thousands of
instances cost.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from nbflow.commands import Commands
from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.mapping import VALUE, Expansion, Source
from nbflow.core.orders import RETURN_VALUE, Outcome, TaskOrder, ValueRef
from nbflow.core.states import TaskState
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store import browsing, journal
from nbflow.store.database import Database
from nbflow.views.instances import instance_page
from nbflow.views.runs import run_detail, task_instance_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, Clock, Hands, save, start_run
from tests.scheduler.test_waiting import statements


def returned(task_id: str) -> Source:
    return {"kind": VALUE, "task_id": task_id, "key": RETURN_VALUE}


def mapped(task_id: str, source: str, *, group: str = "", reads: tuple[str, ...] = ()) -> Task:
    expansion = Expansion((("x", returned(source)),), group=group)
    return Task(task_id, TaskKind.PYTHON, expansion=expansion, reads=reads)


def value(of: object) -> Outcome:
    length = len(of) if isinstance(of, list) else None
    ref = ValueRef("json", of, length=length)  # type: ignore[arg-type]  # JSON
    return Outcome(TaskState.SUCCESS, values={RETURN_VALUE: ref})


def a_fan() -> Dag:
    """`a` gives a list, `m` is mapped over it, `z` reads what all of `m` return."""
    tasks = (
        Task("a", TaskKind.PYTHON),
        mapped("m", "a"),
        Task("z", TaskKind.PYTHON, reads=("m",)),
    )
    return Dag("d", tasks, (Edge("a", "m"), Edge("m", "z")), file="d.py")


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        run = browsing.run(session, "d", "r")
        assert run is not None
        return {i.name: str(i.state) for i in browsing.instances(session, run.id)}


def live(hands: Hands) -> dict[str, TaskOrder]:
    """The orders being carried out, by task and index."""
    orders = (hands.orders[attempt] for attempt in hands.live)
    return {f"{o.task.task_id}[{o.map_index}]": o for o in orders}


def end(hands: Hands, name: str, outcome: Outcome) -> None:
    hands.end(live(hands)[name].attempt_id, outcome)


def after_a(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, items: list[object]
) -> Scheduler:
    start_run(database, a_fan())
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, "a[-1]", value(items))
    scheduler.tick()
    return scheduler


def test_instances_get_their_element_and_the_next_task_all_values_in_order(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = after_a(database, make_scheduler, hands, ["x", "y", "w"])
    assert {n: o.elements[0].value for n, o in live(hands).items()} == {
        "m[0]": ValueRef("json", "x"),
        "m[1]": ValueRef("json", "y"),
        "m[2]": ValueRef("json", "w"),
    }
    for index in (2, 0, 1):
        end(hands, f"m[{index}]", value(index * 10))
        scheduler.tick()
    order = live(hands)["z[-1]"]
    found = [(index, values[RETURN_VALUE].json) for index, values in order.mapped_values["m"]]
    assert found == [(0, 0), (1, 10), (2, 20)]


def test_the_placeholder_is_gone_from_the_store_once_there_are_instances(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    after_a(database, make_scheduler, hands, [1, 2])
    assert states(database) == {"a": "success", "z": "none", "m[0]": "queued", "m[1]": "queued"}


def test_over_nothing_nothing_runs(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    after_a(database, make_scheduler, hands, [])
    assert states(database) == {"a": "success", "m": "skipped", "z": "skipped"}


def test_another_scheduler_goes_on_with_the_instances_there_are(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    after_a(database, make_scheduler, hands, [1, 2])
    clock.pass_(seconds=60)
    heir = make_scheduler()
    heir.tick()
    end(hands, "m[0]", value("one"))
    end(hands, "m[1]", value("two"))
    heir.tick()
    heir.tick()
    assert [v[RETURN_VALUE].json for _, v in live(hands)["z[-1]"].mapped_values["m"]] == [
        "one",
        "two",
    ]


def test_an_element_of_a_mapped_task_is_the_value_of_one_instance(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    tasks = (*a_fan().tasks[:2], mapped("n", "m"))
    start_run(database, Dag("d", tasks, (Edge("a", "m"), Edge("m", "n")), file="d.py"))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, "a[-1]", value([1, 2, 3]))
    scheduler.tick()
    for index in range(3):
        nothing = Outcome(TaskState.SUCCESS)
        end(hands, f"m[{index}]", nothing if index == 1 else value(f"of {index}"))
    scheduler.tick()
    scheduler.tick()
    assert {n: o.elements[0].value for n, o in live(hands).items()} == {
        "n[0]": ValueRef("json", "of 0"),
        "n[1]": ValueRef("json", "of 2"),
    }


def test_in_a_group_an_instance_reads_the_value_of_its_own(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    tasks = (
        Task("a", TaskKind.PYTHON),
        mapped("g.b", "a", group="g"),
        mapped("g.c", "a", group="g", reads=("g.b",)),
    )
    edges = (Edge("a", "g.b"), Edge("a", "g.c"), Edge("g.b", "g.c"))
    start_run(database, Dag("d", tasks, edges, file="d.py"))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, "a[-1]", value([1, 2]))
    scheduler.tick()
    end(hands, "g.b[1]", value("mine"))
    scheduler.tick()
    scheduler.tick()
    assert live(hands)["g.c[1]"].values["g.b"][RETURN_VALUE].json == "mine"
    assert "g.c[0]" not in live(hands)


def test_one_instance_is_cleared_and_what_comes_after_runs_again(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = after_a(database, make_scheduler, hands, [1, 2])
    end(hands, "m[0]", value(1))
    end(hands, "m[1]", BAD)
    scheduler.tick()
    assert states(database)["z"] == "upstream_failed"
    receipt = Commands(database, "ann").clear("d", "r")
    assert receipt.keys == (("m", 1), ("z", -1))
    scheduler.tick()
    scheduler.tick()
    assert states(database) == {"a": "success", "m[0]": "success", "m[1]": "running", "z": "none"}


def test_a_shorter_list_leaves_instances_removed_and_they_are_not_cleared_again(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = after_a(database, make_scheduler, hands, [1, 2])
    for index in range(2):
        end(hands, f"m[{index}]", value(index))
    scheduler.tick()
    Commands(database, "ann").clear("d", "r", ["a+"])
    scheduler.tick()
    scheduler.tick()
    end(hands, "a[-1]", value([1]))
    scheduler.tick()
    assert states(database) | {"z": ""} == {
        "a": "success",
        "m[0]": "queued",
        "m[1]": "removed",
        "z": "",
    }
    assert Commands(database, "ann").clear("d", "r", ["m"], dry_run=True).keys == (("m", 0),)


def test_an_instance_has_its_own_values_and_reasons(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = after_a(database, make_scheduler, hands, [1, 2])
    end(hands, "m[1]", replace(value("it"), map_name="the second"))
    scheduler.tick()
    detail = task_instance_detail(database, "d", "r", "m", 1)
    assert (detail.instance.map_name, [v.key for v in detail.values]) == (
        "the second",
        ["return_value"],
    )
    why = task_instance_detail(database, "d", "r", "z").why
    assert any("m (1 of 2)" in condition.text for condition in why)


def test_what_is_waited_for_before_there_are_instances_is_told(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    start_run(database, a_fan())
    make_scheduler().tick()
    texts = [condition.text for condition in task_instance_detail(database, "d", "r", "m").why]
    assert "How many instances it gets is known when a (queued) has ended." in texts


# --- cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [10, 5_000])
def test_the_statements_of_a_tick_do_not_grow_with_the_instances(
    sqlite_database: Database, tmp_path: object, clock: Clock, length: int
) -> None:
    hands = Hands(slots=8)
    scheduler = Scheduler(
        sqlite_database, hands, SchedulerSettings(str(tmp_path), schedules=False), clock=clock
    )
    start_run(sqlite_database, a_fan())
    scheduler.tick()
    end(hands, "a[-1]", value([0] * length))
    with statements(sqlite_database) as expanding:
        scheduler.tick()
    for name in list(live(hands)):
        end(hands, name, value(1))
    with statements(sqlite_database) as going_on:
        scheduler.tick()
    assert len(states(sqlite_database)) == length + 2
    assert len(expanding) <= 40
    assert len(going_on) <= 40


def test_the_instances_of_a_task_are_read_page_by_page_and_counted(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = after_a(database, make_scheduler, hands, [1, 2, 3])
    end(hands, "m[1]", BAD)
    scheduler.tick()
    page = instance_page(database, "d", "r", "m", limit=2)
    assert ([i.map_index for i in page.instances], page.next) == ([0, 1], 1)
    assert page.counts == {"running": 2, "failed": 1}
    rest = instance_page(database, "d", "r", "m", after=1, limit=2)
    assert ([i.map_index for i in rest.instances], rest.next) == ([2], None)
    failed = instance_page(database, "d", "r", "m", state="failed")
    assert [i.map_index for i in failed.instances] == [1]
    found = instance_page(database, "d", "r", "m", search="2")
    assert [i.map_index for i in found.instances] == [2]


def test_of_a_task_with_many_instances_a_run_says_how_many_there_are(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = after_a(database, make_scheduler, hands, [1, 2, 3])
    end(hands, "m[1]", BAD)
    scheduler.tick()
    whole, counted = run_detail(database, "d", "r"), run_detail(database, "d", "r", most=2)
    assert whole.mapped["m"].counts == {"running": 2, "failed": 1}
    assert whole.mapped["m"] == replace(counted.mapped["m"], listed=True)
    assert [i.map_index for i in whole.instances if i.task_id == "m"] == [0, 1, 2]
    assert [i.task_id for i in counted.instances] == [
        i.task_id for i in whole.instances if i.task_id != "m"
    ]
    assert counted.run.counts == whole.run.counts


def test_a_change_of_one_of_many_says_what_it_was_before(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = after_a(database, make_scheduler, hands, [1, 2])
    end(hands, "m[1]", BAD)
    scheduler.tick()
    with database.reading() as session:
        lines = [one for one in journal.after(session, 0) if one.task_id == "m"]
    counts = Counter({"none": 2})
    for line in lines:
        if line.kind == "task" and line.map_index is not None and line.map_index >= 0:
            assert isinstance(line.data, dict)
            counts[str(line.data["before"])] -= 1
            counts[str(line.state)] += 1
    assert +counts == {"running": 1, "failed": 1}


def test_who_asks_for_a_mapped_task_as_a_whole_is_told_which_instances_there_are(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    after_a(database, make_scheduler, hands, [1, 2, 3])
    with pytest.raises(NotFoundError, match=r"into 3 instances: name one .* from 0 to 2\."):
        task_instance_detail(database, "d", "r", "m")
    with pytest.raises(NotFoundError, match="no instance 4"):
        task_instance_detail(database, "d", "r", "a", 4)


def finished(database: Database, make_scheduler: MakeScheduler, hands: Hands) -> Scheduler:
    scheduler = after_a(database, make_scheduler, hands, [1, 2])
    for index in range(2):
        end(hands, f"m[{index}]", value(index))
    scheduler.tick()
    end(hands, "z[-1]", value("all"))
    scheduler.tick()
    return scheduler


def test_a_rerun_of_the_last_task_alone_reads_the_values_of_all_instances_of_the_first_run(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = finished(database, make_scheduler, hands)
    Commands(database, "ann").rerun("d", "r", tasks=["z"])
    scheduler.tick()
    order = live(hands)["z[-1]"]
    assert [values[RETURN_VALUE].json for _, values in order.mapped_values["m"]] == [0, 1]


def test_a_rerun_of_a_mapped_task_needs_what_it_is_mapped_over(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    finished(database, make_scheduler, hands)
    with pytest.raises(RequestError, match="'m' is mapped over what 'a' hands on: select 'a' too"):
        Commands(database, "ann").rerun("d", "r", tasks=["m"])


def test_a_task_that_is_mapped_no_more_runs_once_in_the_latest_version(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    scheduler = finished(database, make_scheduler, hands)
    tasks = tuple(replace(task, expansion=None) for task in a_fan().tasks)
    save(database, replace(a_fan(), tasks=tasks))
    Commands(database, "ann").clear("d", "r", ["m+"], latest=True)
    scheduler.tick()
    scheduler.tick()
    assert states(database)["m[0]"] == "removed"
    end(hands, "m[-1]", value("once"))
    scheduler.tick()
    scheduler.tick()
    assert live(hands)["z[-1]"].values["m"][RETURN_VALUE].json == "once"


def test_a_task_that_has_become_mapped_is_expanded_in_the_latest_version(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    tasks = tuple(replace(task, expansion=None) for task in a_fan().tasks)
    start_run(database, replace(a_fan(), tasks=tasks))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, "a[-1]", value([1, 2]))
    scheduler.tick()
    end(hands, "m[-1]", value(0))
    scheduler.tick()
    save(database, a_fan())
    Commands(database, "ann").clear("d", "r", ["a+"], latest=True)
    scheduler.tick()
    scheduler.tick()
    end(hands, "a[-1]", value([1, 2]))
    scheduler.tick()
    assert {"m[0]", "m[1]"} <= states(database).keys()
    assert "m" not in states(database)
