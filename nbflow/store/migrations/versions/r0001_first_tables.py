"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
_WORD = sa.String(32)


def upgrade() -> None:
    _create_definitions()
    _create_runs()
    _create_tries_and_values()
    _create_journal_and_requests()
    _create_leases_and_pools()
    _create_assets()
    _create_backfills()
    _create_secrets()
    _create_cache()


def downgrade() -> None:
    for table in (
        "backfill_dates",
        "backfills",
        "asset_event_aliases",
        "asset_runs",
        "asset_queue",
        "asset_events",
        "asset_references",
        "assets",
        "connections",
        "variables",
        "pools",
        "leases",
        "requests",
        "journal",
        "callbacks",
        "values",
        "tries",
        "cache_uses",
        "cache_values",
        "cache_entries",
        "task_instances",
        "dag_runs",
        "import_errors",
        "dag_versions",
        "bundle_files",
        "sources",
        "bundles",
        "dags",
    ):
        op.drop_table(table)


def _create_definitions() -> None:
    op.create_table(
        "dags",
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("held", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("added", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, server_default="", nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("timetable", sa.Text, nullable=False),
        sa.Column("task_count", sa.Integer, nullable=False),
        sa.Column("start_date", _MOMENT),
        sa.Column("end_date", _MOMENT),
        sa.Column("calendar", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("last_logical_date", _MOMENT),
        sa.Column("last_run_after", _MOMENT),
        sa.PrimaryKeyConstraint("dag_id", name="pk_dags"),
    )
    op.create_index("ix_dags_file", "dags", ["file"])
    op.create_table(
        "bundles",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_bundles"),
    )
    op.create_table(
        "sources",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sources"),
    )
    op.create_table(
        "bundle_files",
        sa.Column("bundle_digest", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("source_digest", sa.Text, nullable=False),
        _belongs_to("bundle_files", "bundle_digest", "bundles.digest", cascade=True),
        _belongs_to("bundle_files", "source_digest", "sources.digest"),
        sa.PrimaryKeyConstraint("bundle_digest", "path", name="pk_bundle_files"),
    )
    op.create_index("ix_bundle_files_source_digest", "bundle_files", ["source_digest"])
    op.create_table(
        "dag_versions",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("spec", sa.Text, nullable=False),
        sa.Column("bundle_digest", sa.Text, nullable=False),
        sa.Column("root", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        _belongs_to("dag_versions", "bundle_digest", "bundles.digest"),
        _belongs_to("dag_versions", "dag_id", "dags.dag_id", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_dag_versions"),
        sa.UniqueConstraint("dag_id", "fingerprint", name="uq_dag_versions_dag_id_fingerprint"),
        sa.UniqueConstraint("dag_id", "number", name="uq_dag_versions_dag_id_number"),
    )
    op.create_index("ix_dag_versions_bundle_digest", "dag_versions", ["bundle_digest"])
    op.create_table(
        "import_errors",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("dag_id", sa.Text),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_errors"),
    )
    op.create_index("ix_import_errors_file", "import_errors", ["file"])


def _create_runs() -> None:
    op.create_table(
        "dag_runs",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("run_type", _WORD, nullable=False),
        sa.Column("run_after", _MOMENT),
        sa.Column("logical_date", _MOMENT),
        sa.Column("data_interval_start", _MOMENT),
        sa.Column("data_interval_end", _MOMENT),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT),
        sa.Column("started_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("cancelling", _WORD),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        sa.Column("only", sa.Text),
        sa.Column("rerun_of", sa.Text),
        sa.Column("secret_params", sa.Text, server_default="[]", nullable=False),
        sa.Column("backfill_id", _KEY),
        sa.Column("missed_deadlines", sa.Text, server_default="[]", nullable=False),
        sa.Column("requeued_at", _MOMENT),
        sa.Column("average_runtimes", sa.Text, server_default="{}", nullable=False),
        sa.Column("no_cache", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("edits", sa.Text, server_default="{}", nullable=False),
        _belongs_to("dag_runs", "dag_id", "dags.dag_id", cascade=True),
        _belongs_to("dag_runs", "version_id", "dag_versions.id", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_dag_runs"),
        sa.UniqueConstraint("dag_id", "run_id", name="uq_dag_runs_dag_id_run_id"),
    )
    op.create_index("ix_dag_runs_dag_id_id", "dag_runs", ["dag_id", "id"])
    op.create_index("ix_dag_runs_dag_id_logical_date", "dag_runs", ["dag_id", "logical_date"])
    op.create_index("ix_dag_runs_backfill_id", "dag_runs", ["backfill_id"])
    op.create_index("ix_dag_runs_ended_at", "dag_runs", ["ended_at"])
    op.create_index("ix_dag_runs_version_id", "dag_runs", ["version_id"])
    _index_where("ix_dag_runs_active", "dag_runs", ["state"], "state IN ('queued', 'running')")
    op.create_table(
        "task_instances",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("map_index", sa.Integer, server_default=sa.text("-1"), nullable=False),
        sa.Column("state", _WORD, server_default="none", nullable=False),
        sa.Column("try_number", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("attempt_id", sa.Text),
        sa.Column("reason", _WORD),
        sa.Column("message", sa.Text, server_default="", nullable=False),
        sa.Column("failures", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("infra_failures", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", _MOMENT),
        sa.Column("scheduled_at", _MOMENT),
        sa.Column("queued_at", _MOMENT),
        sa.Column("started_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("follow", sa.Text),
        sa.Column("short_circuit", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("restart", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("lengths", sa.Text),
        sa.Column("map_name", sa.Text, server_default="", nullable=False),
        sa.Column("waits_for", sa.Text),
        sa.Column("waiting_since", _MOMENT),
        sa.Column("pokes", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        sa.Column("cache_key", sa.Text),
        sa.Column("cached", sa.Text),
        sa.Column("pool", sa.Text, nullable=False),
        sa.Column("pool_slots", sa.Integer, nullable=False),
        sa.Column("priority_weight", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text, server_default="", nullable=False),
        _belongs_to("task_instances", "run_pk", "dag_runs.id", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_task_instances"),
        sa.UniqueConstraint(
            "run_pk", "task_id", "map_index", name="uq_task_instances_run_pk_task_id_map_index"
        ),
    )
    _index_where(
        "ix_task_instances_live",
        "task_instances",
        ["state", "pool", "pool_slots"],
        "state IN ('queued', 'running')",
    )
    _index_where(
        "ix_task_instances_deferred",
        "task_instances",
        ["state", "pool", "pool_slots"],
        "state = 'deferred'",
    )
    _index_where(
        "ix_task_instances_retry",
        "task_instances",
        ["state", "next_try_at"],
        "state = 'up_for_retry'",
    )


def _create_tries_and_values() -> None:
    op.create_table(
        "tries",
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("try_number", sa.Integer, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("reason", _WORD),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("traceback", sa.Text, nullable=False),
        sa.Column("cell", sa.Integer),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("queued_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("output_notebook", sa.Text),
        sa.Column("log", sa.Text),
        sa.Column("peak_memory", _KEY),
        sa.Column("rendered", sa.Text),
        sa.Column("names_read", sa.Text),
        sa.Column("kernel", sa.Text),
        _belongs_to("tries", "run_pk", "dag_runs.id", cascade=True),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_tries"),
    )
    op.create_index("ix_tries_run_pk_task_id", "tries", ["run_pk", "task_id", "map_index"])
    op.create_table(
        "values",
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("json", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("size", _KEY, nullable=False),
        sa.Column("preview", sa.Text, nullable=False),
        sa.Column("length", _KEY),
        sa.Column("hides", sa.Boolean, server_default=sa.false(), nullable=False),
        _belongs_to("values", "run_pk", "dag_runs.id", cascade=True),
        sa.PrimaryKeyConstraint("run_pk", "task_id", "map_index", "key", name="pk_values"),
    )
    _index_where("ix_values_url", "values", ["url"], "url IS NOT NULL")


def _create_journal_and_requests() -> None:
    op.create_table(
        "callbacks",
        sa.Column("callback_id", sa.Text, nullable=False),
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("task_id", sa.Text),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("try_number", sa.Integer, nullable=False),
        sa.Column("attempt_id", sa.Text),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("traceback", sa.Text, nullable=False),
        sa.Column("log", sa.Text),
        sa.Column("ended_at", _MOMENT),
        _belongs_to("callbacks", "run_pk", "dag_runs.id", cascade=True),
        sa.PrimaryKeyConstraint("callback_id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_run_pk", "callbacks", ["run_pk", "task_id", "map_index"])
    _index_where("ix_callbacks_open", "callbacks", ["state"], "state IN ('due', 'sent')")
    op.create_table(
        "journal",
        sa.Column("cursor", _KEY, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("dag_id", sa.Text),
        sa.Column("run_id", sa.Text),
        sa.Column("task_id", sa.Text),
        sa.Column("map_index", sa.Integer),
        sa.Column("state", sa.Text),
        sa.Column("actor", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("cursor", name="pk_journal"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_dag_id_run_id", "journal", ["dag_id", "run_id", "cursor"])
    _index_where(
        "ix_journal_audit",
        "journal",
        ["cursor"],
        "kind IN ('request', 'variable', 'connection')",
    )
    op.create_table(
        "requests",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("door", sa.Text, server_default="", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("handled_at", _MOMENT),
        sa.Column("outcome", sa.Text),
        sa.Column("message", sa.Text, server_default="", nullable=False),
        sa.Column("result", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sqlite_autoincrement=True,
    )
    _index_where("ix_requests_pending", "requests", ["handled_at", "id"], "handled_at IS NULL")


def _create_leases_and_pools() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("fencing", sa.Integer, nullable=False),
        sa.Column("hostname", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("acquired_at", _MOMENT, nullable=False),
        sa.Column("renewed_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("info", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    pools = op.create_table(
        "pools",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, server_default="", nullable=False),
        sa.Column("include_deferred", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pools"),
    )
    op.bulk_insert(
        pools,
        [
            {
                "name": "default_pool",
                "slots": 128,
                "description": "Where tasks run that name no pool.",
            }
        ],
    )


def _create_assets() -> None:
    op.create_table(
        "assets",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("extra", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_assets"),
    )
    op.create_table(
        "asset_references",
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("since_event", _KEY, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint(
            "dag_id", "task_id", "role", "kind", "name", name="pk_asset_references"
        ),
        _belongs_to("asset_references", "dag_id", "dags.dag_id", cascade=True),
    )
    op.create_index("ix_asset_references_kind_name", "asset_references", ["kind", "name"])
    op.create_table(
        "asset_events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("extra", sa.Text, nullable=False),
        sa.Column("source_dag_id", sa.Text),
        sa.Column("source_run_id", sa.Text),
        sa.Column("source_task_id", sa.Text),
        sa.Column("source_map_index", sa.Integer, nullable=False),
        sa.Column("aliases", sa.Text, nullable=False),
        sa.Column("actor", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_asset_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_asset_events_asset_id", "asset_events", ["asset", "id"])
    op.create_table(
        "asset_event_aliases",
        sa.Column("alias", sa.Text, nullable=False),
        sa.Column("event_id", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("alias", "event_id", name="pk_asset_event_aliases"),
        _belongs_to("asset_event_aliases", "event_id", "asset_events.id", cascade=True),
    )
    op.create_index("ix_asset_event_aliases_event_id", "asset_event_aliases", ["event_id"])
    op.create_table(
        "asset_queue",
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("dag_id", "kind", "name", name="pk_asset_queue"),
        _belongs_to("asset_queue", "dag_id", "dags.dag_id", cascade=True),
    )
    op.create_table(
        "asset_runs",
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("event_id", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("run_pk", "event_id", name="pk_asset_runs"),
        _belongs_to("asset_runs", "run_pk", "dag_runs.id", cascade=True),
        _belongs_to("asset_runs", "event_id", "asset_events.id", cascade=True),
    )
    op.create_index("ix_asset_runs_event_id", "asset_runs", ["event_id"])


def _create_backfills() -> None:
    op.create_table(
        "backfills",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("from_date", _MOMENT, nullable=False),
        sa.Column("to_date", _MOMENT, nullable=False),
        sa.Column("reprocess", _WORD, nullable=False),
        sa.Column("max_active_runs", sa.Integer, nullable=False),
        sa.Column("run_backwards", sa.Boolean, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("tasks", sa.Text),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.Column("no_cache", sa.Boolean, server_default=sa.false(), nullable=False),
        _belongs_to("backfills", "dag_id", "dags.dag_id", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_backfills"),
    )
    op.create_index("ix_backfills_dag_id_id", "backfills", ["dag_id", "id"])
    _index_where("ix_backfills_active", "backfills", ["state"], "state IN ('running', 'paused')")
    op.create_table(
        "backfill_dates",
        sa.Column("backfill_id", _KEY, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("step", _WORD, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("logical_date", _MOMENT, nullable=False),
        sa.Column("data_interval_start", _MOMENT, nullable=False),
        sa.Column("data_interval_end", _MOMENT, nullable=False),
        sa.Column("run_after", _MOMENT, nullable=False),
        sa.Column("done", sa.Boolean, server_default=sa.false(), nullable=False),
        _belongs_to("backfill_dates", "backfill_id", "backfills.id", cascade=True),
        sa.PrimaryKeyConstraint("backfill_id", "position", name="pk_backfill_dates"),
    )


def _create_secrets() -> None:
    op.create_table(
        "variables",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("description", sa.Text, server_default="", nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_variables"),
    )
    op.create_table(
        "connections",
        sa.Column("conn_id", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("conn_id", name="pk_connections"),
    )


def _create_cache() -> None:
    op.create_table(
        "cache_entries",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.Column("map_index", sa.Integer, nullable=False),
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_cache_entries"),
    )
    op.create_index("ix_cache_entries_attempt_id", "cache_entries", ["attempt_id"])
    op.create_table(
        "cache_values",
        sa.Column("cache_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("json", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("size", _KEY, nullable=False),
        sa.Column("preview", sa.Text, nullable=False),
        sa.Column("length", _KEY),
        sa.Column("hides", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("cache_key", "name", name="pk_cache_values"),
        _belongs_to("cache_values", "cache_key", "cache_entries.key", cascade=True),
    )
    _index_where("ix_cache_values_url", "cache_values", ["url"], "url IS NOT NULL")
    op.create_table(
        "cache_uses",
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("run_pk", _KEY, nullable=False),
        sa.Column("dag_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("task_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "run_pk", name="pk_cache_uses"),
        _belongs_to("cache_uses", "run_pk", "dag_runs.id", cascade=True),
    )
    op.create_index("ix_cache_uses_run_pk", "cache_uses", ["run_pk"])


def _belongs_to(
    table: str, column: str, parent: str, *, cascade: bool = False
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [parent],
        name=f"fk_{table}_{column}",
        ondelete="CASCADE" if cascade else None,
    )


def _index_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
