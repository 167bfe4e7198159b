"""What is called and with what: values that say how a call is written, and what follows from its
arguments alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nbflow.authoring.dataflow.heap import SCALAR, Value

AT_NAME = re.compile(r"@(\w+)")
NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Arguments:
    """The values a call gets. `spread` are those given with a star; `flags` the keywords with a
    literal True or False; with `has_any_keyword`, there may be others (`**options`).
    """

    positional: Sequence[Value] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    spread: Sequence[Value] = ()
    flags: dict[str, bool] = field(default_factory=dict)
    has_any_keyword: bool = False

    def __iter__(self) -> Iterator[Value]:
        yield from self.positional
        yield from self.keywords.values()
        yield from self.spread

    def at(self, key: int | str) -> Value | None:
        if isinstance(key, str):
            return self.keywords.get(key)
        return self.positional[key] if key < len(self.positional) else None

    def is_set(self, flag: str) -> bool:
        """Whether the keyword is given and may be true."""
        return flag in self.keywords and self.flags.get(flag, True)


@dataclass(frozen=True)
class Target:
    """What is called: `value`, or the method `name` of `receiver`. `text` is how the call is
    written, `place` where it stands.
    """

    text: str
    place: object
    value: Value = SCALAR
    receiver: Value | None = None
    name: str = ""


def works_in_place(path: str, arguments: Arguments) -> bool:
    """Whether a function was told to change what it gets, or says so by its name."""
    overwrites = any(name.startswith("overwrite") for name in arguments.keywords)
    return overwrites or arguments.flags.get("copy") is False or ends_in_place(path)


def joined_path(arguments: Arguments, base: str | None = "") -> str | None:
    """The text of path parts put together, if all are known."""
    parts = [base, *(value.text for value in arguments.positional)]
    if arguments.spread or any(part is None for part in parts):
        return None
    return "/".join(part for part in parts if part)


def opens_for_writing(arguments: Arguments, mode_at: int = 1) -> bool:
    """Whether the mode of an `open` call may create or change the file."""
    mode = arguments.at("mode") or arguments.at(mode_at)
    if mode is None:
        return bool(arguments.spread)
    return mode.text is None or any(letter in mode.text for letter in "wax+")


def ends_in_place(name: str) -> bool:
    """PyTorch's way to name what works in place."""
    return name.endswith("_") and not name.endswith("__")
