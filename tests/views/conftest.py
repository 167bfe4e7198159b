"""A store, and a scheduler over it that is driven tick by tick."""

from __future__ import annotations

from tests.databases import sqlite_database as database
from tests.scheduler.conftest import clock, hands, make_scheduler

__all__ = ["clock", "database", "hands", "make_scheduler"]
