"""Backfills: made by people, carried out by the scheduler within their own limit, and over in the
end.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from nbflow.commands import Commands, Receipt
from nbflow.core.dag import Dag
from nbflow.core.errors import RequestError
from nbflow.scheduler.loop import Scheduler
from nbflow.store import backfills, browsing, journal
from nbflow.store.database import Database
from nbflow.views.runs import task_instance_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, START, Clock, Hands, a_dag, run_ids, run_state, save, states

DAILY = {"kind": "cron", "cron": "0 0 * * *", "timezone": "UTC"}
FEBRUARY = datetime(2026, 2, 1, tzinfo=timezone.utc)


def day(number: int) -> datetime:
    """A day of February 2026; the stage's clock shows the second of March."""
    return FEBRUARY + timedelta(days=number - 1)


def name(number: int) -> str:
    return f"backfill__{day(number).isoformat()}"


@pytest.fixture
def dag() -> Dag:
    return a_dag("a>b", timetable=DAILY, max_active_runs=1, start_date=day(1))


@pytest.fixture
def commands(database: Database, clock: Clock, dag: Dag) -> Commands:
    save(database, dag)
    return Commands(database, "ben", clock)


@pytest.fixture
def scheduler(make_scheduler: MakeScheduler, commands: Commands) -> Scheduler:
    return make_scheduler(schedules=False)


def make_runs(
    commands: Commands, scheduler: Scheduler, hands: Hands, *numbers: int, bad: bool = False
) -> None:
    """Runs for these days that have ended."""
    commands.backfill("d", day(numbers[0]), day(numbers[-1]))
    carry_out(scheduler, hands, bad=bad)


def carry_out(scheduler: Scheduler, hands: Hands, *, bad: bool = False) -> None:
    for _ in range(100):
        scheduler.tick()
        if not hands.live:
            scheduler.tick()  # the end of a run wakes the scheduler once more
        if not hands.live:
            return
        task_id = hands.running[0]
        hands.finish(task_id, BAD) if bad and task_id == "b" else hands.finish(task_id)
    raise AssertionError("the runs did not end")


def steps(receipt: Receipt) -> dict[str, str]:
    return {one.run_id: str(one.step) for one in receipt.planned}


def backfill_state(database: Database) -> str:
    with database.reading() as session:
        return str(backfills.newest(session, None, 1)[0].state)


def newest_id(database: Database) -> int:
    with database.reading() as session:
        return backfills.newest(session, None, 1)[0].id


def test_a_backfill_makes_a_run_for_each_date_of_the_schedule(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(3), day(5))
    carry_out(scheduler, hands)
    assert run_ids(database) == [name(3), name(4), name(5)]
    assert backfill_state(database) == "finished"
    number = newest_id(database)
    with database.reading() as session:
        run = browsing.run(session, "d", name(4))
        assert run is not None
        assert (run.run.run_type, run.run.logical_date) == ("backfill", day(4))
        assert run.run.data_interval_start == day(3)
        assert backfills.run_states(session, [number]) == {number: {"success": 3}}


def test_its_limit_is_its_own_and_not_that_of_the_dag(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(1), day(9), max_active_runs=3)
    scheduler.tick()
    assert hands.running == ["a", "a", "a"]
    # The DAG's own limit of one run is as free as before.
    commands.trigger("d", run_id="by-hand")
    scheduler.tick()
    assert run_state(database, "by-hand") == "running"
    assert run_state(database, name(3)) == "running"
    assert len(run_ids(database)) == 4


def test_it_goes_backwards_if_told_to(
    commands: Commands, scheduler: Scheduler, database: Database, hands: Hands
) -> None:
    commands.backfill("d", day(1), day(3), max_active_runs=1, run_backwards=True)
    carry_out(scheduler, hands)
    assert run_ids(database) == [name(3), name(2), name(1)]


def test_a_dry_run_lists_every_run_with_what_would_happen_and_asks_for_nothing(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    make_runs(commands, scheduler, hands, 2)
    make_runs(commands, scheduler, hands, 3, bad=True)
    plans = {
        reprocess: commands.backfill("d", day(1), day(3), reprocess=reprocess, dry_run=True)
        for reprocess in ("none", "failed", "completed")
    }
    assert steps(plans["none"]) == {name(1): "create", name(2): "leave", name(3): "leave"}
    assert steps(plans["failed"]) == {name(1): "create", name(2): "leave", name(3): "rerun"}
    assert steps(plans["completed"]) == {name(1): "create", name(2): "rerun", name(3): "rerun"}
    assert [a.keys for a in plans["failed"].affected] == [(("b", -1),)]
    assert len(plans["completed"].affected[0].keys) == 2
    assert plans["none"].planned[1].why == f"{name(2)} succeeded."
    assert {plan.request_id for plan in plans.values()} == {None}
    scheduler.tick()
    assert len(run_ids(database)) == 2


def test_reprocessing_what_failed_keeps_what_succeeded(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    make_runs(commands, scheduler, hands, 3, bad=True)
    commands.backfill("d", day(3), day(3), reprocess="failed")
    hands.ever_started.clear()
    carry_out(scheduler, hands)
    assert hands.ever_started == ["b"]
    assert run_state(database, name(3)) == "success"
    assert backfill_state(database) == "finished"


def test_reprocessing_what_completed_runs_all_of_it_again(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    make_runs(commands, scheduler, hands, 2, 3)
    commands.backfill("d", day(2), day(3), reprocess="completed")
    hands.ever_started.clear()
    carry_out(scheduler, hands)
    assert sorted(hands.ever_started) == ["a", "a", "b", "b"]
    assert len(run_ids(database)) == 2


def test_a_run_that_has_not_ended_is_left_alone(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.trigger("d", logical_date=day(2), run_id="mine")
    scheduler.tick()
    plan = commands.backfill("d", day(1), day(2), reprocess="completed", dry_run=True)
    assert steps(plan) == {name(1): "create", "mine": "leave"}
    assert plan.planned[1].why == "mine is running: it is left alone."


def test_other_params_make_runs_of_their_own_for_dates_there_are(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    save(database, a_dag("a>b", timetable=DAILY, params={"x": {"default": 1, "schema": {}}}))
    make_runs(commands, scheduler, hands, 2)
    commands.backfill("d", day(2), day(2), reprocess="completed", params={"x": 2})
    carry_out(scheduler, hands)
    first, second = run_ids(database)
    assert second.startswith(f"{first}_")
    with database.reading() as session:
        both = [browsing.run(session, "d", run_id) for run_id in (first, second)]
    assert [run.run.params for run in both if run] == [{"x": 1}, {"x": 2}]


def test_only_the_selected_tasks_run(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(2), day(2), tasks=["b"])
    carry_out(scheduler, hands)
    assert states(database, name(2)) == {"b": "success"}
    assert run_state(database, name(2)) == "success"


def test_a_paused_backfill_begins_no_run_and_goes_on_afterwards(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(1), day(3), max_active_runs=1)
    scheduler.tick()
    commands.pause_backfill(newest_id(database))
    carry_out(scheduler, hands)
    assert (len(run_ids(database)), backfill_state(database)) == (1, "paused")
    commands.unpause_backfill(newest_id(database))
    carry_out(scheduler, hands)
    assert (len(run_ids(database)), backfill_state(database)) == (3, "finished")


def test_a_backfill_paused_while_its_last_runs_are_under_way_is_over_when_they_end(
    database: Database,
    commands: Commands,
    make_scheduler: MakeScheduler,
    scheduler: Scheduler,
    hands: Hands,
    clock: Clock,
) -> None:
    commands.backfill("d", day(1), day(2), max_active_runs=2)
    scheduler.tick()
    commands.pause_backfill(newest_id(database))
    scheduler.tick()
    assert backfill_state(database) == "paused"
    clock.pass_(seconds=60)  # another scheduler takes over, and remembers nothing of it
    carry_out(make_scheduler(schedules=False), hands)
    assert backfill_state(database) == "finished"


def test_a_backfill_whose_last_run_has_ended_cannot_be_paused(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(1), day(1))
    scheduler.tick()
    number = newest_id(database)
    hands.finish("a")
    scheduler.tick()
    hands.finish("b")
    commands.pause_backfill(number)  # while the scheduler does not know of the end
    scheduler.tick()
    assert backfill_state(database) == "finished"
    with pytest.raises(RequestError, match=f"Backfill {number} is finished already."):
        commands.pause_backfill(number)


def test_cancelling_lets_what_runs_end_and_makes_no_more(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(1), day(5), max_active_runs=2)
    scheduler.tick()
    commands.cancel_backfill(newest_id(database))
    carry_out(scheduler, hands)
    assert backfill_state(database) == "cancelled"
    assert [run_state(database, one) for one in run_ids(database)] == ["success", "success"]


def test_cancelling_ends_what_runs_as_well_if_told_to(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(1), day(5), max_active_runs=2)
    scheduler.tick()
    commands.cancel_backfill(newest_id(database), running=True)
    carry_out(scheduler, hands)
    assert [run_state(database, one) for one in run_ids(database)] == ["cancelled", "cancelled"]


def test_a_backfill_survives_a_scheduler_that_dies_at_any_tick(
    database: Database,
    commands: Commands,
    make_scheduler: MakeScheduler,
    hands: Hands,
    clock: Clock,
) -> None:
    commands.backfill("d", day(1), day(6), max_active_runs=2)
    for _ in range(40):
        scheduler = make_scheduler(schedules=False)
        scheduler.tick()
        if hands.live:
            hands.finish(hands.running[0])
        clock.pass_(seconds=60)  # the lease of the one that died runs out
    assert backfill_state(database) == "finished"
    assert run_ids(database) == [name(number) for number in range(1, 7)]
    assert sorted(hands.ever_started) == ["a"] * 6 + ["b"] * 6


def test_a_second_backfill_over_the_same_dates_is_refused_in_a_sentence(
    database: Database, commands: Commands, scheduler: Scheduler
) -> None:
    commands.backfill("d", day(1), day(5))
    scheduler.tick()
    with pytest.raises(
        RequestError, match=r"Backfill \d+ of DAG 'd' is running and covers 2026-02-01"
    ):
        commands.backfill("d", day(4), day(9))
    commands.backfill("d", day(6), day(9))
    scheduler.tick()
    assert len(run_ids(database)) == 9


def test_a_run_of_an_ended_backfill_that_is_cleared_begins_like_any_other(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    make_runs(commands, scheduler, hands, 2)
    commands.clear("d", name(2), ["b"])
    carry_out(scheduler, hands)
    assert run_state(database, name(2)) == "success"
    assert hands.ever_started == ["a", "b", "b"]


def test_the_journal_tells_of_a_backfill(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    make_runs(commands, scheduler, hands, 2)
    with database.reading() as session:
        lines = [one for one in journal.after(session, 0, 500) if one.kind == "backfill"]
    assert [(one.state, one.actor) for one in lines] == [("created", "ben"), ("finished", None)]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (day(9), day(2), "would begin (2026-02-09) after its end (2026-02-02). Exchange the two."),
        (START + timedelta(days=3), START + timedelta(days=9), "that is in the future"),
        (day(-30), day(-20), "it starts on 2026-02-01."),
    ],
)
def test_dates_that_mean_nothing_are_refused_in_a_sentence(
    commands: Commands, first: datetime, last: datetime, said: str
) -> None:
    with pytest.raises(RequestError) as refused:
        commands.backfill("d", first, last)
    assert said in str(refused.value)


def test_a_dag_without_dates_cannot_be_filled(database: Database, commands: Commands) -> None:
    save(database, a_dag("a", dag_id="by-hand"))
    with pytest.raises(RequestError, match="has no dates to fill"):
        commands.backfill("by-hand", day(1), day(2))


def test_a_backfill_with_nothing_to_do_says_what_would_work(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    make_runs(commands, scheduler, hands, 2)
    with pytest.raises(RequestError, match="choose what to reprocess: failed, completed"):
        commands.backfill("d", day(2), day(2))


def test_ten_thousand_runs_are_too_many(database: Database, commands: Commands) -> None:
    save(database, a_dag("a", dag_id="often", timetable={**DAILY, "cron": "* * * * *"}))
    with pytest.raises(RequestError, match="more than 10000 runs"):
        commands.backfill("often", day(1), day(28))


@pytest.mark.parametrize("ends_last", ["mine", name(1)])
def test_nothing_is_created_for_a_date_that_got_a_run_meanwhile(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands, ends_last: str
) -> None:
    commands.backfill("d", day(1), day(2), max_active_runs=1)
    scheduler.tick()
    commands.trigger("d", logical_date=day(2), run_id="mine")
    scheduler.tick()
    while first := [a for a in hands.live if hands.orders[a].run.run_id != ends_last]:
        hands.end(first[0])
        scheduler.tick()
    carry_out(scheduler, hands)
    assert run_ids(database) == [name(1), "mine"]
    assert backfill_state(database) == "finished"


def test_the_schedule_makes_no_second_run_for_a_date_that_a_backfill_filled(
    database: Database,
    make_scheduler: MakeScheduler,
    commands: Commands,
    hands: Hands,
    clock: Clock,
) -> None:
    start = START - timedelta(days=2, hours=12)
    save(database, a_dag("a", timetable=DAILY, catchup=True, start_date=start))
    make_runs(commands, make_scheduler(schedules=False), hands, 28)
    clock.pass_(seconds=60)  # the lease of the first scheduler runs out
    carry_out(make_scheduler(), hands)
    with database.reading() as session:
        dates = [run.run.logical_date for run in browsing.runs(session, "d", None, 50)]
    assert len(dates) == len(set(dates)) == 3


def test_a_run_of_a_paused_backfill_says_whom_it_waits_for(
    database: Database, commands: Commands, scheduler: Scheduler, hands: Hands
) -> None:
    commands.backfill("d", day(1), day(3), max_active_runs=1)
    scheduler.tick()
    number = newest_id(database)
    commands.pause_backfill(number)
    carry_out(scheduler, hands)
    commands.clear("d", name(1), ["b"])
    scheduler.tick()
    why = task_instance_detail(database, "d", name(1), "b", now=START).why
    told = [one.text for one in why if one.name == "run"]
    assert told == [f"Backfill {number} is paused. Go on with it: nbflow backfill unpause {number}"]


def test_a_schedule_that_is_not_installed_any_more_refuses_the_backfill_and_stops_nothing(
    database: Database, commands: Commands, scheduler: Scheduler
) -> None:
    asked = commands.backfill("d", day(1), day(2))
    save(database, a_dag("a>b", timetable={"kind": "of-a-plugin"}))
    scheduler.tick()
    answer = commands.answer(asked, timeout=0)
    assert answer is not None
    assert (answer.outcome, "timetable kind 'of-a-plugin' is not known" in answer.message) == (
        "refused",
        True,
    )
