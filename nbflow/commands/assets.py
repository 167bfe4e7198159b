"""Verbs about assets."""

from __future__ import annotations

from nbflow.commands.asking import Asking, Receipt
from nbflow.core.errors import NotFoundError
from nbflow.core.json import JsonObject
from nbflow.core.spelling import did_you_mean
from nbflow.store import assets as asset_store


class AssetVerbs(Asking):
    """What can be asked of an asset."""

    def emit(self, asset: str, extra: JsonObject | None = None) -> Receipt:
        """Say that the asset of this name, or URI, has been made; `extra` is any JSON about it."""
        with self.database.transaction() as session:
            if asset_store.find(session, asset) is None:
                near = did_you_mean(asset, asset_store.known_names(session))
                raise NotFoundError(f"There is no asset {asset!r}. {near}")
            return Receipt(self._ask(session, "emit", {"asset": asset, "extra": extra or {}}))
