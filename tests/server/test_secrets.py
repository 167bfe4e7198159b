"""Variables and connections over REST: written, tried, sent back without their secrets."""

from __future__ import annotations

import json

from nbflow import app
from nbflow.settings import Settings
from nbflow.store import journal
from nbflow.store.database import Database
from tests.server.screen import Answer, Api

PASSWORD = "hunter2-hunter3"
FIELDS = {
    "conn_type": "postgres",
    "host": "db.example.org",
    "login": "ana",
    "password": PASSWORD,
    "extra": {"api_key": "k-12345", "sslmode": "require"},
}


async def put(api: Api, *path: str, **body: object) -> Answer:
    return await api.send("PUT", *path, text=json.dumps(body))


async def test_a_variable_is_made_changed_listed_and_deleted(api: Api) -> None:
    made = await put(api, "variables", "region", value="EU", description="whose")
    changed = await put(api, "variables", "region", value="US")
    listed = await api.get("variables")
    gone = await api.delete("variables", "region")
    missing = await api.get("variables", "region")

    assert made.json["value"] == "EU"
    assert (changed.json["value"], changed.json["description"]) == ("US", "whose")
    assert [one["key"] for one in listed.json["variables"]] == ["region"]
    assert (gone.status, missing.status) == (200, 404)


async def test_a_secret_variable_is_written_and_not_read(api: Api) -> None:
    made = await put(api, "variables", "api_token", value="tok-12345")

    assert (made.json["value"], made.json["is_secret"]) == ("***", True)


async def test_a_connection_comes_back_without_its_secrets(api: Api) -> None:
    made = await put(api, "connections", "warehouse", **FIELDS)
    listed = await api.get("connections")

    assert made.json["password"] == "***"
    assert made.json["extra"] == {"api_key": "***", "sslmode": "require"}
    assert listed.json["connections"] == [made.json]


async def test_what_comes_back_as_it_was_shown_stays_as_it_was(
    api: Api, settings: Settings, database: Database
) -> None:
    made = await put(api, "connections", "warehouse", **FIELDS)
    form = {**made.json, "host": "new.example.org"}
    for name in ("conn_id", "updated_at"):
        del form[name]
    await put(api, "connections", "warehouse", **form)

    found = app.secret_book(settings, database).connection("warehouse").connection
    assert (found.host, found.password) == ("new.example.org", PASSWORD)
    assert found.extra_dejson == FIELDS["extra"]


async def test_bad_fields_are_refused(api: Api) -> None:
    port = await put(api, "connections", "c", port=70000)
    uri = await put(api, "connections", "c", uri="nonsense")

    assert (port.status, uri.status) == (400, 409)


async def test_a_connection_is_tried_from_the_server(api: Api) -> None:
    await put(api, "connections", "closed", uri="tcp://127.0.0.1:1")
    tried = await api.post("connections", "closed", "test")

    assert (tried.status, tried.json["ok"]) == (200, False)
    assert "does not work" in tried.json["message"]


async def test_changes_are_in_the_audit_with_the_users_name(api: Api, database: Database) -> None:
    await put(api, "variables", "api_token", value="tok-12345")

    with database.reading() as session:
        [line] = journal.after(session, 0)
    assert (line.kind, line.state) == ("variable", "set")
    assert line.data == {"name": "api_token", "door": "rest"}
    assert line.actor
