"""The thirteen trigger rules: given the counts of direct upstream states, may a task run, wait, or
is it decided?

Each rule is a predicate over a `Tally`; verdicts are eager, exactly those of Airflow 3.3.2 (its 130
verdicts over two upstreams are the golden test). A rule never looks further than the direct
upstreams.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from nbflow.core.states import TaskState, Word


class TriggerRule(Word):
    """When a task may run, in terms of its direct upstreams."""

    ALL_SUCCESS = "all_success"
    ALL_FAILED = "all_failed"
    ALL_DONE = "all_done"
    ALL_DONE_MIN_ONE_SUCCESS = "all_done_min_one_success"
    ALL_DONE_SETUP_SUCCESS = "all_done_setup_success"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    ONE_DONE = "one_done"
    NONE_FAILED = "none_failed"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"
    NONE_SKIPPED = "none_skipped"
    ALL_SKIPPED = "all_skipped"
    ALWAYS = "always"


class Verdict(Enum):
    """What a rule says about a task right now."""

    RUN = "run"
    WAIT = "wait"
    SKIP = "skip"
    UPSTREAM_FAILED = "upstream_failed"


@dataclass(frozen=True)
class Tally:
    """How many direct upstream task instances are in which kind of state.

    `cancelled` counts as failed: what never finished cannot be built upon. `removed` is neutral.
    """

    total: int = 0
    success: int = 0
    skipped: int = 0
    failed: int = 0
    upstream_failed: int = 0
    removed: int = 0

    @classmethod
    def of(cls, states: Iterable[TaskState]) -> Tally:
        return cls.of_counts([Counter(states)])

    @classmethod
    def of_counts(cls, upstream: Iterable[Mapping[TaskState, int]]) -> Tally:
        """From how many instances of each upstream task are in which state."""
        counts = {"total": 0}
        for states in upstream:
            for state, number in states.items():
                counts["total"] += number
                kind = _KIND_OF_STATE.get(state)
                if kind is not None:
                    counts[kind] = counts.get(kind, 0) + number
        return cls(**counts)

    @property
    def done(self) -> int:
        return self.success + self.skipped + self.failed + self.upstream_failed + self.removed

    @property
    def is_complete(self) -> bool:
        return self.done >= self.total

    @property
    def bad(self) -> int:
        return self.failed + self.upstream_failed

    @property
    def not_successful(self) -> int:
        """Upstreams that did not, or not yet, succeed; removed ones do not count."""
        return self.total - self.success - self.removed


_KIND_OF_STATE = {
    TaskState.SUCCESS: "success",
    TaskState.SKIPPED: "skipped",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "failed",
    TaskState.UPSTREAM_FAILED: "upstream_failed",
    TaskState.REMOVED: "removed",
}


def verdict(rule: TriggerRule, tally: Tally) -> Verdict:
    """The verdict of `rule` over its direct upstreams; a task without upstreams may always run."""
    if tally.total == 0:
        return Verdict.RUN
    return _RULES[rule](tally)


def _all_success(t: Tally) -> Verdict:
    if t.bad:
        return Verdict.UPSTREAM_FAILED
    if t.skipped:
        return Verdict.SKIP
    return Verdict.RUN if t.is_complete else Verdict.WAIT


def _all_failed(t: Tally) -> Verdict:
    if t.success or t.skipped:
        return Verdict.SKIP
    return Verdict.RUN if t.is_complete else Verdict.WAIT


def _all_done(t: Tally) -> Verdict:
    return Verdict.RUN if t.is_complete else Verdict.WAIT


def _all_done_min_one_success(t: Tally) -> Verdict:
    if t.skipped:
        return Verdict.SKIP
    if not t.is_complete:
        return Verdict.WAIT
    return Verdict.RUN if t.success else Verdict.UPSTREAM_FAILED


def _one_success(t: Tally) -> Verdict:
    if t.success:
        return Verdict.RUN
    if not t.is_complete:
        return Verdict.WAIT
    return Verdict.UPSTREAM_FAILED if t.bad else Verdict.SKIP


def _one_failed(t: Tally) -> Verdict:
    if t.bad:
        return Verdict.RUN
    return Verdict.SKIP if t.is_complete else Verdict.WAIT


def _one_done(t: Tally) -> Verdict:
    if t.success or t.failed:
        return Verdict.RUN
    return Verdict.SKIP if t.is_complete else Verdict.WAIT


def _none_failed(t: Tally) -> Verdict:
    if t.bad:
        return Verdict.UPSTREAM_FAILED
    return Verdict.RUN if t.is_complete else Verdict.WAIT


def _none_failed_min_one_success(t: Tally) -> Verdict:
    if t.bad:
        return Verdict.UPSTREAM_FAILED
    if not t.is_complete:
        return Verdict.WAIT
    return Verdict.RUN if t.success else Verdict.SKIP


def _none_skipped(t: Tally) -> Verdict:
    if t.skipped:
        return Verdict.SKIP
    return Verdict.RUN if t.is_complete else Verdict.WAIT


def _all_skipped(t: Tally) -> Verdict:
    if t.success or t.bad:
        return Verdict.SKIP
    return Verdict.RUN if t.is_complete else Verdict.WAIT


def _always(_: Tally) -> Verdict:
    return Verdict.RUN


_RULES: dict[TriggerRule, Callable[[Tally], Verdict]] = {
    TriggerRule.ALL_SUCCESS: _all_success,
    TriggerRule.ALL_FAILED: _all_failed,
    TriggerRule.ALL_DONE: _all_done,
    TriggerRule.ALL_DONE_MIN_ONE_SUCCESS: _all_done_min_one_success,
    TriggerRule.ALL_DONE_SETUP_SUCCESS: _all_done,
    TriggerRule.ONE_SUCCESS: _one_success,
    TriggerRule.ONE_FAILED: _one_failed,
    TriggerRule.ONE_DONE: _one_done,
    TriggerRule.NONE_FAILED: _none_failed,
    TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS: _none_failed_min_one_success,
    TriggerRule.NONE_SKIPPED: _none_skipped,
    TriggerRule.ALL_SKIPPED: _all_skipped,
    TriggerRule.ALWAYS: _always,
}
