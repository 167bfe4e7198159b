"""What can be done about pools. A pool is no run state, so that it is changed at once, by whoever
asks; the request is written down, answered, for the audit, and wakes the scheduler.
"""

from __future__ import annotations

from nbflow.commands.asking import Asking, Receipt
from nbflow.core.dag import DEFAULT_POOL
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import TaskState
from nbflow.store import dags as dag_store
from nbflow.store import pools as pool_store
from nbflow.store import queue as queue_store
from nbflow.store import requests as request_store
from nbflow.store.database import Session
from nbflow.store.pools import Pool

_UNFINISHED = tuple(state for state in TaskState if not state.is_finished)
_SHOWN = 3


class PoolVerbs(Asking):
    """The verbs about pools."""

    def set_pool(
        self,
        name: str,
        slots: int,
        description: str | None = None,
        *,
        include_deferred: bool | None = None,
    ) -> Receipt:
        """Make a pool, or change it; what is None stays as it is. -1 slots mean no limit, 0 hold
        its tasks back. Raises RequestError for a name or slots that cannot be.
        """
        _check_name(name)
        with self.database.transaction() as session:
            old = _find(session, name) or Pool(name, slots)
            kept = old.include_deferred if include_deferred is None else include_deferred
            words = old.description if description is None else description
            pool_store.save(session, Pool(name, slots, words, kept))
            payload: JsonObject = {"pool": name, "slots": slots, "include_deferred": kept}
            return self._done(session, "set_pool", payload, f"Pool {name!r} has {_slots(slots)}.")

    def delete_pool(self, name: str) -> Receipt:
        """Delete a pool that no unfinished task names. Raises RequestError with the tasks that do,
        and NotFoundError if there is no such pool.
        """
        with self.database.transaction() as session:
            if _find(session, name) is None:
                raise NotFoundError(
                    f"There is no pool {name!r}. {did_you_mean(name, pool_store.slots(session))}"
                )
            waiting = queue_store.in_pools(session, _UNFINISHED, name)
            if waiting and name != DEFAULT_POOL:
                shown = ", ".join(f"{one.dag_id}.{one.task_id}" for one in waiting[:_SHOWN])
                more = ", ..." if len(waiting) > _SHOWN else ""
                raise RequestError(
                    f"Pool {name!r} is in use: {len(waiting)} unfinished tasks name it "
                    f"({shown}{more}). Let them end or cancel their runs, or hold them back: "
                    f"nbflow pools set {name} 0"
                )
            pool_store.remove(session, name)
            message = f"Pool {name!r} was deleted.{_still_named(session, name)}"
            return self._done(session, "delete_pool", {"pool": name}, message)

    def _done(self, session: Session, verb: str, payload: JsonObject, message: str) -> Receipt:
        """Write down what was asked for and has been done."""
        request_id = self._ask(session, verb, payload)
        request_store.answer(session, request_id, "done", message, {}, self.clock())
        return Receipt(request_id)


def _find(session: Session, name: str) -> Pool | None:
    return next((pool for pool in pool_store.read(session) if pool.name == name), None)


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip() or len(name) > pool_store.LONGEST_NAME:
        raise RequestError(
            f"A pool cannot be called {name!r}: use 1 to {pool_store.LONGEST_NAME} characters, "
            "with no space around them."
        )


def _slots(slots: int) -> str:
    return "no limit" if slots < 0 else f"{slots} slots"


def _still_named(session: Session, name: str) -> str:
    found = [
        stored.dag.dag_id
        for stored in dag_store.active_dags(session)
        if any(task.pool == name for task in stored.dag.tasks)
    ]
    if not found:
        return ""
    shown = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
    return f" Tasks of {shown} name it: they will wait until there is such a pool again."
