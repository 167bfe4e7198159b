"""Who goes to the executor now, and what is said of those who do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from nbflow.core.limits import (
    Active,
    Candidate,
    Capacity,
    Check,
    Limit,
    Taken,
    checks_of,
    choose,
)

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def a_candidate(name: str, *, weight: int = 1, run: int = 1, **fields: object) -> Candidate:
    """`name` is the task's; a newer run is an hour younger."""
    rank = (-weight, NOW + timedelta(hours=run), run, 0, -1)
    one = Candidate(run, (name, -1), "d", "p", 1, rank)
    return replace(one, **fields)  # type: ignore[arg-type]  # names of fields of Candidate


def chosen(*candidates: Candidate, taken: Taken | None = None, **capacity: object) -> list[str]:
    room = Capacity(**{"slots": {"p": 4, "q": 1}, **capacity})  # type: ignore[arg-type]  # as above
    return [one.key[0] for one in choose(candidates, room, taken or Taken())]


def busy(*rows: Active) -> Taken:
    return Taken.of(rows)


def test_the_heaviest_goes_first_then_the_oldest_run() -> None:
    some = [a_candidate("b", run=2), a_candidate("a"), a_candidate("c", weight=2, run=3)]
    assert chosen(*some) == ["c", "a", "b"]


def test_no_more_go_than_the_executor_takes() -> None:
    assert chosen(*[a_candidate(name) for name in "abc"], places=2) == ["a", "b"]


def test_no_more_are_active_than_parallelism_allows() -> None:
    taken = busy(Active(7, "x", "t", "q", 2, 2))
    assert chosen(*[a_candidate(name) for name in "abc"], taken=taken, parallelism=3) == ["a"]


def test_a_full_pool_hides_no_other() -> None:
    full = [a_candidate(f"q{n}", weight=9, pool="q") for n in range(3)]
    assert chosen(*full, a_candidate("a")) == ["q0", "a"]


def test_a_big_task_at_the_head_of_its_pool_keeps_what_is_free() -> None:
    taken = busy(Active(1, "d", "old", "p", 1, 2))
    big, small = a_candidate("big", weight=2, pool_slots=3), a_candidate("small")
    assert chosen(big, small, taken=taken) == []
    assert chosen(big, small) == ["big", "small"]


def test_a_task_that_can_never_fit_holds_up_nobody() -> None:
    assert chosen(a_candidate("huge", weight=2, pool_slots=5), a_candidate("small")) == ["small"]


def test_a_task_that_its_run_holds_back_reserves_no_slots() -> None:
    taken = busy(Active(1, "d", "old", "q", 1, 1))
    limited = a_candidate("a", weight=2, pool_slots=4, limits=((Limit.MAX_ACTIVE_TASKS, 1),))
    assert chosen(limited, a_candidate("b"), taken=taken) == ["b"]


def test_a_pool_without_limit_takes_everybody() -> None:
    many = [a_candidate(f"t{n}", pool_slots=3) for n in range(9)]
    assert len(chosen(*many, slots={"p": -1})) == 9


def test_a_task_of_an_unknown_pool_stays() -> None:
    assert chosen(a_candidate("a", pool="typo")) == []


def test_limits_hold_in_the_group_they_name() -> None:
    of_run = ((Limit.MAX_ACTIVE_TASKS, 1),)
    assert chosen(*[a_candidate(n, run=r, limits=of_run) for r in (1, 2) for n in "ab"]) == [
        "a",
        "a",
    ]
    of_dag = ((Limit.MAX_ACTIVE_TASKS_PER_DAG, 3),)
    assert len(chosen(*[a_candidate(n, run=r, limits=of_dag) for r in (1, 2) for n in "ab"])) == 3
    of_task = ((Limit.MAX_ACTIVE_TIS_PER_DAG, 1),)
    assert chosen(*[a_candidate(n, run=r, limits=of_task) for r in (1, 2) for n in "ab"]) == [
        "a",
        "b",
    ]
    in_run = ((Limit.MAX_ACTIVE_TIS_PER_DAGRUN, 2),)
    mapped = [a_candidate("a", run=r, key=("a", n), limits=in_run) for r in (1, 2) for n in (0, 1)]
    assert len(chosen(*mapped, taken=busy(Active(1, "d", "a", "q", 1, 1)))) == 3


def test_deferred_tasks_keep_their_slots_where_the_pool_says_so() -> None:
    some = [a_candidate(name) for name in "abc"]
    room = Capacity({"p": 4})
    assert len(choose(some, room, Taken.of([], {"p": 2}))) == 2


def test_each_limit_says_what_is_taken_and_who_comes_first() -> None:
    taken = busy(Active(1, "d", "old", "p", 1, 3))
    some = [a_candidate("a", weight=3, pool_slots=2), a_candidate("b", weight=2), a_candidate("c")]
    last = replace(some[2], limits=((Limit.MAX_ACTIVE_TASKS, 5),))
    checks = checks_of((1, ("c", -1)), [*some[:2], last], Capacity({"p": 4}, 9, 8), taken)
    assert checks == [
        Check(Limit.MAX_ACTIVE_TASKS, True, 1, 5),
        Check(Limit.POOL, False, 3, 4, needs=1, ahead=2, reserved=1),
        Check(Limit.PARALLELISM, True, 1, 9),
        Check(Limit.EXECUTOR, True, 0, 8),
    ]


def test_what_is_chosen_has_no_unmet_check_and_the_others_have_one() -> None:
    taken = busy(Active(1, "d", "old", "p", 1, 2))
    some = [a_candidate(f"t{n}", weight=n % 3, pool_slots=1 + n % 2) for n in range(6)]
    room = Capacity({"p": 5}, places=2)
    going = choose(some, room, Taken.of([Active(1, "d", "old", "p", 1, 2)]))
    for one in some:
        fresh = Taken(taken.tasks, taken.slots.copy(), taken.by.copy())
        checks = checks_of((1, one.key), some, room, fresh)
        assert all(check.met for check in checks) == (one in going)
