"""What people have done to runs: cleared, one or many, on a newer version, marked, forced, noted,
repeated with changes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nbflow.commands import Commands, Runs
from nbflow.core.errors import RequestError
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.states import TaskState
from nbflow.scheduler.loop import Scheduler
from nbflow.store import browsing
from nbflow.store import runs as run_store
from nbflow.store.browsing import ListedRun
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import (
    BAD,
    START,
    Clock,
    Hands,
    a_dag,
    run_state,
    save,
    start_run,
    states,
)


@pytest.fixture
def commands(database: Database, clock: Clock) -> Commands:
    return Commands(database, "ben", clock)


@pytest.fixture
def scheduler(make_scheduler: MakeScheduler) -> Scheduler:
    return make_scheduler(schedules=False)


def carry_out(scheduler: Scheduler, hands: Hands, **outcomes: Outcome) -> None:
    """Let everything run to its end; tasks end as told, or well."""
    for _ in range(100):
        scheduler.tick()
        if not hands.live:
            return
        task_id = hands.running[0]
        hands.finish(task_id, outcomes.get(task_id, Outcome(TaskState.SUCCESS)))
    raise AssertionError("the runs did not end")


def listed(database: Database, run_id: str) -> ListedRun:
    with database.reading() as session:
        found = browsing.run(session, "d", run_id)
    assert found is not None
    return found


def three_runs(database: Database, commands: Commands, scheduler: Scheduler, hands: Hands) -> None:
    """r0, r1 and r2, a day apart; the one in the middle failed in b."""
    save(database, a_dag("a>b", "b>c"))
    for number, outcome in enumerate((Outcome(TaskState.SUCCESS), BAD, Outcome(TaskState.SUCCESS))):
        day = START + timedelta(days=number)
        commands.trigger("d", logical_date=day, run_id=f"r{number}")
        carry_out(scheduler, hands, b=outcome)
    hands.ever_started.clear()


# -- clear -----------------------------------------------------------------------------------------


def test_clearing_a_range_of_runs_resumes_those_that_failed(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    three_runs(database, commands, scheduler, hands)
    receipt = commands.clear("d", Runs(since=START, states=("failed",)))
    assert [(one.run_id, one.keys) for one in receipt.affected] == [("r1", (("b", -1), ("c", -1)))]
    carry_out(scheduler, hands)
    assert hands.ever_started == ["b", "c"]
    assert run_state(database, "r1") == "success"


def test_past_and_future_take_the_same_tasks_of_other_runs(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    three_runs(database, commands, scheduler, hands)
    past = commands.clear("d", "r1", ["c"], past=True, dry_run=True)
    future = commands.clear("d", "r1", ["c"], future=True, dry_run=True)
    assert {one.run_id for one in past.affected} == {"r0", "r1"}
    assert {one.run_id for one in future.affected} == {"r1", "r2"}


def test_a_preview_is_what_then_happens(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    three_runs(database, commands, scheduler, hands)
    preview = commands.clear("d", "r2", ["b+"], dry_run=True)
    assert preview.request_id is None
    commands.clear("d", "r2", ["b+"], note="The data had been corrected.")
    carry_out(scheduler, hands)
    assert hands.ever_started == [task_id for task_id, _ in preview.keys] == ["b", "c"]
    assert listed(database, "r2").run.note == "The data had been corrected."


def test_only_what_runs_can_be_cleared(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a", "b>c"))
    scheduler.tick()
    hands.finish("b")
    scheduler.tick()
    preview = commands.clear("d", "r", ["*"], only_running=True, dry_run=True)
    assert preview.keys == (("a", -1), ("c", -1))


def test_cleared_on_the_latest_version_new_tasks_run_and_vanished_ones_are_removed(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b", "b>old"))
    carry_out(scheduler, hands, b=BAD)
    save(database, a_dag("a>b", "b>new"))
    preview = commands.clear("d", "r", latest=True, dry_run=True)
    assert (preview.affected[0].added, preview.affected[0].removed) == (("new",), ("old",))
    commands.clear("d", "r", latest=True)
    hands.ever_started.clear()
    carry_out(scheduler, hands)
    assert hands.ever_started == ["b", "new"]
    assert states(database) == {"a": "success", "b": "success", "old": "removed", "new": "success"}
    assert (run_state(database), listed(database, "r").version) == ("success", 2)


def test_without_latest_a_run_keeps_its_version(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b", "b>old"))
    carry_out(scheduler, hands, b=BAD)
    save(database, a_dag("a>b", "b>new"))
    commands.clear("d", "r")
    carry_out(scheduler, hands)
    assert states(database) == {"a": "success", "b": "success", "old": "success"}
    assert listed(database, "r").version == 1


def test_a_run_in_progress_moves_to_the_latest_version_and_loses_what_is_gone(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a", "old"))
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    save(database, a_dag("a>new"))
    commands.clear("d", "r", ["a"], latest=True)
    carry_out(scheduler, hands)
    assert hands.cancelled == ["old"]
    assert states(database) == {"a": "success", "old": "removed", "new": "success"}
    assert run_state(database) == "success"


def test_a_selection_that_means_nothing_is_refused_at_once(
    database: Database, commands: Commands
) -> None:
    start_run(database, a_dag("a>b"))
    with pytest.raises(RequestError, match=r"character 2: .* no task 'bb'. Did you mean 'b'\?"):
        commands.clear("d", "r", ["+bb"])


def test_runs_of_versions_that_lack_the_selected_task_are_left_out(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    save(database, a_dag("a"))
    commands.trigger("d", run_id="old")
    carry_out(scheduler, hands)
    save(database, a_dag("a>b"))
    commands.trigger("d", run_id="new")
    carry_out(scheduler, hands)
    receipt = commands.clear("d", Runs(), ["b"], dry_run=True)
    assert [one.run_id for one in receipt.affected] == ["new"]
    with pytest.raises(RequestError, match="no task 'c'"):
        commands.clear("d", Runs(), ["c"], dry_run=True)


# -- mark ------------------------------------------------------------------------------------------


def test_marking_a_failed_task_lets_what_waited_for_it_go_on(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b", "b>c"))
    carry_out(scheduler, hands, a=BAD)
    preview = commands.mark("d", "r", ["a"], "success", dry_run=True)
    assert preview.affected[0].released == (("b", -1), ("c", -1))
    commands.mark("d", "r", ["a"], "success")
    hands.ever_started.clear()
    carry_out(scheduler, hands)
    assert hands.ever_started == ["b", "c"]
    assert run_state(database) == "success"


def test_marking_the_last_task_settles_the_run_that_has_ended(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    carry_out(scheduler, hands, b=BAD)
    commands.mark("d", "r", ["b"], "success")
    scheduler.tick()
    assert run_state(database) == "success"
    commands.mark("d", "r", ["b"], "failed")
    scheduler.tick()
    assert run_state(database) == "failed"


def test_what_is_marked_while_it_runs_is_ended_and_its_report_counts_no_more(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler.tick()
    commands.mark("d", "r", ["a"], "skipped")
    scheduler.tick()
    scheduler.tick()
    assert hands.cancelled == ["a"]
    assert states(database) == {"a": "skipped", "b": "skipped"}


def test_marking_a_run_settles_its_tasks(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    save(database, a_dag("a>b", "x"))
    for run_id, state in (("r", "failed"), ("s", "success")):
        commands.trigger("d", run_id=run_id)
        scheduler.tick()
        hands.finish("a")
        scheduler.tick()
        commands.mark_run("d", run_id, state)
        scheduler.tick()
    assert states(database, "r") == {"a": "success", "b": "failed", "x": "failed"}
    assert states(database, "s") == {"a": "success", "b": "success", "x": "success"}
    assert (run_state(database, "r"), run_state(database, "s")) == ("failed", "success")
    assert listed(database, "r").run.message == "Marked failed by ben."


def test_the_preview_of_a_mark_says_what_each_task_was_and_becomes(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler.tick()
    hands.finish("a", BAD)
    scheduler.tick()
    (task,) = commands.mark("d", "r", ["a"], "success", dry_run=True).affected
    (run,) = commands.mark_run("d", "r", "success", dry_run=True).affected
    assert (task.keys, task.before, task.after) == ((("a", -1),), ("failed",), ("success",))
    assert task.released == (("b", -1),)
    assert (run.before, run.after) == (("failed", "upstream_failed"), ("success", "success"))


def test_a_mark_that_there_is_not_is_refused(database: Database, commands: Commands) -> None:
    start_run(database, a_dag("a"))
    with pytest.raises(RequestError, match="say success, failed, skipped"):
        commands.mark("d", "r", ["a"], "running")
    with pytest.raises(RequestError, match="say success, failed"):
        commands.mark_run("d", "r", "skipped")


# -- force -----------------------------------------------------------------------------------------


def test_a_task_can_be_run_whatever_its_upstream_did(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b", "b>c"))
    carry_out(scheduler, hands, a=BAD)
    commands.run_tasks("d", "r", ["c"])
    hands.ever_started.clear()
    carry_out(scheduler, hands)
    assert hands.ever_started == ["c"]
    assert states(database) == {"a": "failed", "b": "upstream_failed", "c": "success"}


def test_forcing_a_task_of_a_run_in_progress_leaves_the_rest_as_it_is(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler.tick()
    commands.run_tasks("d", "r", ["b"])
    scheduler.tick()
    assert hands.running == ["a", "b"]
    with pytest.raises(RequestError, match="all of it is under way already"):
        commands.run_tasks("d", "r", ["b"])


# -- notes, second runs, repetition ----------------------------------------------------------------


def test_notes_are_kept_on_runs_and_tasks(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a"))
    carry_out(scheduler, hands)
    commands.note("d", "r", "Looks odd.")
    commands.note("d", "r", "Slow today.", "a")
    scheduler.tick()
    run = listed(database, "r")
    with database.reading() as session:
        (instance,) = browsing.instances(session, run.id)
    assert (run.run.note, instance.note) == ("Looks odd.", "Slow today.")
    assert (run.run.state, hands.ever_started) == ("success", ["a"])


def test_a_second_run_of_an_id_or_a_logical_date_is_refused_in_a_sentence(
    database: Database, commands: Commands, scheduler: Scheduler
) -> None:
    start_run(database, a_dag("a"), "first")
    with pytest.raises(RequestError, match="has a run 'first' already"):
        commands.trigger("d", run_id="first")
    with pytest.raises(RequestError, match=r"Run first of DAG 'd' has the logical date .* already"):
        commands.trigger("d", logical_date=START)


def test_a_rerun_with_changes_is_a_run_of_its_own_linked_to_the_first(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    dag = a_dag("a", params={"x": {"default": 1, "schema": {"type": "integer"}}})
    save(database, dag)
    commands.trigger("d", {"x": 1}, run_id="first", logical_date=START)
    carry_out(scheduler, hands)
    commands.rerun("d", "first", {"x": 2}, new_run_id="second", note="Try two.")
    carry_out(scheduler, hands)
    first, second = listed(database, "first").run, listed(database, "second").run
    assert (first.params, second.params) == ({"x": 1}, {"x": 2})
    assert (second.rerun_of, second.logical_date, second.note) == ("first", START, "Try two.")
    assert second.state == "success"


def test_a_rerun_on_the_latest_version_leaves_out_the_params_that_this_has_no_more(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    whole = {"default": 1, "schema": {"type": "integer"}}
    save(database, a_dag("a", params={"x": whole, "y": whole}))
    commands.trigger("d", {"x": 5, "y": 6}, run_id="first")
    carry_out(scheduler, hands)
    save(database, a_dag("a>b", params={"x": whole}))
    plan = commands.rerun("d", "first", latest=True, dry_run=True)
    assert (plan.request_id, plan.new and plan.new.params) == (None, {"x": 5})
    assert plan.new is not None
    assert plan.new.tasks == ("a", "b")


def test_a_rerun_of_some_tasks_reads_what_the_others_handed_on_in_the_first_run(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    dag = a_dag("a>b")
    tasks = (dag.tasks[0], replace(dag.tasks[1], reads=("a",)))
    start_run(database, replace(dag, tasks=tasks))
    value = ValueRef("json", 42, size=2)
    carry_out(scheduler, hands, a=Outcome(TaskState.SUCCESS, values={"return_value": value}))
    commands.rerun("d", "r", tasks=["b"], new_run_id="again")
    scheduler.tick()
    assert hands.running == ["b"]
    (order,) = [hands.orders[attempt] for attempt in hands.live]
    assert order.run.run_id == "again"
    assert [ref.json for refs in order.values.values() for ref in refs.values()] == [42]


def test_a_run_of_some_tasks_that_lack_values_is_refused(
    database: Database, commands: Commands
) -> None:
    dag = a_dag("a>b")
    save(database, replace(dag, tasks=(dag.tasks[0], replace(dag.tasks[1], reads=("a",)))))
    with pytest.raises(RequestError, match=r"'b' reads what 'a' hands on.* for example \+b"):
        commands.trigger("d", tasks=["b"])


def test_only_the_chosen_tasks_of_a_triggered_run_are_run_in_their_order(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    save(database, a_dag("a>b", "b>c"))
    commands.trigger("d", run_id="part", tasks=["a, c"])
    carry_out(scheduler, hands)
    assert hands.ever_started == ["a", "c"]
    with database.reading() as session:
        run = run_store.load_run(session, "d", "part")
    assert run is not None
    assert run.snapshot.dag.upstream("c") == ("a",)


def test_a_deleted_run_is_gone_with_what_only_it_left_behind(
    database: Database, commands: Commands, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    discarded: list[str] = []
    scheduler = make_scheduler(schedules=False)
    scheduler._discard = discarded.extend
    save(database, a_dag("a"))
    shared, own = (ValueRef("json", url=f"values/{name}", digest=name) for name in ("s", "o"))
    for run_id, values in (("r", {"s": shared, "o": own}), ("other", {"s": shared})):
        commands.trigger("d", run_id=run_id)
        carry_out(scheduler, hands, a=Outcome(TaskState.SUCCESS, values=values))
    commands.delete_run("d", "r")
    scheduler.tick()
    assert [url.rpartition("/")[2] for url in discarded] == ["r", "o"]
    with database.reading() as session:
        assert browsing.run(session, "d", "r") is None
        assert browsing.run(session, "d", "other") is not None


def test_a_run_that_has_not_ended_is_not_deleted(
    database: Database, commands: Commands, scheduler: Scheduler
) -> None:
    start_run(database, a_dag("a"))
    with pytest.raises(RequestError, match="Only what has ended can be deleted"):
        commands.delete_run("d", "r")


def test_a_task_that_vanishes_before_it_is_cleared_leaves_a_run_that_ends(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    carry_out(scheduler, hands, b=BAD)
    commands.clear("d", "r", ["b"], latest=True)
    save(database, a_dag("a>new"))
    carry_out(scheduler, hands)
    assert states(database) == {"a": "success", "b": "removed", "new": "success"}
    assert run_state(database) == "success"
