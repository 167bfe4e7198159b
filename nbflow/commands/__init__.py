"""The verbs: what a person can ask for, from any door. Each checks what can be checked now and
leaves a row in `requests`.

Nothing here changes run state: the scheduler does, when it answers the request. A verb that cannot
make sense raises a `RequestError` with a sentence at once, so that a person need not wait for the
scheduler to hear it. One file for the verbs about one thing.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.commands.asking import Receipt, schema_errors
from nbflow.commands.assets import AssetVerbs
from nbflow.commands.backfills import BackfillVerbs
from nbflow.commands.cache import CacheVerbs
from nbflow.commands.cluster import ClusterVerbs
from nbflow.commands.notebooks import NotebookVerbs
from nbflow.commands.pools import PoolVerbs
from nbflow.commands.questions import QuestionVerbs
from nbflow.commands.runs import Runs, RunVerbs

__all__ = ["Commands", "Receipt", "Runs", "schema_errors"]


@dataclass(frozen=True)
class Commands(
    NotebookVerbs,
    PoolVerbs,
    RunVerbs,
    QuestionVerbs,
    BackfillVerbs,
    AssetVerbs,
    ClusterVerbs,
    CacheVerbs,
):
    """All verbs, on behalf of `actor` (the user's name, kept in the audit journal)."""
