"""The tables: what each row means, what makes it unique, what the loop and the screens look for.

Rows never leave the store. One file per noun; all of them are imported here, so that `Row.metadata`
knows every table. What they share, and how partial indexes are used, is in `base.py`.
"""

from nbflow.store.tables.assets import (
    AssetEventAliasRow,
    AssetEventRow,
    AssetQueueRow,
    AssetReferenceRow,
    AssetRow,
    AssetRunRow,
)
from nbflow.store.tables.backfills import BACKFILL_IS_ACTIVE, BackfillDateRow, BackfillRow
from nbflow.store.tables.base import AnyRow, AnySelect, Row, columns_like, insert_into, table_of
from nbflow.store.tables.callbacks import CALLBACK_IS_OPEN, CallbackRow
from nbflow.store.tables.dags import DagRow, DagVersionRow, ImportErrorRow
from nbflow.store.tables.journal import LINE_IS_AUDIT, JournalRow
from nbflow.store.tables.leases import LeaseRow
from nbflow.store.tables.pools import PoolRow
from nbflow.store.tables.requests import REQUEST_IS_PENDING, RequestRow
from nbflow.store.tables.runs import (
    RUN_IS_ACTIVE,
    TASK_IS_DEFERRED,
    TASK_IS_LIVE,
    TASK_WAITS_FOR_RETRY,
    DagRunRow,
    TaskInstanceRow,
    TryRow,
)
from nbflow.store.tables.secrets import ConnectionRow, VariableRow
from nbflow.store.tables.sources import BundleFileRow, BundleRow, SourceRow
from nbflow.store.tables.values import CacheEntryRow, CacheUseRow, CacheValueRow, ValueRow

__all__ = [
    "BACKFILL_IS_ACTIVE",
    "CALLBACK_IS_OPEN",
    "LINE_IS_AUDIT",
    "REQUEST_IS_PENDING",
    "RUN_IS_ACTIVE",
    "TASK_IS_DEFERRED",
    "TASK_IS_LIVE",
    "TASK_WAITS_FOR_RETRY",
    "AnyRow",
    "AnySelect",
    "AssetEventAliasRow",
    "AssetEventRow",
    "AssetQueueRow",
    "AssetReferenceRow",
    "AssetRow",
    "AssetRunRow",
    "BackfillDateRow",
    "BackfillRow",
    "BundleFileRow",
    "BundleRow",
    "CacheEntryRow",
    "CacheUseRow",
    "CacheValueRow",
    "CallbackRow",
    "ConnectionRow",
    "DagRow",
    "DagRunRow",
    "DagVersionRow",
    "ImportErrorRow",
    "JournalRow",
    "LeaseRow",
    "PoolRow",
    "RequestRow",
    "Row",
    "SourceRow",
    "TaskInstanceRow",
    "TryRow",
    "ValueRow",
    "VariableRow",
    "columns_like",
    "insert_into",
    "table_of",
]
