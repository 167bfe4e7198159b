"""What a person may have meant by a name that nothing knows: the closest names, as the fix of a
message.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is most likely to stand for; None if none is close."""
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.6)), None)


def did_you_mean(name: str, known: Iterable[str], shown: int = 3) -> str:
    """A sentence with the known names closest to `name`, at most `shown`; all of them if none is
    close.
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=shown, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(map(repr, close))}?"
    return f"There is {', '.join(map(repr, names))}." if names else "There is none."
