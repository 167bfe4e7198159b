"""The rules of the book: who may start an attempt, and what its owner hears. No Dask needed."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.core.orders import ReportKind, TaskReport
from nbflow.core.states import Reason, TaskState
from nbflow.executors.attempt_book import KEEP_BARS, KEEP_LETTERS, AttemptBook

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)


@pytest.fixture
def book() -> AttemptBook:
    return AttemptBook()


def heard(book: AttemptBook, session: str = "s1", after: int = 0) -> list[TaskReport]:
    return [pickle.loads(letter.body) for letter in book.letters(session, after)]


def endings(book: AttemptBook, session: str = "s1") -> list[tuple[str, TaskState, Reason | None]]:
    return [
        (report.attempt_id, report.outcome.state, report.outcome.reason)
        for report in heard(book, session)
        if report.outcome is not None
    ]


def running(book: AttemptBook, attempt: str = "a", worker: str = "w1") -> None:
    book.expect(attempt, "s1", "c1")
    assert book.claim(attempt, "s1", worker, NOW)


def finish(book: AttemptBook, attempt: str = "a", worker: str = "w1") -> str | None:
    report = TaskReport(attempt, ReportKind.FINISHED, NOW, worker)
    return book.finish(attempt, worker, pickle.dumps(report), NOW)


def test_the_first_claim_wins_and_starts_the_attempt(book: AttemptBook) -> None:
    book.expect("a", "s1", "c1")

    assert book.claim("a", "s1", "w1", NOW)
    assert not book.claim("a", "s1", "w2", NOW)
    assert not book.claim("a", "s1", "w1", NOW)

    assert heard(book) == [TaskReport("a", ReportKind.STARTED, NOW, "w1")]


def test_what_nobody_submitted_cannot_be_claimed(book: AttemptBook) -> None:
    assert not book.claim("a", "s1", "w1", NOW)


def test_a_finished_attempt_cannot_be_claimed_even_after_its_report_is_acknowledged(
    book: AttemptBook,
) -> None:
    running(book)
    assert finish(book) == "s1"
    book.acknowledge("s1", [letter.number for letter in book.letters("s1", 0)])

    assert not book.claim("a", "s1", "w2", NOW)
    assert book.mailboxes == {}


def test_an_attempt_whose_worker_leaves_is_lost_and_cannot_be_claimed_again(
    book: AttemptBook,
) -> None:
    running(book)
    book.expect("b", "s1", "c1")

    book.worker_left("w1", NOW)

    assert endings(book) == [("a", TaskState.FAILED, Reason.WORKER_LOST)]
    assert not book.claim("a", "s1", "w2", NOW)
    assert book.claim("b", "s1", "w2", NOW)


def test_a_worker_that_counts_as_lost_has_nothing_to_say_any_more(book: AttemptBook) -> None:
    running(book)
    book.worker_left("w1", NOW)

    assert finish(book) is None
    assert book.beat("w1", ["a"], NOW) == ["a"]
    assert len(endings(book)) == 1


def test_what_is_cancelled_before_it_starts_cannot_be_claimed(book: AttemptBook) -> None:
    book.expect("a", "s1", "c1")

    assert book.cancel("s1", ["a"], NOW) == {}

    assert not book.claim("a", "s1", "w1", NOW)
    assert endings(book) == [("a", TaskState.CANCELLED, Reason.CANCELLED)]


def test_a_cancel_that_overtakes_its_attempt_holds(book: AttemptBook) -> None:
    book.cancel("s1", ["a"], NOW)
    book.acknowledge("s1", [letter.number for letter in book.letters("s1", 0)])
    book.expect("a", "s1", "c1")

    assert not book.claim("a", "s1", "w1", NOW)


def test_cancelling_a_running_attempt_says_where_it_runs(book: AttemptBook) -> None:
    running(book)

    assert book.cancel("s1", ["a"], NOW) == {"w1": ["a"]}
    assert endings(book) == []

    book.worker_left("w1", NOW)
    assert endings(book) == [("a", TaskState.CANCELLED, Reason.CANCELLED)]


def test_adopting_moves_running_attempts_and_their_letters(book: AttemptBook) -> None:
    running(book, "a")
    running(book, "b")
    finish(book, "b")

    assert book.adopt("s2", ["a", "b", "c"], NOW) == {"a", "b"}

    finish(book, "a")
    assert heard(book, "s1") == []
    kinds = [(report.attempt_id, report.kind) for report in heard(book, "s2")]
    started, finished = ReportKind.STARTED, ReportKind.FINISHED
    assert kinds == [("a", started), ("b", started), ("b", finished), ("a", finished)]


def test_what_is_not_adopted_starts_only_for_the_session_that_asked(book: AttemptBook) -> None:
    book.expect("a", "s1", "c1")

    assert book.adopt("s2", ["a"], NOW) == set()

    assert not book.claim("a", "s1", "w1", NOW)
    book.expect("a", "s1", "c1")
    assert not book.claim("a", "s1", "w1", NOW)
    book.expect("a", "s2", "c2")
    assert not book.claim("a", "s1", "w1", NOW)
    assert book.claim("a", "s2", "w1", NOW)


def test_of_the_signs_of_life_only_the_latest_is_kept(book: AttemptBook) -> None:
    running(book)
    for second in range(3):
        assert book.beat("w1", ["a"], NOW + timedelta(seconds=second)) == []

    latest = TaskReport("a", ReportKind.HEARTBEAT, NOW + timedelta(seconds=2), "w1")
    assert heard(book)[1:] == [latest]


def test_a_session_reads_on_where_it_stopped(book: AttemptBook) -> None:
    running(book)
    read = book.letters("s1", 0)[-1].number
    finish(book)

    assert [letter.kind for letter in book.letters("s1", read)] == [ReportKind.FINISHED]


def test_attempts_without_a_sign_of_life_are_found(book: AttemptBook) -> None:
    running(book, "a")
    running(book, "b")
    book.beat("w1", ["b"], NOW + timedelta(seconds=60))

    assert book.unseen_since(NOW + timedelta(seconds=30)) == ["a"]


def test_what_nobody_will_ask_for_is_dropped(book: AttemptBook) -> None:
    running(book)
    finish(book)
    book.cancel("s1", ["never-arrived"], NOW)

    book.clean(NOW + KEEP_BARS + KEEP_LETTERS)

    assert book.mailboxes == {}
    book.expect("never-arrived", "s1", "c1")
    assert "never-arrived" in book.expected


_attempts = st.sampled_from(["a", "b"])
_sessions = st.sampled_from(["s1", "s2"])
_workers = st.sampled_from(["w1", "w2"])
_steps = st.one_of(
    st.tuples(st.just("expect"), _attempts, _sessions),
    st.tuples(st.just("claim"), _attempts, _sessions, _workers),
    st.tuples(st.just("finish"), _attempts, _workers),
    st.tuples(st.just("cancel"), _attempts),
    st.tuples(st.just("adopt"), _attempts, _sessions),
    st.tuples(st.just("left"), _workers),
)


@given(st.lists(_steps, max_size=40))
def test_whatever_happens_no_attempt_starts_twice_and_every_start_ends_once(
    steps: list[tuple[str, ...]],
) -> None:
    book = AttemptBook()
    granted = dict.fromkeys(("a", "b"), 0)
    for step, *rest in steps:
        if step == "expect":
            book.expect(rest[0], rest[1], "c")
        elif step == "claim":
            granted[rest[0]] += book.claim(rest[0], rest[1], rest[2], NOW)
        elif step == "finish":
            finish(book, *rest)
        elif step == "cancel":
            book.cancel("s1", rest, NOW)
        elif step == "adopt":
            book.adopt(rest[1], rest[:1], NOW)
        else:
            book.worker_left(rest[0], NOW)
    # Nothing was acknowledged, so the mailboxes hold every ending there was.
    told = [report for session in book.mailboxes for report in heard(book, session)]
    ended = [report.attempt_id for report in told if report.kind is ReportKind.FINISHED]
    for attempt in ("a", "b"):
        assert granted[attempt] <= 1
        assert ended.count(attempt) + (attempt in book.running) <= 1
        assert granted[attempt] <= ended.count(attempt) + (attempt in book.running)
