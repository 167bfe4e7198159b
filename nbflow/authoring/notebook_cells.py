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

SENSOR_OPTIONS = (
    "poke_interval",
    "timeout",
    "soft_fail",
    "mode",
    "exponential_backoff",
    "max_wait",
    "silent_fail",
    "never_fail",
    "deferrable",
)
"""How often and how long a cell that is a sensor looks, and what an error in it means."""

CELL_OPTIONS = (*TASK_OPTIONS, "group", "sensor", *SENSOR_OPTIONS)
"""What may be declared of a cell's task: `group` is the id of its task group; dots make one inside
another. `sensor` is true, or an object with SENSOR_OPTIONS."""

RUN_FACTS = ("state", "duration", "task_id", "setup", "setup_of")
"""What a run writes about a cell; an executed notebook may be a source again."""

BAD_MAGIC = "NBF505"
BAD_METADATA = "NBF506"
TWO_NAMES = "NBF507"
NOT_A_QUESTION = "NBF520"
NOT_A_SENSOR = "NBF521"

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
    is_sensor: bool = False
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
        if cell.cell_type == "markdown" and not has_tag(tags_of(cell), "approval"):
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
    metadata = metadata_of(cell, findings)
    names = [
        *tag_values(tags, "task"),
        *tag_values(tags, "sensor"),
        *([magic.task] if magic.task else []),
        *text_of(metadata, "task"),
    ]
    check_one_name(names, findings)
    after = (*tag_values(tags, "after"), *magic.after, *texts_of(metadata, "after"))
    options = {k: v for k, v in metadata.items() if k not in ("task", "after", *RUN_FACTS)}
    _refuse_question(tags, options, findings)
    check_names(findings, options, CELL_OPTIONS)
    options = _with_sensor_options({**options, **magic.options}, findings)
    is_sensor = bool(options.pop("sensor", False)) or has_tag(tags, "sensor")
    _check_sensor_options(options, is_sensor, findings)
    return Declared(
        index,
        cell.id,
        source,
        names[0] if names else "",
        tuple(dict.fromkeys(after)),
        {**({"cache": True} if "cache" in tags else {}), **options},
        is_setup="setup" in tags,
        is_skipped="skip" in tags or "skip-execution" in tags or not source.strip(),
        is_parameters="parameters" in tags,
        may_raise="raises-exception" in tags,
        is_sensor=is_sensor,
        tags=plain_tags(tags),
    )


def check_one_name(names: Iterable[str], findings: Findings) -> None:
    """Refuse a cell that is declared as more than one task."""
    different = list(dict.fromkeys(names))
    if len(different) > 1:
        findings.error(
            TWO_NAMES,
            f"The cell is declared as {' and as '.join(map(repr, different))}.",
            "Leave one task name: in a tag, in %%task or in the metadata.",
        )


def _refuse_question(
    tags: Iterable[str],
    options: dict[str, Any],  # any JSON
    findings: Findings,
) -> None:
    if has_tag(tags, "approval") or options.pop("approval", False):
        message = "A code cell cannot be an approval: its text is the question to a person."
        findings.error(NOT_A_QUESTION, message, "Make it a Markdown cell, or take the tag away.")


def _with_sensor_options(
    options: dict[str, Any],  # any JSON
    findings: Findings,
) -> dict[str, Any]:
    """The options with those inside `sensor` beside the others."""
    given = options.get("sensor")
    if isinstance(given, Mapping):
        check_names(findings, given, SENSOR_OPTIONS)
        return {**options, **given, "sensor": True}
    if given is None or isinstance(given, bool):
        return options
    message = f"The cell's `sensor` is {given!r}, and neither true nor an object."
    findings.error(NOT_A_SENSOR, message, 'Write it like {"sensor": {"poke_interval": 60}}.')
    return {**options, "sensor": True}


def _check_sensor_options(
    options: Mapping[str, object], is_sensor: bool, findings: Findings
) -> None:
    given = [name for name in SENSOR_OPTIONS if name in options]
    if given and not is_sensor:
        message = f"{' and '.join(f'`{name}`' for name in given)}: only a sensor looks again."
        fix = "Tag the cell `sensor`, write --sensor behind %%task, or take it away."
        findings.error(NOT_A_SENSOR, message, fix)


_MEANT = frozenset(
    {"setup", "skip", "parameters", "outputs", "injected-parameters", "sensor", "approval"}
    | {"skip-execution", "raises-exception"}
)


def plain_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Those tags that mean nothing to nbflow or Jupyter: words to choose tasks by."""
    return tuple(tag for tag in tags if tag not in _MEANT and ":" not in tag)


def has_tag(tags: Iterable[str], word: str) -> bool:
    """Whether a cell is tagged `word`, alone or as in `word:name`."""
    return any(tag.partition(":")[0] == word for tag in tags)


def tag_values(tags: Iterable[str], prefix: str) -> Iterator[str]:
    """Yield `train` for the tag `task:train`."""
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


def metadata_of(cell: NotebookNode, findings: Findings) -> Mapping[str, Any]:  # any JSON
    """What stands under `nbflow` in the metadata of a cell."""
    found = cell.metadata.get("nbflow", {})
    if isinstance(found, Mapping):
        return found
    findings.error(
        BAD_METADATA,
        f"The cell's metadata 'nbflow' is {found!r}, and no object.",
        'Write it like {"task": "train", "after": ["clean"], "retries": 2}.',
    )
    return {}


def text_of(metadata: Mapping[str, Any], name: str) -> list[str]:
    """The text under this name, if there is any."""
    value = metadata.get(name)
    return [value.strip()] if isinstance(value, str) and value.strip() else []


def texts_of(metadata: Mapping[str, Any], name: str) -> list[str]:
    """The texts under this name: a list, or a text with commas between them, as forms write."""
    value = metadata.get(name)
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, list):
        return [one.strip() for one in value if isinstance(one, str) and one.strip()]
    return []
