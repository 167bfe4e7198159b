"""What IPython's magics and `!commands` do, as far as it is known; any other magic may do anything.

A shell command sees no names but those written into it; it may use any file, so it stands in order
with everything around it.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence

from nbflow.authoring.dataflow.calls import Caller
from nbflow.authoring.dataflow.facts import AMBIENT, Mode
from nbflow.authoring.dataflow.heap import SCALAR, Kind, Value
from nbflow.authoring.dataflow.source import WRAPPERS, parse_code

SETTING_MAGICS = frozenset(
    "matplotlib config load_ext reload_ext autoreload aimport precision pdb xmode colors pprint "
    "automagic alias "
    "env set_env cd pushd popd doctest_mode gui autosave logoff".split()
)
"""Line magics that change a setting of the kernel and nothing else: they can be run again in every
kernel.
"""

QUIET_MAGICS = frozenset(
    "pinfo pinfo2 pdoc pdef psource pfile lsmagic magic quickref pwd dag nbflow sx_ "
    "unload_ext "
    "html javascript js latex markdown svg HTML SVG".split()
)
"""Magics that only show something."""

TIMING_MAGICS = frozenset("timeit prun memit mprun lprun".split())
LISTING_MAGICS = frozenset("who whos who_ls".split())
HISTORY_MAGICS = frozenset("history hist notebook rerun recall rep macro save tb".split())
"""Magics that show or use what ran before in the same kernel."""
SHELL_MAGICS = frozenset(
    "bash sh script system sx ! !! perl ruby ls ll lf ldir cat head tail mkdir rmdir rm cp mv man "
    "less more pip conda "
    "mamba micromamba uv".split()
)
_OPTION = re.compile(r"^(-\w+(\s+\d+)?\s+|-[nr]\s*\d+\s+)+")
_BRACED = re.compile(r"\{([^{}]+)\}")
_DOLLAR = re.compile(r"\$(\w+)")
_OUTPUT = re.compile(r"--(?:out|err|proc)[ =](\w+)")


class Shell(Caller):
    """A machine that knows what IPython adds to Python."""

    @abstractmethod
    def run_text(self, code: str, first_line: int, *, as_function: bool = False) -> Value:
        """Run Python code that stood inside a magic; the value of its last expression."""

    def shell(self, method: str, texts: Sequence[str], place: object) -> Value:
        """The value of `get_ipython().method(*texts)`."""
        if method == "run_line_magic" and len(texts) == 2:
            return self._line_magic(texts[0], texts[1], place)
        if method == "run_cell_magic" and len(texts) == 3:
            return self._cell_magic(texts[0], texts[1], texts[2], place)
        if method in ("system", "getoutput") and len(texts) == 1:
            return self._command(f"!{texts[0]}", texts[0], place)
        self.obstacle(f"uses `get_ipython().{method}`, which may do anything")
        return self.new(place)

    def _line_magic(self, name: str, line: str, place: object) -> Value:
        if name == "time":
            return self.run_text(line, self.line)
        if name in TIMING_MAGICS:
            self.run_text(_OPTION.sub("", line), self.line, as_function=True)
            return self.new(place)
        if name in SETTING_MAGICS:
            self.touch(AMBIENT, Mode.WRITE, f"sets `%{name} {line}`".rstrip())
            return SCALAR
        return self._any_magic(f"%{name}", name, line, "", place)

    def _cell_magic(self, name: str, line: str, body: str, place: object) -> Value:
        if name == "timeit":
            # Its line is run first, once, in the same function as the body.
            first = _OPTION.sub("", f"{line} ").strip()
            return self.run_text(f"{first}\n{body}", self.line, as_function=True)
        if name in WRAPPERS:
            return self.run_text(body, self.line + 1)
        if name in ("writefile", "file"):
            path = line.rsplit(maxsplit=1)[-1] if line.split() else None
            self._read_braced(line)
            known = None if path is None or _BRACED.search(line) or "$" in line else path
            self.use_file(known, writes=True, why=f"writes `{path}` by `%%{name}`")
            return SCALAR
        return self._any_magic(f"%%{name}", name, line, body, place)

    def _any_magic(self, text: str, name: str, line: str, body: str, place: object) -> Value:
        del body  # a script sees no names of the notebook
        if name in QUIET_MAGICS:
            return SCALAR
        if name in LISTING_MAGICS:
            self.read_all()
            return SCALAR
        if name in HISTORY_MAGICS:
            self.obstacle(f"uses `{text}`, which goes by the cells that ran before", history=True)
            return self.new(place)
        if name in SHELL_MAGICS:
            value = self._command(f"{text} {line}".rstrip(), line, place)
            for bound in _OUTPUT.findall(line):
                self.bind(bound, SCALAR)
            return value
        self.obstacle(f"uses `{text}`, which may read and change any name")
        return self.new(place)

    def _command(self, text: str, line: str, place: object) -> Value:
        self._read_braced(line)
        shown = text if len(text) <= 40 else f"{text[:39]}…"
        self.obstacle(f"runs `{shown}` in a shell", names=False)
        return self.new(place, kind=Kind.CONTAINER)

    def _read_braced(self, line: str) -> None:
        """Load the names that IPython fills into a command: `{expression}` and `$name`."""
        for expression in _BRACED.findall(line):
            self._load_quietly(expression)
        for name in _DOLLAR.findall(line):
            if name in self.names or self._local(name) is not None:
                self.load(name)

    def _load_quietly(self, expression: str) -> None:
        try:
            parse_code(expression, 1)
        except (SyntaxError, ValueError):
            return  # the shell's own braces, as in `mkdir -p {a,b c}`
        names = re.findall(r"[A-Za-z_]\w*", expression)
        if any(name in self.names or self._local(name) is not None for name in names):
            self.run_text(expression, self.line)
