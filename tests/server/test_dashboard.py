"""Where the Dask dashboard is for a browser, and why it cannot be reached if so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import pytest
from distributed import LocalCluster
from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

from nbflow.server.dashboard import Dashboard
from nbflow.store import leases
from nbflow.store.database import Database
from nbflow.views.shapes import ClusterView, Health, SchedulerHealth
from tests.server.conftest import Fetch
from tests.server.screen import Api

ALIVE = SchedulerHealth(True, "s", "here", "2026-03-01T06:00:00+00:00", 1.0)
CLUSTER = ClusterView("dask", "tcp://127.0.0.1:1", "", [], 4, 0)
HEALTH = Health(ALIVE, CLUSTER, "sqlite", 0, 0, 0, "1")
PROXIES_LOCAL = Dashboard(lambda host: host == "127.0.0.1", hostname="here")
PROXIES_ALL = Dashboard(lambda _: True, hostname="here")
PROXIES_NONE = Dashboard(lambda _: False, hostname="here")


def with_dashboard(link: str) -> Health:
    return replace(HEALTH, cluster=replace(CLUSTER, dashboard=link))


@dataclass(frozen=True)
class Case:
    link: str
    dashboard: Dashboard
    url: str
    probe: str


@pytest.mark.parametrize(
    "case",
    [
        Case(
            "http://127.0.0.1:8787/status",
            PROXIES_LOCAL,
            "proxy/8787/status",
            "http://127.0.0.1:8787/individual-plots.json",
        ),
        Case(
            "http://localhost:41000",
            PROXIES_LOCAL,
            "proxy/41000/status",
            "http://127.0.0.1:41000/individual-plots.json",
        ),
        Case(
            "/user/ann/proxy/44103/status",
            PROXIES_LOCAL,
            "proxy/44103/status",
            "http://127.0.0.1:44103/individual-plots.json",
        ),
        Case(
            "http://10.1.2.3:8787/status",
            PROXIES_ALL,
            "proxy/10.1.2.3:8787/status",
            "http://10.1.2.3:8787/individual-plots.json",
        ),
        Case(
            "http://10.1.2.3:8787/status",
            PROXIES_LOCAL,
            "http://10.1.2.3:8787/status",
            "http://10.1.2.3:8787/individual-plots.json",
        ),
        Case(
            "https://gateway.example/clusters/7/status",
            PROXIES_ALL,
            "https://gateway.example/clusters/7/status",
            "https://gateway.example/clusters/7/individual-plots.json",
        ),
    ],
    ids=lambda case: case.link,
)
def test_a_link_becomes_one_that_a_browser_can_open(case: Case) -> None:
    link = case.dashboard.link(with_dashboard(case.link))

    assert (link.url, link.probe, link.reason) == (case.url, case.probe, "")


@pytest.mark.parametrize(
    ("health", "dashboard", "said"),
    [
        (replace(HEALTH, cluster=None), PROXIES_ALL, "No scheduler is alive"),
        (
            replace(HEALTH, scheduler=replace(ALIVE, alive=False)),
            PROXIES_ALL,
            "No scheduler is alive",
        ),
        (replace(HEALTH, cluster=replace(CLUSTER, kind="inline")), PROXIES_ALL, "inline executor"),
        (HEALTH, PROXIES_ALL, "no dashboard"),
        (with_dashboard("http://127.0.0.1:1/status"), PROXIES_NONE, "jupyter-server-proxy"),
        (
            with_dashboard("http://127.0.0.1:1/status"),
            replace(PROXIES_ALL, hostname="elsewhere"),
            "another machine",
        ),
        (with_dashboard("status"), PROXIES_ALL, "no address"),
    ],
)
def test_why_there_is_nothing_to_open_is_said(
    health: Health, dashboard: Dashboard, said: str
) -> None:
    assert said in dashboard.link(health).reason


# -- the real thing --------------------------------------------------------------------------------


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    jp_server_config.ServerApp.jpserver_extensions["jupyter_server_proxy"] = True
    # Its handlers mind logins themselves, in a way that Jupyter does not see and warns of.
    jp_server_config.ServerApp.allow_unauthenticated_access = True
    return jp_server_config


@contextmanager
def a_cluster() -> Iterator[str]:
    """The link of the dashboard of a real Dask cluster."""
    with LocalCluster(
        n_workers=0,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        yield str(cluster.dashboard_link)


async def test_the_dashboard_of_a_cluster_is_reached_through_the_server(
    api: Api, server: ServerApp, jp_fetch: Fetch, database: Database
) -> None:
    with a_cluster() as link:
        describe(database, link)
        answer = (await api.get("cluster", "dashboard")).json
        page = await jp_fetch(*answer["url"].split("/"))

    assert answer["reachable"] is True
    assert answer["reason"] == ""
    assert b"<title>Dask" in page.body


async def test_a_dashboard_that_is_gone_is_told_with_the_reason(
    api: Api, database: Database
) -> None:
    with a_cluster() as link:
        describe(database, link)

    answer = (await api.get("cluster", "dashboard")).json

    assert answer["reachable"] is False
    assert "does not answer" in answer["reason"]


def describe(database: Database, dashboard: str) -> None:
    """Leave what a scheduler says of its cluster."""
    now = datetime.now(timezone.utc)
    info = {"kind": "dask", "address": "", "dashboard": dashboard, "workers": []}
    with database.transaction() as session:
        lease = leases.acquire(session, "scheduler", "s", now, timedelta(minutes=1), "", 1)
        assert lease is not None
        leases.describe(session, lease, json.loads(json.dumps(info)))
