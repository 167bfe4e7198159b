"""The stores that the views of this process look into: each is opened once, and kept."""

from __future__ import annotations

from nbflow import app
from nbflow.settings import Settings

_STORES: dict[str, app.Store] = {}


def store_of(found: Settings) -> app.Store:
    """The store of these settings, opened once per process."""
    if found.store_url not in _STORES:
        _STORES[found.store_url] = app.open_database(found)
    return _STORES[found.store_url]
