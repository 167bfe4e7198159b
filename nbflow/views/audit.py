"""What people have asked for and changed, as a person sees it."""

from __future__ import annotations

from nbflow.store import audit as audit_store
from nbflow.store.audit import Audited, Sought
from nbflow.store.database import Database
from nbflow.views.dags import iso, iso_text
from nbflow.views.shapes import AuditEntry, AuditList

__all__ = ["Sought", "audit"]


def audit(
    database: Database, sought: Sought, before: int | None = None, limit: int = 50
) -> AuditList:
    """The newest entries that fit, older than the cursor `before`."""
    with database.reading() as session:
        page = audit_store.page(session, sought, before, limit)
    following = None if page.before is None else str(page.before)
    return AuditList([_entry(one) for one in page.lines], following)


def _entry(one: Audited) -> AuditEntry:
    return AuditEntry(
        cursor=one.cursor,
        at=iso_text(one.at),
        asked_at=iso(one.asked_at),
        actor=one.actor,
        door=one.door,
        verb=one.verb,
        dag_id=one.dag_id,
        run_id=one.run_id,
        name=one.name,
        outcome=one.outcome,
        message=one.message,
        payload=dict(one.payload),
    )
