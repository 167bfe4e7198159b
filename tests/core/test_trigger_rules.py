"""The golden table: the verdicts of Airflow 3.3.2's own rule evaluator over two direct upstreams,
all 130 of them.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.core.states import FINISHED, TaskState
from nbflow.core.trigger_rules import Tally, TriggerRule, Verdict, verdict

# S success, K skipped, F failed, U upstream_failed, _ not finished yet.
PAIRS = ("SS", "SK", "KK", "SF", "FF", "KF", "US", "S_", "K_", "F_")
TABLE = """
all_success                 RUN  skip skip UF   UF   UF   UF   .    skip UF
all_failed                  skip skip skip skip RUN  skip skip skip skip .
all_done                    RUN  RUN  RUN  RUN  RUN  RUN  RUN  .    .    .
all_done_min_one_success    RUN  skip skip RUN  UF   skip RUN  .    skip .
all_done_setup_success      RUN  RUN  RUN  RUN  RUN  RUN  RUN  .    .    .
one_success                 RUN  RUN  skip RUN  UF   UF   RUN  RUN  .    .
one_failed                  skip skip skip RUN  RUN  RUN  RUN  .    .    RUN
one_done                    RUN  RUN  skip RUN  RUN  RUN  RUN  RUN  .    RUN
none_failed                 RUN  RUN  RUN  UF   UF   UF   UF   .    .    UF
none_failed_min_one_success RUN  RUN  skip UF   UF   UF   UF   .    .    UF
none_skipped                RUN  skip skip RUN  RUN  skip RUN  .    skip .
all_skipped                 skip skip RUN  skip skip skip skip skip .    skip
always                      RUN  RUN  RUN  RUN  RUN  RUN  RUN  RUN  RUN  RUN
"""
STATES = {
    "S": TaskState.SUCCESS,
    "K": TaskState.SKIPPED,
    "F": TaskState.FAILED,
    "U": TaskState.UPSTREAM_FAILED,
    "_": TaskState.RUNNING,
}
VERDICTS = {
    "RUN": Verdict.RUN,
    "skip": Verdict.SKIP,
    "UF": Verdict.UPSTREAM_FAILED,
    ".": Verdict.WAIT,
}
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], pair, word) for row in ROWS for pair, word in zip(PAIRS, row[1:], strict=True)]


def test_the_table_has_every_rule() -> None:
    assert [row[0] for row in ROWS] == [str(rule) for rule in TriggerRule]


@pytest.mark.parametrize(("rule", "pair", "word"), CELLS)
def test_a_rule_gives_the_verdict_airflow_gives(rule: str, pair: str, word: str) -> None:
    tally = Tally.of(STATES[letter] for letter in pair)
    assert verdict(TriggerRule(rule), tally) is VERDICTS[word]


@pytest.mark.parametrize("rule", TriggerRule)
def test_a_task_without_upstreams_may_always_run(rule: TriggerRule) -> None:
    assert verdict(rule, Tally.of([])) is Verdict.RUN


@given(
    st.sampled_from(TriggerRule),
    st.lists(st.sampled_from(sorted(FINISHED)), min_size=1, max_size=6),
)
def test_no_rule_waits_once_every_upstream_has_finished(
    rule: TriggerRule, states: list[TaskState]
) -> None:
    assert verdict(rule, Tally.of(states)) is not Verdict.WAIT


@given(st.sampled_from(TriggerRule), st.lists(st.sampled_from(sorted(TaskState)), max_size=6))
def test_the_order_of_upstreams_does_not_matter(rule: TriggerRule, states: list[TaskState]) -> None:
    assert verdict(rule, Tally.of(states)) is verdict(rule, Tally.of(reversed(states)))
