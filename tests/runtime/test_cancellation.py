"""The token by which an attempt learns that it is to end."""

from __future__ import annotations

from threading import Barrier, Thread

from nbflow.runtime.cancellation import CancelToken


def test_everyone_who_asked_is_told_once() -> None:
    token, told = CancelToken(), []
    token.on_cancel(lambda: told.append("a"))
    token.on_cancel(lambda: told.append("b"))

    token.cancel("by ana")
    token.cancel("again")

    assert told == ["a", "b"]
    assert token.is_cancelled
    assert token.reason == "by ana"


def test_who_asks_too_late_is_told_at_once() -> None:
    token, told = CancelToken(), []
    token.cancel()

    token.on_cancel(lambda: told.append("late"))

    assert told == ["late"]


def test_who_has_unsubscribed_is_not_told() -> None:
    token, told = CancelToken(), []
    unsubscribe = token.on_cancel(lambda: told.append("gone"))

    unsubscribe()
    unsubscribe()
    token.cancel()

    assert told == []


def test_a_callback_may_unsubscribe_another_from_within() -> None:
    token, told = CancelToken(), []
    others = [token.on_cancel(lambda: told.append("other"))]
    token.on_cancel(others[0])

    token.cancel()

    assert told == ["other"]


def test_cancelling_from_many_threads_tells_once() -> None:
    token, told = CancelToken(), []
    token.on_cancel(lambda: told.append("x"))
    barrier = Barrier(8)

    def cancel() -> None:
        barrier.wait(60)
        token.cancel()

    threads = [Thread(target=cancel) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == ["x"]
