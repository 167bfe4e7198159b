"""The values that go out with orders: what tasks read of others, and what each instance of a mapped
task gets of what it is mapped over.

The same few statements for however many orders of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.core.dag import Task
from nbflow.core.events import TaskKey
from nbflow.core.mapping import VALUE, ValueName, leaves
from nbflow.core.orders import RETURN_VALUE, Element, OtherRun, ValueRef
from nbflow.core.other_runs import merged
from nbflow.core.snapshot import RunSnapshot
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.other_runs import values_elsewhere
from nbflow.store.runs import ActiveRun

Values = Mapping[str, ValueRef]

_EITHER = -2


@dataclass(frozen=True)
class OrderValues:
    """The fields of that name of a `TaskOrder`."""

    values: Mapping[str, Values] = field(default_factory=dict)
    mapped_values: Mapping[str, Sequence[tuple[int, Values]]] = field(default_factory=dict)
    elements: Mapping[int, Element] = field(default_factory=dict)


def values_for(
    session: Session, run: ActiveRun, keys: Sequence[TaskKey]
) -> Mapping[TaskKey, OrderValues]:
    """What goes out with the orders for these task instances."""
    needs = {key: _needs(run.snapshot, key) for key in keys}
    plain = {t for need in needs.values() for t in need.plain}
    wanted: dict[str, set[int] | None] = {}
    for need in needs.values():
        wanted.update(dict.fromkeys(need.whole))
        for task_id, index in need.single:
            if (indexes := wanted.setdefault(task_id, set())) is not None:
                indexes.add(index)
    found = _Found(
        run_store.values_of(session, run.id, plain) if plain else {},
        run_store.instance_values(session, run.id, wanted) if wanted else {},
    )
    return {key: found.for_order(run.snapshot, key, need) for key, need in needs.items()}


def elsewhere_for(
    session: Session, run: ActiveRun, tasks: Iterable[Task]
) -> Callable[[Task], tuple[OtherRun, ...]]:
    """What of other runs goes out with the order for each of these tasks. Each question is asked
    once, however many instances have it.
    """
    asked = {pull for task in tasks for pull in task.elsewhere}
    found = {pull: values_elsewhere(session, pull, run.snapshot.run) for pull in asked}
    return lambda task: merged(one for pull in task.elsewhere for one in found[pull])


@dataclass(frozen=True)
class _Needs:
    """What one order needs: of tasks that are not mapped, of one instance, of all instances; and
    where the elements come from, by the number of the leaf.
    """

    reads: Mapping[str, int | None]
    sources: Mapping[int, tuple[ValueName, int, bool]]

    @property
    def plain(self) -> Iterable[str]:
        yield from (t for t, index in self.reads.items() if index in (-1, _EITHER))
        yield from (name[0] for name, _, of_instance in self.sources.values() if not of_instance)

    @property
    def single(self) -> Iterable[TaskKey]:
        for task_id, index in self.reads.items():
            if index is not None and index >= 0:
                yield task_id, index
        for name, index, of_instance in self.sources.values():
            if of_instance:
                yield name[0], index

    @property
    def whole(self) -> Iterable[str]:
        return (t for t, index in self.reads.items() if index in (None, _EITHER))


def _needs(snapshot: RunSnapshot, key: TaskKey) -> _Needs:
    task = snapshot.task(key)
    reads = {t: _index_read(snapshot, task, key[1], t) for t in task.reads}
    return _Needs(reads, _sources(snapshot, task, key[1]))


def _index_read(snapshot: RunSnapshot, task: Task, index: int, upstream: str) -> int | None:
    """Which instance of an upstream task is read; None for all of them."""
    if upstream not in snapshot.dag.by_id:
        return _EITHER  # left out of this run, which has the values of an earlier one
    if snapshot.dag.by_id[upstream].expansion is None:
        return -1
    return index if index >= 0 and snapshot.dag.pairs(task.task_id, upstream) else None


def _sources(
    snapshot: RunSnapshot, task: Task, index: int
) -> dict[int, tuple[ValueName, int, bool]]:
    """By the number of each leaf the instance gets something of: the value, and the place in it;
    or, of a mapped task, the map index of the instance whose value it is. Literals have no task.
    """
    if task.expansion is None or index < 0:
        return {}
    numbered = [leaf for _, source in task.expansion.inputs for leaf in leaves(source)]
    found: dict[int, tuple[ValueName, int, bool]] = {}
    for number, place in task.expansion.places(index, lambda n: _length(snapshot, n)).items():
        leaf = numbered[number]
        if leaf["kind"] != VALUE:
            found[number] = (("", ""), place, False)
            continue
        name = (str(leaf["task_id"]), str(leaf["key"]))
        if snapshot.dag.by_id[name[0]].expansion is None:
            found[number] = (name, place, False)
        else:
            found[number] = (name, snapshot.handed_on(*name)[place], True)
    return found


def _length(snapshot: RunSnapshot, name: ValueName) -> int:
    task_id, key = name
    if snapshot.dag.by_id[task_id].expansion is not None:
        return len(snapshot.handed_on(task_id, key))
    known = (snapshot.instances[task_id, -1].lengths or {}).get(key)
    return known if isinstance(known, int) else 0


@dataclass(frozen=True)
class _Found:
    """What the store has of what is needed."""

    plain: Mapping[str, Values]
    of_instances: Mapping[str, Mapping[int, Values]]

    def for_order(self, snapshot: RunSnapshot, key: TaskKey, need: _Needs) -> OrderValues:
        values: dict[str, Values] = {}
        mapped: dict[str, Sequence[tuple[int, Values]]] = {}
        for task_id, index in need.reads.items():
            is_either = index == _EITHER and task_id not in self.plain
            if index is None or (is_either and task_id in self.of_instances):
                mapped[task_id] = tuple(self.of_instances.get(task_id, {}).items())
            elif index >= 0:
                values[task_id] = self.of_instances.get(task_id, {}).get(index, {})
            elif task_id in self.plain:
                values[task_id] = self.plain[task_id]
        elements = {number: self._element(*source) for number, source in need.sources.items()}
        return OrderValues(values, mapped, elements)

    def _element(self, name: ValueName, place: int, of_instance: bool) -> Element:
        task_id, key = name
        if not task_id:
            return Element(place)
        if of_instance:
            return Element(None, _value(self.of_instances.get(task_id, {}).get(place, {}), key))
        ref = _value(self.plain.get(task_id, {}), key)
        if isinstance(ref.json, list) and ref.url is None:
            return Element(None, ValueRef("json", ref.json[place]))
        return Element(place, ref)


def _value(values: Values, key: str) -> ValueRef:
    """A value by its name, or by that of an item of the dict that was returned."""
    if key in values:
        return values[key]
    returned = values[RETURN_VALUE].json
    return ValueRef("json", returned[key] if isinstance(returned, Mapping) else None)
