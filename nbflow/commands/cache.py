"""What can be done about the cache. It is no run state, so that it is changed at once, by whoever
asks; the request is written down, answered, for the audit.
"""

from __future__ import annotations

from collections.abc import Collection

from nbflow.commands.asking import Asking
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.store import cache as cache_store
from nbflow.store import requests as request_store
from nbflow.store.database import Session


class CacheVerbs(Asking):
    """The verbs about the cache."""

    def clear_cache(
        self, dag_id: str | None = None, task_id: str | None = None, key: str | None = None
    ) -> int:
        """Forget results, so that what they stand for is executed again: all of them, those of a
        DAG or of one of its tasks, or the one whose key begins with `key`. How many.

        What runs have of them stays. Raises RequestError for a task without its DAG, NotFoundError
        if no key, or more than one, begins so.
        """
        if task_id is not None and dag_id is None:
            raise RequestError("Name the DAG of the task as well: several may have such a task.")
        with self.database.transaction() as session:
            full = None
            if key is not None:
                found = cache_store.keys_that_begin(session, key) if key else []
                if len(found) != 1:
                    raise NotFoundError(
                        f"{len(found) or 'No'} results in the cache have a key that begins with "
                        f"{key!r}. They are listed by `nbflow cache list`."
                    )
                full = found[0]
            count = cache_store.forget(session, dag_id, task_id, full)
            self._write_down(session, {"dag_id": dag_id, "task_id": task_id, "key": full}, count)
        return count

    def clear_cached(self, keys: Collection[str]) -> int:
        """Forget the results of these whole keys. How many of them there were."""
        with self.database.transaction() as session:
            count = cache_store.forget_keys(session, keys)
            self._write_down(session, {"keys": sorted(keys)}, count)
        return count

    def _write_down(self, session: Session, payload: JsonObject, count: int) -> None:
        request_id = self._ask(session, "clear_cache", payload)
        message = f"{count} results of the cache were forgotten."
        request_store.answer(session, request_id, "done", message, {}, self.clock())
