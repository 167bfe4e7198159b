"""Names with slashes in addresses: a part of an address is one part, however it is encoded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import pytest
from tornado.httpclient import HTTPResponse

from nbflow.core.assets import Asset
from nbflow.core.timetables import AssetTimetable
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, save
from tests.server.conftest import BeginWork
from tests.server.screen import Api

NAME = "s3://lake/a b"
ENCODED = "s3%3A%2F%2Flake%2Fa%20b"


class Client(Protocol):
    async def fetch(self, url: str, **more: object) -> HTTPResponse: ...


class Raw:
    """The REST API, with addresses as they are written; `Api` leaves slashes as they are."""

    def __init__(self, client: Client, base: str, headers: Mapping[str, str]) -> None:
        self._client, self._base, self._headers = client, base, headers

    async def ask(self, path: str, **more: object) -> tuple[int, Any]:
        """Status and answer. `Any`: JSON, which the test knows the form of."""
        found = await self._client.fetch(
            f"{self._base}nbflow/api/v1/{path}",
            headers=dict(self._headers),
            raise_error=False,
            **more,
        )
        return found.code, json.loads(found.body)


@pytest.fixture
def raw(
    http_server_client: Client, jp_base_url: str, jp_auth_header: Mapping[str, str], api: Api
) -> Raw:
    assert api is not None  # the server runs
    return Raw(http_server_client, jp_base_url, jp_auth_header)


async def test_an_asset_may_have_slashes_in_its_name(
    raw: Raw, api: Api, database: Database, begin_work: BeginWork
) -> None:
    save(database, a_dag("t", timetable=AssetTimetable(Asset(NAME)).to_json()))
    begin_work()
    status, one = await raw.ask(f"assets/{ENCODED}")
    assert (status, one["asset"]["name"]) == (200, NAME)

    body = json.dumps({"extra": {"rows": 3}})
    status, _ = await raw.ask(f"assets/{ENCODED}/events", method="POST", body=body)
    assert status == 202
    await api.until(lambda seen: seen["events"], "asset-events")
    _, found = await raw.ask(f"assets/{ENCODED}/events")
    assert [event["extra"] for event in found["events"]] == [{"rows": 3}]
