"""How often a sensor looks, and how long it waits at most. What it looks for is not known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nbflow.core.states import Word

WEEK = 7 * 24 * 3600.0

ON_ERROR = "on_error"
"""What the payload of a sensor made of cells calls its OnError."""


class OnError(Word):
    """What an error in a look means where it does not fail the task."""

    LOOK_AGAIN = "look_again"
    SKIP = "skip"


@dataclass(frozen=True)
class PokePolicy:
    """Times are in seconds; None means no limit.

    A look follows `poke_interval` after the one before; with `backoff` above 1 the n-th one
    `poke_interval * backoff**(n-1)`, never more than `max_wait`. What is still missing `timeout`
    after the first look fails the task, or skips it with `soft_fail`.
    """

    poke_interval: float = 60.0
    timeout: float | None = WEEK
    soft_fail: bool = False
    backoff: float = 1.0
    max_wait: float | None = None


def next_poke(
    policy: PokePolicy,
    *,
    pokes: int,
    since: datetime,
    now: datetime,
    asked: datetime | None = None,
) -> datetime | None:
    """When to look again after `pokes` looks in vain, the first at `since`; None when time is up.

    The last look is at the very end of the time, however long the interval. `asked` is a moment the
    task itself wishes for.
    """
    ends = last_look(policy, since)
    if ends is not None and now >= ends:
        return None
    again = asked or now + timedelta(seconds=_interval(policy, pokes))
    return again if ends is None else min(again, ends)


def last_look(policy: PokePolicy | None, since: datetime | None) -> datetime | None:
    """When a sensor gives up that had its first look at `since`; None if never."""
    if policy is None or policy.timeout is None or since is None:
        return None
    return since + timedelta(seconds=policy.timeout)


def _interval(policy: PokePolicy, pokes: int) -> float:
    # Exponents large enough to overflow a float have passed any timeout long before.
    seconds = float(policy.poke_interval * policy.backoff ** min(max(pokes - 1, 0), 64))
    longest = policy.max_wait if policy.max_wait is not None else policy.timeout
    return seconds if longest is None else min(seconds, longest)
