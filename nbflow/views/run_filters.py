"""Which runs a person wants to see, from the words that were typed or clicked, checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from nbflow.core.errors import RequestError
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import RunState, RunType, Word
from nbflow.store.run_filter import ANY_RUN, RunFilter

__all__ = ["ANY_RUN", "RunFilter", "run_filter"]

W = TypeVar("W", bound=Word)


def run_filter(
    states: Sequence[str] = (),
    types: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    search: str = "",
) -> RunFilter:
    """Runs in one of `states` and of one of `types` (of any, if none is named), with a date in
    [since, until], and with `search` in id, note or message. Raises RequestError for a word that
    is none.
    """
    return RunFilter(
        tuple(_word("state", RunState, one) for one in states),
        tuple(_word("type", RunType, one) for one in types),
        since,
        until,
        search.strip(),
    )


def _word(kind: str, words: type[W], text: str) -> W:
    try:
        return words(text.strip().lower())
    except ValueError:
        known = did_you_mean(text, [str(word) for word in words])
        raise RequestError(f"Runs have no {kind} {text!r}. {known}") from None
