"""Uses of files by a call, and names of the notebook that stand inside its text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from nbflow.authoring.dataflow import methods
from nbflow.authoring.dataflow.calling import (
    Arguments,
    Target,
    opens_for_writing,
)
from nbflow.authoring.dataflow.heap import (
    SCALAR,
    Kind,
    Value,
    text_value,
)
from nbflow.authoring.dataflow.knowledge import FILE_KEYWORDS
from nbflow.authoring.dataflow.known import Known
from nbflow.authoring.dataflow.results import Results

_OF_THE_WORKING_FOLDER = frozenset({"os.listdir", "os.scandir"})
"""Functions that read the working folder where they are given none."""


class Files(Results):
    """A machine that knows what calls do to files."""

    def _use_known_files(self, target: Target, known: Known, arguments: Arguments) -> None:
        """The files that a known function is given."""
        # Where no cell has made a folder, going into one needs none of them, and may be setup.
        if known.file and (self.has_written or target.value.path != "os.chdir"):
            self._use_file_argument(target, known, arguments)
        written = arguments.keywords.get(FILE_KEYWORDS.get(target.value.path, ""))
        if written is not None:
            self._use_file_value(target, written, writes=True)

    def _use_file_argument(self, target: Target, known: Known, arguments: Arguments) -> None:
        if known.file == "any":
            self.use_file(None, writes=True, why=f"calls `{target.text}`, which may use any file")
            return
        value = arguments.at(known.file_at)
        given = value if value is not None else next(iter(arguments), None)
        if given is None and target.value.path in _OF_THE_WORKING_FOLDER:
            given = text_value(".")
        opens = known.file == "open"
        writes = opens_for_writing(arguments) if opens else known.file in ("w", "parents")
        self._use_file_value(target, given, writes=writes)
        if known.file == "parents":
            self._use_parents(target, given)

    def _use_file_value(self, target: Target, given: Value | None, *, writes: bool) -> None:
        """`given` names a file, or is one that is open, or a connection."""
        if given is None:
            return
        if given.is_constant:
            verb = "writes" if writes else "reads"
            what = f"`{given.text}`" if given.text is not None else "a file"
            self.use_file(given.text, writes=writes, why=f"{verb} {what} by `{target.text}`")
        elif given.kind in (Kind.OBJECT, Kind.LAZY):
            self.mutate(given, f"passes it to `{target.text}`, which uses it", owned=True)
        else:
            self.use_file(None, writes=writes, why=f"uses a file by `{target.text}`")

    def _use_parents(self, target: Target, given: Value | None) -> None:
        """The folders above one that is made with all on the way to it."""
        if given is not None and given.text is not None:
            for parent in list(PurePosixPath(given.text).parents)[:-1]:
                self._use_file_value(target, replace(given, text=str(parent)), writes=True)

    def _use_files(self, target: Target, arguments: Arguments) -> None:
        """A call of which only the name is known, if that says that it is about files."""
        mode = methods.file_mode(target.name or target.text.rpartition(".")[2])
        if mode:
            given = arguments.at(0)
            self._use_file_value(target, given or SCALAR, writes=mode == "w")

    def _read_names_in_text(self, arguments: Arguments, pattern: re.Pattern[str]) -> None:
        """Names of the notebook that stand inside text are read by the library itself."""
        for value in arguments:
            if value.kind is not Kind.SCALAR or not value.is_constant:
                continue
            if value.text is None:
                self.read_all()
                continue
            for name in dict.fromkeys(pattern.findall(value.text)):
                if name in self.names or (self.scope and name in self.scope.names):
                    self.load(name)
