"""Alembic's entry. It works on the connection that `nbflow.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from nbflow.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
