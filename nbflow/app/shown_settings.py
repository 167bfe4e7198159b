"""The settings as anybody may see them: with where each comes from, and without what is secret."""

from __future__ import annotations

import re
from typing import Any  # settings have types of their own

from nbflow.core.masking import MASK
from nbflow.core.notifications import masked
from nbflow.settings import LoadedSettings, Settings
from nbflow.views.secrets import without_secrets
from nbflow.views.shapes import SettingView

_ADDRESSES = ("store", "artifacts", "dask_address")
_PASSWORD = re.compile(r"(://[^/@:]*):[^@]*@")
_TOKEN = re.compile(r"([?&][^=&]*(?:key|token|secret|password|sig)[^=&]*=)[^&]*", re.IGNORECASE)


def shown_settings(loaded: LoadedSettings) -> list[SettingView]:
    """All settings in the order they are defined in."""
    values = loaded.settings.model_dump(mode="json")
    return [
        SettingView(
            name=name,
            value=_without_secrets(name, value),
            origin=loaded.origins[name],
            is_default=loaded.origins[name] == "default",
            description=Settings.model_fields[name].description or "",
        )
        for name, value in values.items()
    ]


def _without_secrets(name: str, value: Any) -> Any:  # noqa: ANN401 - as above
    if name == "notifications":
        targets = {target: masked(url) for target, url in value["targets"].items()}
        urls = [masked(url) for url in value["urls"]]
        return {**value, "urls": urls, "targets": targets, "mail": masked(value["mail"])}
    if name in _ADDRESSES:
        return _TOKEN.sub(rf"\1{MASK}", _PASSWORD.sub(rf"\1:{MASK}@", value))
    return dict(without_secrets(value)) if isinstance(value, dict) else value
