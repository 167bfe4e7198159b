"""The audit and the settings on the wire: filters, pages, and no secrets."""

from __future__ import annotations

from pathlib import Path

from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, save
from tests.server.screen import Api


async def test_who_asked_for_what_is_told_with_the_door(api: Api, database: Database) -> None:
    save(database, a_dag("a"))
    await api.put("pools", "gpu", body={"slots": 2})

    answer = await api.get("audit", verb="set_pool")

    assert [(one["door"], one["outcome"]) for one in answer.json["entries"]] == [("rest", "done")]
    assert answer.json["entries"][0]["actor"]
    assert answer.json["next"] is None


async def test_settings_are_told_with_their_origin_and_without_secrets(
    api: Api, jp_root_dir: Path
) -> None:
    file = jp_root_dir / "nbflow.toml"
    secrets = (
        'artifacts = "s3://key:hunter2@bucket/runs"\n'
        "[dask_cluster_kwargs]\n"
        'password = "hunter2"\n'
        "[notifications]\n"
        'urls = ["mailto://me:hunter2@example.org"]\n'
    )
    file.write_text(file.read_text() + secrets)

    answer = await api.get("settings")

    found = {one["name"]: one for one in answer.json["settings"]}
    assert "hunter2" not in str(answer.json)
    assert found["artifacts"]["value"] == "s3://key:***@bucket/runs"
    assert found["artifacts"]["origin"] == "nbflow.toml"
    assert found["heartbeat"]["is_default"] is True
