"""A run as it will be when the effects of a pass are stored: the snapshot, with what has changed
laid over it. Only `lifecycle` writes to one; anybody may read a snapshot through it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from nbflow.core.events import TaskKey
from nbflow.core.mapping import as_seen_downstream
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import TaskState
from nbflow.core.trigger_rules import Tally, Verdict


class Draft:
    """Changed instances over a snapshot, which stays as it is."""

    def __init__(self, snapshot: RunSnapshot) -> None:
        self.snapshot = snapshot
        self.dag = snapshot.dag
        self.unfinished = snapshot.unfinished
        self._changed: dict[TaskKey, TaskInstance | None] = {}
        self._indexes: dict[str, dict[int, None]] = {}
        self._counts: dict[str, Counter[TaskState]] = {}
        self._handed_on: dict[tuple[str, str], tuple[int, ...]] = {}

    # -- reading -----------------------------------------------------------------------------------

    def find(self, key: TaskKey) -> TaskInstance | None:
        if key in self._changed:
            return self._changed[key]
        return self.snapshot.instances.get(key)

    def get(self, key: TaskKey) -> TaskInstance:
        """The instance of that key. Raises KeyError."""
        found = self.find(key)
        if found is None:
            raise KeyError(key)
        return found

    def indexes(self, task_id: str) -> Collection[int]:
        """The map indexes of this task's instances."""
        changed = self._indexes.get(task_id)
        return self.snapshot.indexes(task_id) if changed is None else changed.keys()

    def counts(self, task_id: str) -> Mapping[TaskState, int]:
        """How many instances of this task are in which state."""
        return self._counts.get(task_id) or self.snapshot.counts(task_id)

    def instances(self, task_id: str) -> list[TaskInstance]:
        return [self.get((task_id, index)) for index in self.indexes(task_id)]

    def handed_on(self, task_id: str, key: str) -> tuple[int, ...]:
        """As `RunSnapshot.handed_on`."""
        if task_id not in self._counts:
            return self.snapshot.handed_on(task_id, key)
        if (task_id, key) not in self._handed_on:
            found = (i.map_index for i in self.instances(task_id) if key in (i.lengths or ()))
            self._handed_on[task_id, key] = tuple(sorted(found))
        return self._handed_on[task_id, key]

    # -- what an instance sees of its upstreams ----------------------------------------------------

    def upstream(self, key: TaskKey) -> Iterator[tuple[str, Mapping[TaskState, int]]]:
        """The direct upstream tasks of an instance, each with the states of those of its instances
        that count: in a mapped task group the one of the same index, else all.
        """
        for parent in self.dag.graph.upstream[key[0]]:
            yield parent, self.seen(key, parent)

    def seen(self, key: TaskKey, other: str) -> Mapping[TaskState, int]:
        """The states of those instances of `other` that count for this instance."""
        paired = self.paired(key, other)
        if paired is not None:
            return {paired.state: 1}
        return as_seen_downstream(self.counts(other), self.dag.by_id[other].min_success_ratio)

    def paired(self, key: TaskKey, other: str) -> TaskInstance | None:
        """The one instance of `other` that belongs to this instance, None where all of them do."""
        task_id, index = key
        if self.dag.by_id[other].expansion is None:
            return self.get((other, -1))
        if index < 0 or not self.dag.pairs(task_id, other):
            return None
        # A branch may have skipped the whole task before it was expanded.
        return self.find((other, index)) or self.find((other, -1))

    def verdict(self, key: TaskKey) -> Verdict:
        """Whether an instance may run, as far as its upstreams and setups have a say."""
        tally = Tally.of_counts(counts for _, counts in self.upstream(key))

        def states_of(other: str) -> Iterator[TaskState]:
            return Counter(self.seen(key, other)).elements()

        return self.snapshot.scopes.verdict(self.dag.by_id[key[0]], tally, states_of)

    # -- writing -----------------------------------------------------------------------------------

    def put(self, after: TaskInstance) -> None:
        counts = self._own_counts(after.task_id)
        before = self.find(after.key)
        if before is None:
            self._own_indexes(after.task_id)[after.map_index] = None
        else:
            counts[before.state] -= 1
            self.unfinished -= int(not before.state.is_finished)
        counts[after.state] += 1
        self.unfinished += int(not after.state.is_finished)
        self._changed[after.key] = after

    def drop(self, key: TaskKey) -> None:
        before = self.get(key)
        self._own_counts(key[0])[before.state] -= 1
        self.unfinished -= int(not before.state.is_finished)
        del self._own_indexes(key[0])[key[1]]
        self._changed[key] = None

    def _own_counts(self, task_id: str) -> Counter[TaskState]:
        for name in self.dag.mapped_over.get(task_id, ()):
            self._handed_on.pop((task_id, name), None)
        if task_id not in self._counts:
            self._counts[task_id] = Counter(self.snapshot.counts(task_id))
        return self._counts[task_id]

    def _own_indexes(self, task_id: str) -> dict[int, None]:
        if task_id not in self._indexes:
            self._indexes[task_id] = dict.fromkeys(self.snapshot.indexes(task_id))
        return self._indexes[task_id]
