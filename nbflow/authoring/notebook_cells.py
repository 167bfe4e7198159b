"""What a person declared about the cells of a notebook: tags, the `%%task` magic, cell metadata,
headings.

Nothing is worked out here; the dataflow between cells is the business of `dataflow/`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from nbflow.authoring.arguments import TASK_OPTIONS
from nbflow.authoring.fields import check_names
from nbflow.authoring.findings import Findings

CELL_OPTIONS = (*TASK_OPTIONS, "group")
"""What may be declared of a cell's task: `group` is the id of its task group; dots make one inside
another."""

RUN_FACTS = ("state", "duration", "task_id", "setup", "setup_of")
"""What a run writes about a cell; an executed notebook may be a source again."""

BAD_MAGIC = "NBF505"
BAD_METADATA = "NBF506"
TWO_NAMES = "NBF507"

_MAGIC = re.compile(r"\A\s*%%task\b(?P<rest>.*)")
_LOADS_US = re.compile(r"^\s*%(load_ext|reload_ext)\s+nbflow\s*$")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Declared:
    """What was declared about one code cell.

    `task` is empty where nothing was; `source` is the code without our magics. `tags` are those
    that mean nothing to nbflow or Jupyter.
    """

    index: int
    id: str
    source: str
    task: str = ""
    after: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)  # read by `fields.task_fields`
    is_setup: bool = False
    is_skipped: bool = False
    is_parameters: bool = False
    may_raise: bool = False
    tags: tuple[str, ...] = ()


def declared_cells(nb: NotebookNode, findings: Findings) -> list[Declared]:
    """The code cells of a notebook with what was declared about them."""
    return [
        _declared(index, cell, findings.at(cell=index))
        for index, cell in enumerate(nb.cells)
        if cell.cell_type == "code"
    ]


def headings(nb: NotebookNode) -> dict[int, str]:
    """For each code cell the nearest heading above it, as long as no other code cell has taken the
    section over.
    """
    found: dict[int, str] = {}
    current = ""
    for index, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown":
            titles = _HEADING.findall(cell.source)
            current = titles[-1] if titles else current
        elif cell.cell_type == "code":
            title = cell.metadata.get("title")  # of a percent cell: `# %% Clean the rows`
            found[index] = title if isinstance(title, str) and title.strip() else current
    return found


def tags_of(cell: NotebookNode) -> list[str]:
    """The tags of a cell, as far as they are text."""
    tags = cell.metadata.get("tags", [])
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _declared(index: int, cell: NotebookNode, findings: Findings) -> Declared:
    tags = tags_of(cell)
    source, magic = _without_magic(cell.source, findings)
    metadata = _metadata(cell, findings)
    names = [
        *_values(tags, "task"),
        *([magic.task] if magic.task else []),
        *_text(metadata, "task"),
    ]
    if len(set(names)) > 1:
        findings.error(
            TWO_NAMES,
            f"The cell is declared as {' and as '.join(map(repr, dict.fromkeys(names)))}.",
            "Leave one task name: in a tag, in %%task or in the metadata.",
        )
    after = (*_values(tags, "after"), *magic.after, *_texts(metadata, "after"))
    options = {k: v for k, v in metadata.items() if k not in ("task", "after", *RUN_FACTS)}
    check_names(findings, options, CELL_OPTIONS)
    return Declared(
        index,
        cell.id,
        source,
        names[0] if names else "",
        tuple(dict.fromkeys(after)),
        {**({"cache": True} if "cache" in tags else {}), **options, **magic.options},
        is_setup="setup" in tags,
        is_skipped="skip" in tags or "skip-execution" in tags or not source.strip(),
        is_parameters="parameters" in tags,
        may_raise="raises-exception" in tags,
        tags=tuple(tag for tag in tags if tag not in _MEANT and ":" not in tag),
    )


_MEANT = frozenset(
    {"setup", "skip", "parameters", "outputs", "injected-parameters"}
    | {"skip-execution", "raises-exception"}
)


def _values(tags: Iterable[str], prefix: str) -> Iterator[str]:
    """`train` for the tag `task:train`."""
    for tag in tags:
        head, colon, value = tag.partition(":")
        if colon and head == prefix and value.strip():
            yield value.strip()


# --- the magic ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MagicLine:
    """What stands behind `%%task`."""

    task: str = ""
    after: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)  # as above


def parse_magic(rest: str, findings: Findings) -> MagicLine:
    """Read `train --after clean --retries 2`: a name, then options of the task, each with its
    values.
    """
    try:
        words = shlex.split(rest)
    except ValueError as error:
        findings.error(BAD_MAGIC, f"The line of %%task cannot be read: {error}.", _USAGE)
        return MagicLine()
    if not words or words[0].startswith("-"):
        findings.error(BAD_MAGIC, "%%task needs the name of the task first.", _USAGE)
        return MagicLine()
    given: dict[str, list[str]] = {}
    name = ""
    for word in words[1:]:
        if word.startswith("--"):
            name, equals, value = word[2:].replace("-", "_").partition("=")
            given.setdefault(name, []).extend([value] if equals else [])
        elif name:
            given[name].append(word)
        else:
            findings.error(BAD_MAGIC, f"%%task does not understand {word!r}.", _USAGE)
    after = tuple(part for word in given.pop("after", []) for part in word.split(",") if part)
    check_names(findings, given, CELL_OPTIONS)
    return MagicLine(
        words[0],
        after,
        {key: values if key in _LISTS else _value(values) for key, values in given.items()},
    )


_LISTS = ("outlets", "inlets", "tags")
_USAGE = "Write it like `%%task train --after clean --retries 2`."


def _value(words: list[str]) -> object:
    """An option's value: a number where it reads as one, True where there is none."""
    text = " ".join(words)
    if not text:
        return True
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _without_magic(source: str, findings: Findings) -> tuple[str, MagicLine]:
    """The code as it is to run, with a comment where a line of ours was, so that lines keep their
    numbers.
    """
    lines = ["" if _LOADS_US.match(line) else line for line in source.split("\n")]
    text = "\n".join(lines)
    found = _MAGIC.match(text)
    if found is None:
        return text if text.strip() else "", MagicLine()
    line = text[: found.end()].count("\n")
    magic = parse_magic(found.group("rest"), findings.at(line=line + 1))
    lines[line] = f"# {lines[line].strip()}"
    return "\n".join(lines), magic


# --- metadata -------------------------------------------------------------------------------------


def _metadata(cell: NotebookNode, findings: Findings) -> Mapping[str, Any]:  # any JSON
    found = cell.metadata.get("nbflow", {})
    if isinstance(found, Mapping):
        return found
    findings.error(
        BAD_METADATA,
        f"The cell's metadata 'nbflow' is {found!r}, and no object.",
        'Write it like {"task": "train", "after": ["clean"], "retries": 2}.',
    )
    return {}


def _text(metadata: Mapping[str, Any], name: str) -> list[str]:
    value = metadata.get(name)
    return [value.strip()] if isinstance(value, str) and value.strip() else []


def _texts(metadata: Mapping[str, Any], name: str) -> list[str]:
    value = metadata.get(name)
    if isinstance(value, list):
        return [one.strip() for one in value if isinstance(one, str) and one.strip()]
    return _text(metadata, name)
