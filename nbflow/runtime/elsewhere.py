"""`xcom_pull` of other runs, on the worker: looked up in what the order has brought along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nbflow.core.elsewhere import NEWEST_RUNS, Pull
from nbflow.core.orders import OtherRun, TaskOrder, ValueRef
from nbflow.core.other_runs import instances_of
from nbflow.runtime.mapped import MappedValues
from nbflow.runtime.templates import ValueNotThere
from nbflow.runtime.values import load_value


@dataclass(frozen=True)
class Elsewhere:
    """Where a task looks for a value besides its own run: one other run, or all earlier ones."""

    order: TaskOrder
    dag_id: str
    run_id: str
    prior: bool

    @property
    def is_own_run(self) -> bool:
        run = self.order.run
        return not self.prior and (self.dag_id, self.run_id) == (run.dag_id, run.run_id)

    def pull(
        self, task_id: str, key: str, map_indexes: int | Iterable[int] | None
    ) -> tuple[object] | None:
        """The value in a tuple of one, or None where there is none. Raises ValueNotThere if the
        order has brought nothing along that could tell.
        """
        self._check(task_id, key)
        for run in self._runs():
            found = instances_of(run, task_id, key)
            if found:
                return (_chosen(found, map_indexes),)
        return None

    def _runs(self) -> Sequence[OtherRun]:
        mine = [run for run in self.order.elsewhere if run.dag_id == self.dag_id]
        if not self.prior:
            return [run for run in mine if run.run_id == self.run_id]
        before = self.order.run.logical_date or self.order.run.run_after
        own = (self.order.run.dag_id, self.order.run.run_id)
        return [
            run
            for run in mine
            if (run.dag_id, run.run_id) != own and run.at is not None and run.at <= before
        ]

    def _check(self, task_id: str, key: str) -> None:
        own = self.order.run
        dag_id = "" if self.dag_id == own.dag_id else self.dag_id
        run_id = "" if self.prior or self.run_id == own.run_id else self.run_id
        wanted = Pull(dag_id, (task_id,), key, run_id, self.prior)
        asks = [pull for pull in self.order.task.elsewhere if pull.covers(wanted)]
        where = "earlier runs" if self.prior else f"run {self.run_id!r}"
        if not asks:
            raise ValueNotThere(
                f"Task {self.order.task.task_id!r} asks for {key!r} of {task_id!r} in {where} of "
                f"DAG {self.dag_id!r}, and its order did not bring that along: write the call of "
                "xcom_pull, with dag_id and include_prior_dates as they are, into the task's own "
                "function or template."
            )
        if self.prior or self._runs() or any(pull.run_id == wanted.run_id for pull in asks):
            return
        raise ValueNotThere(
            f"Task {self.order.task.task_id!r} asks for a value of {where} of DAG "
            f"{self.dag_id!r}, which is none of its newest {NEWEST_RUNS} runs, or is not there: "
            "write the run's id as text into the call of xcom_pull."
        )


def _chosen(
    found: Sequence[tuple[int, ValueRef]], map_indexes: int | Iterable[int] | None
) -> object:
    by_index = dict(found)
    if isinstance(map_indexes, int):
        return load_value(by_index[map_indexes]) if map_indexes in by_index else None
    if map_indexes is not None:
        return [load_value(by_index[index]) for index in map_indexes if index in by_index]
    return load_value(by_index[-1]) if -1 in by_index else MappedValues(list(by_index.values()))
