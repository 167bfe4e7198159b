"""Who may do what: Jupyter's login and its authoriser decide, at every address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from jupyter_server.auth.identity import User
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import HTTPClientError

from nbflow.server.handlers import actor_of
from nbflow.server.openapi import operations
from nbflow.server.routes import ROUTES
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, save, start_run
from tests.server.conftest import Connect, Fetch
from tests.server.gate import Gate
from tests.server.screen import Api, Screen

FEED = ("nbflow", "api", "v1", "feed")
RULES = {
    ("GET", "health"): ("nbflow:cluster", "read"),
    ("GET", "cluster"): ("nbflow:cluster", "read"),
    ("GET", "overview"): ("nbflow:runs", "read"),
    ("GET", "cluster/dashboard"): ("nbflow:cluster", "read"),
    ("POST", "cluster/scale"): ("nbflow:cluster", "execute"),
    ("POST", "scheduler/start"): ("nbflow:cluster", "execute"),
    ("GET", "dags"): ("nbflow:dags", "read"),
    ("GET", "dags/{dag_id}"): ("nbflow:dags", "read"),
    ("PATCH", "dags/{dag_id}"): ("nbflow:dags", "write"),
    ("GET", "dags/{dag_id}/schedule"): ("nbflow:dags", "read"),
    ("GET", "dags/{dag_id}/grid"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/calendar"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/durations"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tries"): ("nbflow:runs", "read"),
    ("GET", "schedules/preview"): ("nbflow:dags", "read"),
    ("POST", "notebooks/preview"): ("nbflow:dags", "read"),
    ("POST", "notebooks/runs"): ("nbflow:runs", "execute"),
    ("PUT", "notebooks"): ("nbflow:dags", "write"),
    ("DELETE", "notebooks"): ("nbflow:dags", "write"),
    ("GET", "import-errors"): ("nbflow:dags", "read"),
    ("GET", "dags/{dag_id}/runs"): ("nbflow:runs", "read"),
    ("POST", "dags/{dag_id}/runs"): ("nbflow:runs", "execute"),
    ("GET", "dags/{dag_id}/runs/{run_id}"): ("nbflow:runs", "read"),
    ("POST", "dags/{dag_id}/runs/{run_id}/cancel"): ("nbflow:runs", "write"),
    ("POST", "dags/{dag_id}/runs/{run_id}/clear"): ("nbflow:runs", "execute"),
    ("POST", "dags/{dag_id}/clear"): ("nbflow:runs", "execute"),
    ("GET", "dags/{dag_id}/versions"): ("nbflow:dags", "read"),
    ("GET", "dags/{dag_id}/versions/{number}"): ("nbflow:dags", "read"),
    ("GET", "dags/{dag_id}/diff"): ("nbflow:dags", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/values"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/values/{key}"): ("nbflow:runs", "read"),
    ("POST", "dags/{dag_id}/runs/{run_id}/mark"): ("nbflow:runs", "write"),
    ("POST", "dags/{dag_id}/runs/{run_id}/run-tasks"): ("nbflow:runs", "execute"),
    ("POST", "dags/{dag_id}/runs/{run_id}/rerun"): ("nbflow:runs", "execute"),
    ("GET", "dags/{dag_id}/runs/{run_id}/export"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/contents"): ("nbflow:runs", "read"),
    ("PUT", "dags/{dag_id}/runs/{run_id}/note"): ("nbflow:runs", "write"),
    ("DELETE", "dags/{dag_id}/runs/{run_id}"): ("nbflow:runs", "write"),
    ("GET", "backfills"): ("nbflow:runs", "read"),
    ("GET", "backfills/{backfill_id}"): ("nbflow:runs", "read"),
    ("PATCH", "backfills/{backfill_id}"): ("nbflow:runs", "write"),
    ("POST", "dags/{dag_id}/backfills"): ("nbflow:runs", "execute"),
    ("GET", "dags/{dag_id}/runs/{run_id}/notebook"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/diff"): ("nbflow:runs", "read"),
    ("GET", "questions"): ("nbflow:runs", "read"),
    ("GET", "requests"): ("nbflow:runs", "read"),
    ("GET", "requests/{request_id}"): ("nbflow:runs", "read"),
    ("GET", "runs"): ("nbflow:runs", "read"),
    ("POST", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/answer"): ("nbflow:runs", "execute"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/debug"): ("nbflow:runs", "execute"),
    ("POST", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/debug"): ("nbflow:runs", "execute"),
    ("DELETE", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/debug"): ("nbflow:runs", "execute"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/reconstruct"): ("nbflow:runs", "execute"),
    ("POST", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/resume"): ("nbflow:runs", "execute"),
    ("POST", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/promote"): ("nbflow:dags", "write"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/instances"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/log"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/cells"): ("nbflow:runs", "read"),
    ("GET", "dags/{dag_id}/runs/{run_id}/tasks/{task_id}/notebook"): ("nbflow:runs", "read"),
    ("GET", "cache"): ("nbflow:cache", "read"),
    ("DELETE", "cache"): ("nbflow:cache", "write"),
    ("GET", "cache/{key}"): ("nbflow:cache", "read"),
    ("DELETE", "cache/{key}"): ("nbflow:cache", "write"),
    ("POST", "bulk/cache/clear"): ("nbflow:cache", "write"),
    ("POST", "bulk/runs/cancel"): ("nbflow:runs", "write"),
    ("POST", "bulk/runs/delete"): ("nbflow:runs", "write"),
    ("POST", "bulk/runs/mark"): ("nbflow:runs", "write"),
    ("POST", "bulk/runs/clear"): ("nbflow:runs", "execute"),
    ("POST", "bulk/dags/pause"): ("nbflow:dags", "write"),
    ("POST", "bulk/dags/trigger"): ("nbflow:runs", "execute"),
    ("GET", "audit"): ("nbflow:audit", "read"),
    ("GET", "settings"): ("nbflow:settings", "read"),
    ("GET", "pools"): ("nbflow:pools", "read"),
    ("GET", "pools/{pool}"): ("nbflow:pools", "read"),
    ("PUT", "pools/{pool}"): ("nbflow:pools", "write"),
    ("DELETE", "pools/{pool}"): ("nbflow:pools", "write"),
    ("GET", "assets"): ("nbflow:assets", "read"),
    ("GET", "assets/{name}"): ("nbflow:assets", "read"),
    ("GET", "assets/{name}/events"): ("nbflow:assets", "read"),
    ("POST", "assets/{name}/events"): ("nbflow:assets", "execute"),
    ("GET", "asset-events"): ("nbflow:assets", "read"),
    ("GET", "lineage"): ("nbflow:assets", "read"),
    ("GET", "variables"): ("nbflow:secrets", "read"),
    ("GET", "variables/{key}"): ("nbflow:secrets", "read"),
    ("PUT", "variables/{key}"): ("nbflow:secrets", "write"),
    ("DELETE", "variables/{key}"): ("nbflow:secrets", "write"),
    ("GET", "connections"): ("nbflow:secrets", "read"),
    ("GET", "connections/{conn_id}"): ("nbflow:secrets", "read"),
    ("PUT", "connections/{conn_id}"): ("nbflow:secrets", "write"),
    ("DELETE", "connections/{conn_id}"): ("nbflow:secrets", "write"),
    ("POST", "connections/{conn_id}/test"): ("nbflow:secrets", "execute"),
    ("GET", "openapi.json"): ("nbflow:api", "read"),
    ("GET", "me"): ("nbflow:api", "read"),
}
_BODIES = dict.fromkeys(("POST", "PUT", "PATCH"), "{}")


def test_there_is_a_rule_for_every_verb() -> None:
    verbs = {
        (method.upper(), route) for route, handler in ROUTES for method, *_ in operations(handler)
    }

    assert verbs == set(RULES)


@pytest.mark.parametrize(("verb", "rule"), RULES.items(), ids=[" ".join(verb) for verb in RULES])
async def test_who_is_not_authorised_is_refused(
    api: Api, gate: Gate, verb: tuple[str, str], rule: tuple[str, str]
) -> None:
    method, route = verb
    gate.denied = {rule}

    answer = await api.send(method, *route.split("/"), text=_BODIES.get(method))

    assert answer.status == 403
    assert rule[0] in answer.message
    assert gate.asked == [rule]


@pytest.mark.parametrize("verb", RULES, ids=[" ".join(verb) for verb in RULES])
async def test_who_sends_no_token_is_refused(
    server: ServerApp, jp_fetch: Fetch, verb: tuple[str, str]
) -> None:
    method, route = verb

    answer = await jp_fetch(
        *("nbflow", "api", "v1", *route.split("/")),
        method=method,
        headers={"Authorization": "token wrong"},
        raise_error=False,
        body=_BODIES.get(method),
    )

    assert answer.code == 403
    assert b"needs a login" in answer.body


async def test_a_person_is_told_what_they_may_do(api: Api, gate: Gate) -> None:
    gate.denied = {("nbflow:runs", "execute"), ("nbflow:runs", "write"), ("nbflow:secrets", "read")}

    me = (await api.get("me")).json

    assert me["allowed"]["runs"] == ["read"]
    assert me["allowed"]["dags"] == ["read", "write", "execute"]
    assert me["allowed"]["secrets"] == ["write", "execute"]
    assert me["name"]


async def test_who_may_only_read_sees_runs_and_starts_none(
    api: Api, gate: Gate, database: Database
) -> None:
    start_run(database, a_dag("a"))
    gate.denied = {("nbflow:runs", "execute"), ("nbflow:runs", "write")}

    seen = await api.get("dags", "d", "runs", "r")
    started = await api.post("dags", "d", "runs")
    cancelled = await api.post("dags", "d", "runs", "r", "cancel")

    assert [seen.status, started.status, cancelled.status] == [200, 403, 403]


# -- the socket ------------------------------------------------------------------------------------


async def test_the_socket_is_refused_without_the_token(
    server: ServerApp, jp_ws_fetch: Connect
) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_ws_fetch(*FEED, headers={"Authorization": "token wrong"})

    assert refused.value.code == 403


async def test_the_cookie_of_a_login_opens_the_socket_to_our_own_pages_only(
    server: ServerApp, jp_fetch: Fetch, jp_ws_fetch: Connect, jp_http_port: int
) -> None:
    login = await jp_fetch("nbflow", "api", "v1", "health")
    cookie = "; ".join(c.partition(";")[0] for c in login.headers.get_list("Set-Cookie"))
    host = f"127.0.0.1:{jp_http_port}"
    headers = {"Authorization": "", "Cookie": cookie, "Host": host}

    ours = await jp_ws_fetch(*FEED, headers={**headers, "Origin": f"http://{host}"})
    with pytest.raises(HTTPClientError) as refused:
        await jp_ws_fetch(*FEED, headers={**headers, "Origin": "http://elsewhere.example"})

    assert refused.value.code == 403
    ours.close()


async def test_a_login_by_cookie_changes_nothing_without_the_xsrf_token(
    server: ServerApp, jp_fetch: Fetch, database: Database
) -> None:
    save(database, a_dag("a"))
    login = await jp_fetch("nbflow", "api", "v1", "health")
    cookie = "; ".join(c.partition(";")[0] for c in login.headers.get_list("Set-Cookie"))

    answer = await jp_fetch(
        *("nbflow", "api", "v1", "dags", "d", "runs"),
        method="POST",
        body="{}",
        headers={"Authorization": "", "Cookie": cookie},
        raise_error=False,
    )

    assert answer.code == 403
    assert b"_xsrf" in answer.body


async def test_the_socket_wants_permission_to_read_runs(gate: Gate, jp_ws_fetch: Connect) -> None:
    gate.denied = {("nbflow:runs", "read")}

    with pytest.raises(HTTPClientError) as refused:
        await jp_ws_fetch(*FEED)

    assert refused.value.code == 403


async def test_the_socket_tells_no_health_to_who_may_not_see_the_cluster(
    gate: Gate, connect: Callable[[], Awaitable[Screen]], database: Database
) -> None:
    gate.denied = {("nbflow:cluster", "read")}
    start_run(database, a_dag("a"))

    screen = await connect()
    await screen.say("from", cursor=0)
    await screen.say("follow", id="x", dag_id="d", run_id="none", task_id="a")
    # The answer to this comes after everything that the first message brought about.
    told = await screen.hear_all_until("error")

    assert {message["op"] for message in told} == {"changes", "error"}


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (User(username="ana", name="Ana Silva"), "ana"),
        (User(username="3f2a9c", name="Anonymous Io"), "Anonymous Io"),
    ],
)
def test_the_audit_knows_a_user_by_what_tells_them_apart(user: User, name: str) -> None:
    assert actor_of(user) == name
