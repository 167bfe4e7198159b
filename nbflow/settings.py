"""One frozen `Settings`, read once at the door: arguments, then `NBFLOW_*` variables, then
`nbflow.toml` or `[tool.nbflow]` of the project.

The project folder is the nearest one, from here upwards, that holds such a file; else the current
folder. Data lives in its `.nbflow/`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT_FILE = "nbflow.toml"


class Settings(BaseSettings):
    """Everything that can be set.

    Paths are relative to the project folder; times are in seconds.
    """

    model_config = SettingsConfigDict(env_prefix="NBFLOW_", frozen=True, extra="forbid")

    home: Path = Field(default=Path(), description="The project folder.")
    data: Path = Field(default=Path(".nbflow"), description="Where nbflow keeps its own files.")
    dags: list[Path] = Field(
        default=[Path("dags")], description="Folders and files that define DAGs."
    )
    store: str = Field(
        default="", description="SQLAlchemy URL of the store; SQLite in `data` when empty."
    )
    artifacts: str = Field(
        default="",
        description="fsspec URL for notebooks, logs and values; a folder in `data` when empty.",
    )
    executor: Literal["inline", "dask"] = Field(default="dask", description="Where tasks run.")
    dask_address: str = Field(
        default="",
        description="Address of a running Dask scheduler; an embedded cluster when empty.",
    )
    dask_cluster: str = Field(
        default="",
        description="A cluster class to start, as `module:Class`; LocalCluster when empty.",
    )
    dask_cluster_kwargs: dict[str, Any] = Field(  # keyword arguments of a class we do not know
        default_factory=dict, description="Keyword arguments for `dask_cluster`."
    )
    workers: int = Field(default=2, ge=1, description="Worker processes of the embedded cluster.")
    slots: int = Field(
        default=4, ge=1, description="Tasks side by side, in each worker or, inline, in all."
    )
    warm_kernels: int = Field(default=2, ge=0, description="Kernels kept ready in each worker.")
    heartbeat: float = Field(
        default=5.0, gt=0, description="Seconds between signs of life of a running task."
    )
    parse_timeout: float = Field(
        default=30.0, gt=0, description="Seconds a DAG file may take to import."
    )
    timezone: str = Field(default="UTC", description="Zone of schedules that name none.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic passes these by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over variables, variables over the project file (handed in by `load`)."""
        return (init_settings, env_settings)

    @property
    def data_folder(self) -> Path:
        return (self.home / self.data).resolve()

    @property
    def store_url(self) -> str:
        return self.store or f"sqlite:///{self.data_folder / 'nbflow.db'}"

    @property
    def artifacts_url(self) -> str:
        return self.artifacts or str(self.data_folder / "artifacts")

    @property
    def dag_paths(self) -> list[Path]:
        return [(self.home / path).resolve() for path in self.dags]


@dataclass(frozen=True)
class LoadedSettings:
    """The settings with the origin of each value: argument, environment, the project file, or
    default.
    """

    settings: Settings
    origins: Mapping[str, str]


def load(start: Path | None = None, **arguments: object) -> LoadedSettings:
    """Read the settings as seen from `start` (the current folder by default).

    Raises pydantic's ValidationError, which names each bad value.
    """
    home, file_values, file_name = _project(start or Path.cwd())
    given = {name: value for name, value in arguments.items() if value is not None}
    environment = EnvSettingsSource(Settings)()
    from_file = {k: v for k, v in file_values.items() if k not in given and k not in environment}
    merged: dict[str, Any] = {"home": home, **from_file, **given}  # checked by pydantic right here
    origins = {
        name: "argument"
        if name in given
        else f"NBFLOW_{name.upper()}"
        if name in environment
        else file_name
        if name in from_file
        else "default"
        for name in Settings.model_fields
    }
    return LoadedSettings(Settings(**merged), origins)


def _project(start: Path) -> tuple[Path, Mapping[str, object], str]:
    """The project folder, what its file sets, and the file's name."""
    configured = os.environ.get("NBFLOW_HOME")
    if configured:
        start = Path(configured)
    for folder in (start.resolve(), *start.resolve().parents):
        own = folder / PROJECT_FILE
        if own.is_file():
            return folder, tomllib.loads(own.read_text(encoding="utf-8")), PROJECT_FILE
        shared = folder / "pyproject.toml"
        if shared.is_file():
            table = tomllib.loads(shared.read_text(encoding="utf-8")).get("tool", {}).get("nbflow")
            if table is not None:
                return folder, table, "pyproject.toml"
    return start.resolve(), {}, ""
