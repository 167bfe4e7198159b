"""What differs between two specs of a DAG: in tasks, edges, schedule, settings; and which parts of
a spec move each time its file is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from nbflow.core.json import Json, JsonObject

_NOT_SHOWN = frozenset({"spec_version"})
_LONGEST = 80

_Namer: TypeAlias = Callable[[JsonObject], str]


@dataclass(frozen=True)
class SpecChange:
    """One thing that differs. `path` names it: `schedule`, `tasks.load.retries`, `edges.a -> b`."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: Json = None
    after: Json = None

    def __str__(self) -> str:
        if self.kind == "changed":
            return f"{self.path}: {_short(self.before)} -> {_short(self.after)}"
        return f"{self.path} {self.kind}"


def spec_changes(old: JsonObject, new: JsonObject) -> tuple[SpecChange, ...]:
    """Everything that differs between two specs, in the order of the newer one."""
    return tuple(_changes(_named(old), _named(new), ""))


def moving_parts(specs: Sequence[JsonObject]) -> frozenset[str]:
    """The paths of what is not the same in all of these specs, which were read from one text."""
    return frozenset(change.path for other in specs[1:] for change in spec_changes(specs[0], other))


def is_covered(path: str, moving: Iterable[str]) -> bool:
    """Whether `path` is one of the moving parts, inside one of them, or around one."""
    return any(
        path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.") for one in moving
    )


def _named(spec: JsonObject) -> dict[str, Json]:
    """The spec with its lists of things as mappings by their names, so that order is one fact."""
    named: dict[str, Json] = {k: v for k, v in spec.items() if k not in _NOT_SHOWN}
    named["tasks"] = _by(spec.get("tasks"), lambda task: str(task.get("task_id")))
    named["groups"] = _by(spec.get("groups"), lambda group: str(group.get("group_id")))
    named["edges"] = _by(
        spec.get("edges"), lambda e: f"{e.get('upstream')} -> {e.get('downstream')}"
    )
    named["order of tasks"] = [*cast("dict[str, Json]", named["tasks"])]
    return named


def _by(things: Json, name: _Namer) -> dict[str, Json]:
    listed = cast("list[JsonObject]", things if isinstance(things, list) else [])
    return {name(thing): thing for thing in listed}


def _changes(old: Mapping[str, Json], new: Mapping[str, Json], inside: str) -> Iterable[SpecChange]:
    for name in [*new, *(name for name in old if name not in new)]:
        path = f"{inside}{name}"
        if name not in old:
            yield SpecChange("added", path, after=new[name])
        elif name not in new:
            yield SpecChange("removed", path, before=old[name])
        elif isinstance(old[name], Mapping) and isinstance(new[name], Mapping):
            before, after = cast("JsonObject", old[name]), cast("JsonObject", new[name])
            yield from _changes(before, after, f"{path}.")
        elif old[name] != new[name] and not _same_but_longer(name, old[name], new[name]):
            yield SpecChange("changed", path, old[name], new[name])


def _same_but_longer(name: str, old: Json, new: Json) -> bool:
    """Whether the order is that of before, but for tasks that came or went, which is told."""
    if name != "order of tasks" or not isinstance(old, list) or not isinstance(new, list):
        return False
    both = [one for one in old if one in new]
    return both == [one for one in new if one in old]


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
