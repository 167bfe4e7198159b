"""One frozen `Settings`, read once at the door: arguments, then `NBFLOW_*` variables, then
`nbflow.toml` or `[tool.nbflow]` of the project.

The project folder is the nearest one, from here upwards, that holds such a file; else the current
folder. Data lives in its `.nbflow/`. Read without pydantic-settings, which takes longer to import
than most commands take to run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from nbflow.core.errors import NbflowError
from nbflow.core.kept import KEPT_MEMORY, KEPT_SECONDS
from nbflow.core.mapping import MAX_MAP_LENGTH
from nbflow.core.spelling import did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT_FILE = "nbflow.toml"
PREFIX = "NBFLOW_"


class SettingsError(NbflowError):
    """A setting cannot be used. The message names each, where it was set, and what is wrong."""


class Notifications(BaseModel):
    """Whom to tell of what happens in the runs of every DAG.

    `urls` are addresses as apprise writes them, or names from `targets`, which DAGs may use too.
    `mail` is the address for `email=` of a task, with `{to}` in it.
    `on` are occasions of runs (success, failure, deadline), `on_tasks` those of tasks (success,
    failure, retry, skipped). `title` and `body` are templates. `link` is where people open
    JupyterLab. `timeout` is in seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    urls: list[str] = []
    on: list[Literal["success", "failure", "deadline"]] = ["failure"]
    on_tasks: list[Literal["success", "failure", "retry", "skipped"]] = []
    title: str = ""
    body: str = ""
    targets: dict[str, str] = {}
    mail: str = ""
    link: str = ""
    timeout: float = Field(default=60.0, gt=0)


class Settings(BaseModel):
    """Everything that can be set.

    Paths are relative to the project folder; times are in seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    dask_adapt: dict[Literal["minimum", "maximum"], int] = Field(
        default_factory=dict,
        description="Let the cluster grow and shrink between these numbers of workers.",
    )
    dask_queues: list[str] = Field(
        default=[], description="Queues the embedded workers serve, besides tasks that name none."
    )
    dask_resources: dict[str, float] = Field(
        default_factory=dict, description="Resources of each embedded worker, by name."
    )
    dask_dashboard: bool = Field(
        default=True, description="Whether the embedded cluster serves Dask's dashboard."
    )
    dask_lease: float = Field(
        default=30.0,
        gt=0,
        description="Seconds without contact after which a Dask worker ends its tasks.",
    )
    # Tasks run in processes of their own: a second worker adds little but its memory.
    workers: int = Field(default=1, ge=1, description="Worker processes of the embedded cluster.")
    slots: int = Field(
        default=max(4, os.cpu_count() or 1),
        ge=1,
        description="Tasks side by side, in each worker or, inline, in all.",
    )
    parallelism: int | None = Field(
        default=None, ge=1, description="Tasks side by side at most, whatever the executor has."
    )
    max_map_length: int = Field(
        default=MAX_MAP_LENGTH, ge=1, description="Instances one mapped task may have."
    )
    warm_kernels: int = Field(
        default=2,
        ge=0,
        description="Kernels kept ready in each worker while notebooks run; one while none do.",
    )
    preload: list[str] = Field(
        default=[],
        description="Modules that kernels and processes for tasks have imported when they start.",
    )
    max_value_size: int = Field(
        default=1 << 30, ge=1024, description="Bytes of the largest value a task may hand on."
    )
    cache_verify: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="The part of what the cache answers that is executed all the same, to verify.",
    )
    heartbeat: float = Field(
        default=5.0, gt=0, description="Seconds between signs of life of a running task."
    )
    keep_failed_kernel: float = Field(
        default=KEPT_SECONDS,
        ge=0,
        description="Seconds the kernel of a failed notebook task lives on for Debug; 0: it ends.",
    )
    kept_kernels_memory: int = Field(
        default=KEPT_MEMORY,
        ge=0,
        description="Bytes that kernels kept for Debug may use in a worker; else the oldest end.",
    )
    parse_timeout: float = Field(
        default=30.0, gt=0, description="Seconds a DAG file may take to import."
    )
    timezone: str = Field(default="UTC", description="Zone of schedules that name none.")
    callback_timeout: float = Field(
        default=60.0, gt=0, description="Seconds a callback of a DAG or a task may take."
    )
    retention_days: float = Field(
        default=180.0,
        ge=0,
        description="Days of journal, requests, asset events and cached results to keep; 0: all.",
    )
    retention_run_days: float = Field(
        default=365.0,
        ge=0,
        description="Days to keep runs that have ended, with notebooks, logs and values; 0: all.",
    )
    secrets_timeout: float = Field(
        default=3.0,
        gt=0,
        description="Seconds secrets backends may take to tell what the tasks of a tick may read.",
    )
    notifications: Notifications = Field(
        default=Notifications(), description="Whom to tell when runs and tasks end or fail."
    )

    @field_validator("dask_adapt")
    @classmethod
    def _names_a_maximum(cls, adapt: dict[str, int]) -> dict[str, int]:
        if adapt and "maximum" not in adapt:
            raise PydanticCustomError(
                "no_maximum", "say how many workers there may be at most, as { maximum = 8 }"
            )
        return adapt

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
    """Read the settings as seen from `start` (the current folder by default). Arguments that are
    None do not count.

    Raises SettingsError.
    """
    project = _project(start or Path.cwd())
    given = {name: value for name, value in arguments.items() if value is not None}
    environment = _environment()
    origins = {
        **dict.fromkeys(Settings.model_fields, "default"),
        "home": project.file or "default",
        **dict.fromkeys(project.values, project.file),
        **{name: _variable(name) for name in environment},
        **dict.fromkeys(given, "argument"),
    }
    merged: dict[str, object] = {"home": project.folder, **project.values, **environment, **given}
    try:
        # Any value may stand in a file; this is where they are checked.
        return LoadedSettings(Settings(**merged), origins)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_in_words(error, origins)) from error


def _in_words(error: ValidationError, origins: Mapping[str, str]) -> str:
    sentences: list[str] = []
    for one in error.errors():
        name = str(one["loc"][0])
        if one["type"] == "extra_forbidden":
            place = ".".join(map(str, one["loc"]))
            known = Notifications.model_fields if len(one["loc"]) > 1 else Settings.model_fields
            hint = did_you_mean(str(one["loc"][-1]), known)
            sentences.append(f"There is no setting {place!r} ({origins[name]}). {hint}")
        else:
            place = ".".join(map(str, one["loc"]))
            reason = one["msg"][:1].lower() + one["msg"][1:]
            sentences.append(
                f"The setting {place} ({origins[name]}) is {one['input']!r}: {reason}."
            )
    return "\n".join(sentences)


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _environment() -> dict[str, object]:
    """What `NBFLOW_*` variables set; lists and mappings are JSON."""
    found: dict[str, object] = {}
    for name, field in Settings.model_fields.items():
        text = os.environ.get(_variable(name))
        if text is None:
            continue
        is_json = get_origin(field.annotation) in (list, dict) or name == "notifications"
        found[name] = _from_json(name, text) if is_json else text
    return found


def _from_json(name: str, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingsError(
            f"{_variable(name)} is {text!r}, which is no JSON: {error}. "
            'Write lists as ["a", "b"], mappings as {"key": "value"}.'
        ) from error


@dataclass(frozen=True)
class _Project:
    """The project folder, what its file sets, and the file's name."""

    folder: Path
    values: Mapping[str, object]
    file: str


def _project(start: Path) -> _Project:
    configured = os.environ.get(_variable("home"))
    start = Path(configured or start).resolve()
    for folder in (start, *start.parents):
        own = folder / PROJECT_FILE
        if own.is_file():
            return _Project(folder, _table(own), PROJECT_FILE)
        shared = folder / "pyproject.toml"
        if shared.is_file():
            table = _table(shared).get("tool", {}).get("nbflow")
            if table is not None:
                return _Project(folder, table, "pyproject.toml")
    return _Project(start, {}, "")


def _table(file: Path) -> Mapping[str, Any]:  # any TOML
    try:
        table: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file} cannot be read: {error}. Correct it.") from error
    return table
