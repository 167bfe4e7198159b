"""What is found out about one cell: the names it reads and writes, what it changes, and what else
it touches. Values only.

Lines count from 1 within the cell as it is written. `why` is always a piece of a sentence that a
person will read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from nbflow.authoring.dataflow.heap import Code, Site

AMBIENT = "ambient"
RANDOM = "random"
PLOTS = "plots"
NETWORK = "network"
CLOCK = "clock"
MODULE = "module:"


@dataclass(frozen=True)
class Read:
    """A name whose value from before the cell is used. `through` is the function whose body reads
    it, if it is one.
    """

    line: int
    through: str = ""


class How(Enum):
    """What a cell may have done to a name by the time it ends."""

    BINDS = "binds"  # a new value, for certain
    MAYBE = "maybe"  # a new value on some paths: the old one passes through on others
    MUTATES = "mutates"  # the object it stands for may be another than before
    DELETES = "deletes"


@dataclass(frozen=True)
class Write:
    """What a cell did to a name, where, and how that came about."""

    how: How
    line: int
    why: str = ""


@dataclass(frozen=True)
class Mutation:
    """One place that may change an object. `names` are the names of earlier cells that may see it;
    where they share the object

    came about in the cells `linked_in`, so that names must not be sent apart after that.
    """

    names: frozenset[str]
    line: int
    why: str
    linked_in: frozenset[int]


@dataclass(frozen=True)
class Asked:
    """The very object of `name` matters, and not just its value: a copy would answer otherwise.

    `linked_in` are the cells in which it got other names.
    """

    name: str
    why: str
    linked_in: frozenset[int] = frozenset()


class Mode(Enum):
    """How a cell uses a shared resource.

    A `reset` makes what came before irrelevant; a `start` does so unless figures outlive the cell
    that drew them.
    """

    READ = "read"
    WRITE = "write"
    RESET = "reset"
    START = "start"


@dataclass(frozen=True)
class Touch:
    """A use of something outside all names. Those of one process (settings of a library, random
    numbers, figures) bind cells to one kernel; NETWORK and CLOCK only put them in order.

    Only a reset knows whose random numbers it is about: `random:numpy`, those of NumPy.
    """

    resource: str
    mode: Mode
    line: int
    why: str
    statement: int = 0


@dataclass(frozen=True)
class FileUse:
    """A file that is read or written; `path` is None where it is only known when the cell runs."""

    path: str | None
    writes: bool
    line: int
    why: str


@dataclass(frozen=True)
class Obstacle:
    """Why a cell cannot be followed. `names` tells whether any name may be read and written, or
    only what lies outside (a shell). `history`: it shows what ran before in the same kernel.
    """

    why: str
    line: int
    names: bool = True
    history: bool = False


@dataclass
class Statement:
    """One top-level statement: what makes it fit, or unfit, to be run at the start of every kernel.

    `has_form` says that it looks like an import, a definition, a constant or a setting. `source` is
    its Python text.
    """

    line: int
    source: str
    has_form: bool = False
    has_effects: bool = False
    is_import: bool = False
    star: bool = False
    loads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    sites: set[Site] = field(default_factory=set)


@dataclass
class CellFacts:
    """Everything found out about one cell."""

    index: int
    reads: dict[str, Read] = field(default_factory=dict)
    writes: dict[str, Write] = field(default_factory=dict)
    mutations: list[Mutation] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    files: list[FileUse] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    stuck: dict[str, str] = field(default_factory=dict)
    """Written names whose value cannot be sent to another kernel, and why."""
    codes: dict[str, frozenset[Code]] = field(default_factory=dict)
    """Written names whose value carries code of the notebook."""

    @property
    def has_star(self) -> bool:
        return any(statement.star for statement in self.statements)

    @property
    def shows_history(self) -> bool:
        """Whether it matters which cells ran before in the same kernel."""
        return any(obstacle.history for obstacle in self.obstacles)

    @property
    def is_opaque(self) -> bool:
        """Whether any name may be read and written."""
        return any(obstacle.names for obstacle in self.obstacles)
