"""Where settings come from, which wins, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.app import make_executor
from nbflow.executors.dask import DaskExecutor
from nbflow.executors.dask_cluster import ClusterSpec
from nbflow.settings import SettingsError, load


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "SLOTS", "WORKERS", "DASK_ADAPT", "DAGS"):
        monkeypatch.delenv(f"NBFLOW_{name}", raising=False)
    return tmp_path


def test_an_argument_wins_over_a_variable_and_that_over_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "nbflow.toml").write_text("slots = 2\nworkers = 3\ntimezone = 'Europe/Paris'\n")
    monkeypatch.setenv("NBFLOW_SLOTS", "5")
    monkeypatch.setenv("NBFLOW_WORKERS", "6")

    loaded = load(project, slots=7)

    settings = loaded.settings
    assert (settings.slots, settings.workers, settings.timezone) == (7, 6, "Europe/Paris")
    origins = [loaded.origins[name] for name in ("slots", "workers", "timezone", "store")]
    assert origins == ["argument", "NBFLOW_WORKERS", "nbflow.toml", "default"]


def test_the_project_is_the_nearest_folder_upwards_with_a_settings_file(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.nbflow]\nslots = 9\n")
    inner = project / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[project]\nname = 'no settings of ours'\n")

    settings = load(inner).settings

    assert (settings.home, settings.slots) == (project, 9)


def test_every_setting_that_cannot_be_used_is_named_with_its_origin(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "nbflow.toml").write_text("slotz = 2\nworkers = 0\n")
    monkeypatch.setenv("NBFLOW_DASK_ADAPT", '{"minimum": 1}')

    with pytest.raises(SettingsError) as refused:
        load(project)

    said = str(refused.value)
    assert "There is no setting 'slotz' (nbflow.toml). Did you mean 'slots'?" in said
    assert "The setting workers (nbflow.toml) is 0" in said
    assert "The setting dask_adapt (NBFLOW_DASK_ADAPT)" in said
    assert "{ maximum = 8 }" in said


def test_a_list_in_a_variable_that_is_no_json_says_how_to_write_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_DAGS", "dags,more")

    with pytest.raises(SettingsError, match=r'Write lists as \["a", "b"\]'):
        load(project)


def test_settings_say_what_the_dask_cluster_is_like(project: Path) -> None:
    (project / "nbflow.toml").write_text(
        "slots = 3\ndask_queues = ['gpu']\ndask_resources = { memory = 8 }\n"
        "dask_adapt = { minimum = 1, maximum = 4 }\ndask_dashboard = false\n"
    )

    executor = make_executor(load(project).settings)

    assert isinstance(executor, DaskExecutor)
    assert executor.cluster == ClusterSpec(
        adapt={"minimum": 1, "maximum": 4},
        workers=1,
        threads=3,
        dashboard=False,
        resources={"memory": 8.0},
        queues=("gpu",),
    )


def test_notifications_are_a_table_of_the_project_file(tmp_path: Path) -> None:
    (tmp_path / "nbflow.toml").write_text(
        '[notifications]\nurls = ["ops"]\non = ["failure", "success"]\n'
        '[notifications.targets]\nops = "json://ann:secret@host"\n'
    )
    told = load(tmp_path).settings.notifications
    assert (told.urls, told.on, told.targets["ops"]) == (
        ["ops"],
        ["failure", "success"],
        "json://ann:secret@host",
    )


def test_a_wrong_name_among_notifications_is_named_with_its_table(tmp_path: Path) -> None:
    (tmp_path / "nbflow.toml").write_text('[notifications]\nurl = ["ops"]\n')
    with pytest.raises(SettingsError, match=r"no setting 'notifications\.url'.*'urls'"):
        load(tmp_path)
