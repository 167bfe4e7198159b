"""The description of the API: complete, and true to what is sent."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, start_run
from tests.server.screen import Api
from tests.server.test_permissions import RULES


async def test_every_verb_is_described(api: Api) -> None:
    document = (await api.get("openapi.json")).json

    described = {
        (method.upper(), path.lstrip("/"))
        for path, verbs in document["paths"].items()
        for method, verb in verbs.items()
        if method != "parameters" and verb["summary"]
    }
    assert described == set(RULES)
    assert document["servers"] == [{"url": "/a%40b/nbflow/api/v1"}]


@pytest.mark.parametrize(
    ("path", "route"),
    [
        (("health",), "/health"),
        (("dags",), "/dags"),
        (("dags", "d"), "/dags/{dag_id}"),
        (("dags", "d", "runs"), "/dags/{dag_id}/runs"),
        (("dags", "d", "runs", "r"), "/dags/{dag_id}/runs/{run_id}"),
        (("dags", "d", "runs", "r", "tasks", "a"), "/dags/{dag_id}/runs/{run_id}/tasks/{task_id}"),
        (("dags", "d", "grid"), "/dags/{dag_id}/grid"),
        (("dags", "d", "calendar"), "/dags/{dag_id}/calendar"),
        (("dags", "d", "durations"), "/dags/{dag_id}/durations"),
        (("dags", "d", "runs", "r", "tries"), "/dags/{dag_id}/runs/{run_id}/tries"),
        (("cluster", "dashboard"), "/cluster/dashboard"),
    ],
)
async def test_answers_have_the_described_form(
    api: Api, database: Database, path: tuple[str, ...], route: str
) -> None:
    start_run(database, a_dag("a>b"))
    document = (await api.get("openapi.json")).json

    answer = (await api.get(*path)).json

    responses = document["paths"][route]["get"]["responses"]
    validate(answer, responses["200"]["content"]["application/json"]["schema"], document)


async def test_refusals_have_the_described_form(api: Api) -> None:
    document = (await api.get("openapi.json")).json

    answer = (await api.send("POST", "dags", "d", "runs", text="[]")).json

    validate(answer, {"$ref": "#/components/schemas/ProblemReport"}, document)


async def test_query_parameters_have_their_names_in_the_address(api: Api) -> None:
    document = (await api.get("openapi.json")).json

    log = document["paths"]["/dags/{dag_id}/runs/{run_id}/tasks/{task_id}/log"]["get"]

    assert [one["name"] for one in log["parameters"]] == ["map_index", "try", "offset"]


def validate(value: object, schema: dict[str, Any], document: dict[str, Any]) -> None:
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole).validate(value)
