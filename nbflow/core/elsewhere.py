"""Values of other runs: which ones a task asks for (`other_runs.py`: what it gets).

A worker cannot ask the store, so an order carries what the task's source and templates are seen to
ask for by `xcom_pull` with `dag_id`, `run_id` or `include_prior_dates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ANY = "*"
NEWEST_RUNS = 20
"""Of how many runs values are carried where only the running task knows which one it wants."""


@dataclass(frozen=True)
class Pull:
    """One such question. An empty `dag_id` or `run_id` means the asking task's own.

    No `task_ids`, a `key` or a `run_id` of ANY: only known when the task runs. With `prior` the
    newest value of each task counts, of the runs up to the asking one's date.
    """

    dag_id: str = ""
    task_ids: tuple[str, ...] = ()
    key: str = ANY
    run_id: str = ""
    prior: bool = False

    def covers(self, wanted: Pull) -> bool:
        """Whether what was `wanted` in the end, all of it known, is carried for this question."""
        return (
            self.dag_id == wanted.dag_id
            and self.prior == wanted.prior
            and (self.prior or self.run_id in (ANY, wanted.run_id))
            and self.key in (ANY, wanted.key)
            and (not self.task_ids or set(wanted.task_ids) <= set(self.task_ids))
        )


def pulls_from_json(raw: Iterable[Mapping[str, object]]) -> tuple[Pull, ...]:
    """The pulls of a task as its spec keeps them."""
    return tuple(
        Pull(
            str(one["dag_id"]),
            tuple(map(str, _listed(one["task_ids"]))),
            str(one["key"]),
            str(one["run_id"]),
            bool(one["prior"]),
        )
        for one in raw
    )


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else ()
