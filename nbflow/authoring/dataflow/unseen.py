"""Calls of what cannot be seen, and the notebook's own code that they may run."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence

from nbflow.authoring.dataflow.calling import (
    Arguments,
    Target,
)
from nbflow.authoring.dataflow.facts import RANDOM, Mode
from nbflow.authoring.dataflow.files import Files
from nbflow.authoring.dataflow.heap import (
    SCALAR,
    Code,
    Kind,
    Value,
    by_number,
    join,
)


class Unseen(Files):
    """A machine that expects everything of what it does not know."""

    @abstractmethod
    def apply(self, code: Code, arguments: Arguments, itself: Value | None = None) -> Value:
        """Run the notebook's own `code` with these arguments, `itself` being the first one of a
        method.
        """

    def _call_unknown(
        self, target: Target, values: Iterable[Value], why: str, *, blindly: bool = False
    ) -> Value:
        """Everything that the call gets may be changed, and may refer to everything else
        afterwards.

        The notebook's own code among it may run; not so `blindly`, where it is running already.
        """
        given = [value for value in values if not value.is_constant]
        returned = SCALAR if blindly else self._run_carried(given)
        for value in given:
            self.mutate(value, f"passes it to `{target.text}`, which may change it", deep=True)
        self.touch(RANDOM, Mode.WRITE, f"{why}: `{target.text}`")
        self._use_files(target, Arguments(given))
        made = self.new(target.place)
        for value in given:
            self.store(made, value)
        if len([value for value in given if value.roots]) > 1:
            for value in given:
                self.store(value, made)
        result = join([made, *given, returned])
        return Value(result.roots, Kind.UNKNOWN)

    def _run_carried(self, given: Sequence[Value]) -> Value:
        """Run the notebook's own code that is handed over; what it may give but its arguments."""
        return join(self.mention(value) for value in given)

    def _callbacks(
        self, around: Iterable[Value], arguments: Arguments, *, elements_only: bool = False
    ) -> Value:
        """Run the functions among the arguments on parts of everything else that is passed, or on
        the whole of it too; what they may return.
        """
        functions = [value for value in arguments if value.codes]
        others = [value for value in (*around, *arguments) if not value.codes]
        if not functions:
            return SCALAR
        whole = [] if elements_only else others
        part = join([self.heap.part(value) for value in others] + whole)
        codes = sorted({c for value in functions for c in value.codes}, key=by_number)
        return join(self.apply(code, Arguments(spread=[part])) for code in codes)

    def _run_carried_by(self, receiver: Value, arguments: Arguments) -> None:
        """Run the notebook's own code that an object of a library holds (a step of a pipeline) on
        what the object gets.
        """
        codes = self.heap.codes(receiver)
        if not codes:
            return
        values = [receiver, *arguments]
        given = Arguments(spread=[join([*values, *(self.heap.part(value) for value in values)])])
        for code in sorted(codes, key=by_number):
            for each in code.methods.values() if code.is_class else [code]:
                self.apply(each, given, self.heap.anything_of(receiver))
