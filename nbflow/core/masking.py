"""Hiding secrets in text: every known value becomes `***`, also where it was cut across two writes.

What is a secret is said in `secrets.py`; where texts come from is known to the runtime.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from nbflow.core.json import Json

MASK = "***"
SHORTEST = 4
"""Shorter values are not hidden: they would be found everywhere, and give themselves away so."""
_ORDINARY = frozenset({"true", "false", "none", "null"})


class Masker:
    """Hides values in texts. More may be added at any time; then they are hidden from then on."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(*values)

    def __bool__(self) -> bool:
        return self._pattern is not None

    def add(self, *values: str) -> None:
        """Hide these values too, as they are and as they stand in URIs and JSON texts."""
        for value in values:
            if len(value.strip()) >= SHORTEST and value.lower() not in _ORDINARY:
                self._forms |= _forms(value)
        if self._forms:
            # The longest first: a secret may hold another.
            ordered = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, ordered)))

    def text(self, text: str) -> str:
        """`text` with every secret in it hidden."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def json(self, value: Json) -> Json:
        """`value` with every secret in its texts hidden, keys included."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(key): self.json(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.json(item) for item in value]
        return value

    def for_bytes(self) -> Masker:
        """The same for texts that stand for bytes, one character each."""
        made = Masker()
        made._forms = {_decoded(form.encode()) for form in self._forms}
        made.add()
        return made

    def held_back(self, text: str) -> int:
        """How many characters at the end of `text` may be the beginning of a secret."""
        return max((_overlap(text, form) for form in self._forms), default=0)


class MaskedStream:
    """One stream of text on its way through a masker: what may be the beginning of a secret waits
    for what follows it.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._rest = ""

    def feed(self, text: str) -> str:
        """What may be shown now that `text` has come."""
        if not self._masker and not self._rest:
            return text
        text = self._masker.text(self._rest + text)
        count = self._masker.held_back(text)
        self._rest = text[len(text) - count :]
        return text[: len(text) - count]

    def end(self) -> str:
        """What is left when nothing follows."""
        rest, self._rest = self._rest, ""
        return rest


class MaskedBytes:
    """The same for bytes, of which UTF-8 is made out; others pass as they are."""

    def __init__(self, masker: Masker) -> None:
        self._stream = MaskedStream(masker.for_bytes())

    def feed(self, data: bytes) -> bytes:
        return _encoded(self._stream.feed(_decoded(data)))

    def end(self) -> bytes:
        return _encoded(self._stream.end())


def _decoded(data: bytes) -> str:
    # One character for each byte: a secret is looked for in its UTF-8 form, and no character that
    # was cut in two is lost.
    return data.decode("latin-1")


def _encoded(text: str) -> bytes:
    return text.encode("latin-1")


def _forms(value: str) -> set[str]:
    """A secret as it stands, in a URI, in a JSON text, in a Python literal, and its lines."""
    lines = {line.strip() for line in value.splitlines() if len(line.strip()) >= 2 * SHORTEST}
    several = lines if len(lines) > 1 else set()
    plain = value.strip()
    written = {json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
    return (
        {plain, value, quote(plain, safe=""), quote(plain), repr(plain)[1:-1]} | written | several
    )


def _overlap(text: str, form: str) -> int:
    """The length of the longest end of `text` that `form` begins with, but is not all of it."""
    for count in range(min(len(text), len(form) - 1), 0, -1):
        if form.startswith(text[len(text) - count :]):
            return count
    return 0
