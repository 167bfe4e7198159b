"""What setup and teardown tasks change: whose setups a task needs, what a teardown waits for, which
tasks a run is judged by, and what has to run again together.

Pure questions about one DAG. A setup is *relevant* to a task downstream of it unless all its
teardowns lie elsewhere: then the task is out of its scope.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from nbflow.core.dag import Dag, Task
from nbflow.core.states import TaskState
from nbflow.core.trigger_rules import Tally, TriggerRule, Verdict, verdict

StatesOf = Callable[[str], Iterable[TaskState]]
"""The states of all instances of a task."""


class Scopes:
    """The setups and teardowns of one DAG, and what lies between them."""

    def __init__(self, dag: Dag) -> None:
        self._graph = dag.graph
        self.setups = frozenset(task.task_id for task in dag.tasks if task.role == "setup")
        self.teardowns = frozenset(task.task_id for task in dag.tasks if task.role == "teardown")
        self._ignorable = frozenset(
            task.task_id
            for task in dag.tasks
            if task.role == "teardown" and not task.on_failure_fail_dagrun
        )

    def setups_of(self, task_id: str) -> frozenset[str]:
        """The setups that a task needs, near or far."""
        return self._setups_by_task.get(task_id, frozenset())

    def teardowns_of(self, setup: str) -> frozenset[str]:
        """The teardowns of a setup: those right downstream of it."""
        return self.teardowns & set(self._graph.downstream[setup])

    def far_setups_of(self, task_id: str) -> frozenset[str]:
        """The setups that a task needs and does not directly come after."""
        return self.setups_of(task_id) - set(self._graph.upstream[task_id])

    def in_need_of(self, setup: str) -> frozenset[str]:
        """The tasks that need a setup, near or far: all downstream of it, if it has teardowns only
        those before one of them; no teardowns.
        """
        return self._tasks_by_setup.get(setup, frozenset())

    @cached_property
    def _tasks_by_setup(self) -> Mapping[str, frozenset[str]]:
        # Once per setup and not per task: a DAG may have thousands of tasks.
        found: dict[str, frozenset[str]] = {}
        for setup in self.setups:
            scope = self._graph.descendants(setup) - self.teardowns
            if torn_down := self.teardowns_of(setup):
                scope &= self._graph.ancestors(*torn_down)
            found[setup] = frozenset(scope)
        return found

    @cached_property
    def _setups_by_task(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for setup, tasks in self._tasks_by_setup.items():
            for task_id in tasks:
                found.setdefault(task_id, set()).add(setup)
        return {task_id: frozenset(setups) for task_id, setups in found.items()}

    # --- what a run does

    def verdict(self, task: Task, upstream: Tally, states_of: StatesOf) -> Verdict:
        """Whether a task may run: its trigger rule over `upstream`, and what setups add to it.

        Far setups must all have succeeded, whatever the rule. A teardown waits until everything
        before it is done, and then needs one setup that has succeeded; without setups it runs.
        """
        if task.role == "teardown":
            return self._on_teardown(task.task_id, upstream, states_of)
        far = self._on_far_setups(task.task_id, states_of)
        if far in (Verdict.SKIP, Verdict.UPSTREAM_FAILED):
            return far
        decision = verdict(task.trigger_rule, upstream)
        return Verdict.WAIT if decision is Verdict.RUN and far is Verdict.WAIT else decision

    def _on_far_setups(self, task_id: str, states_of: StatesOf) -> Verdict:
        states = [state for setup in self.far_setups_of(task_id) for state in states_of(setup)]
        return verdict(TriggerRule.ALL_SUCCESS, Tally.of(states))

    def _on_teardown(self, task_id: str, upstream: Tally, states_of: StatesOf) -> Verdict:
        if not upstream.is_complete:
            return Verdict.WAIT
        before = self._graph.upstream[task_id]
        tally = Tally.of(s for one in before if one in self.setups for s in states_of(one))
        if not tally.total or tally.success:
            return Verdict.RUN
        skipped = tally.skipped + tally.removed >= tally.total
        return Verdict.SKIP if skipped else Verdict.UPSTREAM_FAILED

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The tasks a run is judged by: those that nothing comes after but teardowns that may fail,
        and no such teardown. In a DAG of nothing but teardowns its leaves.
        """
        if not self._ignorable:
            return self._graph.leaves
        found = (
            node
            for node in self._graph.nodes
            if node not in self._ignorable
            and all(child in self._ignorable for child in self._graph.downstream[node])
        )
        return tuple(found) or self._graph.leaves

    # --- what runs again together

    def with_setups(self, task_ids: Collection[str]) -> set[str]:
        """These tasks and what must run again with them: the setups they need with their teardowns,
        and the teardowns of setups among them.
        """
        found = set(task_ids)
        for task_id in task_ids:
            for setup in self.setups_of(task_id):
                found |= {setup, *self.teardowns_of(setup)}
            if task_id in self.setups:
                found |= self.teardowns_of(task_id)
        return found
