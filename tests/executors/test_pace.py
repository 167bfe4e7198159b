"""How much work is taken ahead of need."""

from __future__ import annotations

from nbflow.executors.pace import Pace


def test_short_tasks_are_taken_ahead_for_the_next_tenth_of_a_second() -> None:
    pace = Pace(horizon=0.1)
    for step in range(3_000):
        pace.finished(1, step / 300)

    assert 28 <= pace.ahead(10.0) <= 30


def test_long_tasks_are_not() -> None:
    pace = Pace(horizon=0.1)
    for step in range(10):
        pace.finished(1, step * 1.0)

    assert pace.ahead(9.0) == 0


def test_a_burst_is_forgotten_and_never_exceeds_the_limit() -> None:
    pace = Pace(most=64)
    pace.finished(100_000, 1.0)

    assert pace.ahead(1.0) == 64
    assert pace.ahead(20.0) == 0
