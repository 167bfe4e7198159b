"""Where the Dask dashboard of the cluster is for a browser, and why it cannot be reached if so.

The scheduler has left the link beside its lease, as seen from its own machine. Here it becomes one
through jupyter-server-proxy, whose address is right behind a Hub and on Binder too. It is tried
from this server, for a frame in a page cannot tell why it stays empty.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from nbflow.views.shapes import DashboardView, Health

TIMEOUT = 2.0
PROBE = "individual-plots.json"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a name in links
_PROXIED = re.compile(r"/proxy/(\d+)/")


@dataclass(frozen=True)
class Link:
    """A dashboard link taken apart: for the browser, and for this server to try."""

    url: str
    probe: str
    reason: str = ""


@dataclass(frozen=True)
class Dashboard:
    """Finds the dashboard. `proxies` tells whether jupyter-server-proxy is here and lets a host
    through.
    """

    proxies: Callable[[str], bool]
    hostname: str = socket.gethostname()

    async def find(self, health: Health) -> DashboardView:
        """Where it is, tried now."""
        link = self.link(health)
        if link.reason:
            return DashboardView(link.url, reachable=False, reason=link.reason)
        reason, plots = await _try(link.probe)
        folder = link.url.rsplit("/", 1)[0]
        found = {name: f"{folder}/{place.lstrip('/')}" for name, place in plots.items()}
        return DashboardView(link.url, reachable=not reason, reason=reason, plots=found)

    def link(self, health: Health) -> Link:
        """The link as far as it can be known without trying; with a reason when that is useless."""
        cluster = health.cluster
        if cluster is None or not health.scheduler.alive:
            return Link("", "", "No scheduler is alive, so no cluster is known. Start a scheduler.")
        if cluster.kind != "dask":
            return Link("", "", f"The {cluster.kind} executor has no dashboard; Dask has one.")
        if not cluster.dashboard:
            return Link("", "", "The cluster has no dashboard: it was started without one.")
        return self._resolve(cluster.dashboard, health.scheduler.hostname)

    def _resolve(self, dashboard: str, scheduler_host: str) -> Link:
        parts = urlsplit(dashboard)
        proxied = _PROXIED.search(parts.path)
        if not parts.hostname and proxied:
            # `distributed.dashboard.link` was set to go through a Hub's proxy.
            host, port, page = "127.0.0.1", int(proxied[1]), parts.path[proxied.end() :]
        elif parts.hostname:
            host = parts.hostname
            port = parts.port or (443 if parts.scheme == "https" else 80)
            page = parts.path.lstrip("/")
        else:
            return Link(dashboard, "", f"The link of the dashboard is no address: {dashboard}")
        page = page or "status"
        if host in _LOOPBACK:
            return self._on_loopback(port, page, scheduler_host)
        own = f"{parts.scheme}://{host}:{port}"
        if parts.scheme == "http" and self.proxies(host):
            return Link(f"proxy/{host}:{port}/{page}", f"{own}/{PROBE}")
        folder = dashboard.rsplit("/", 1)[0] if parts.path else own
        return Link(dashboard, f"{folder}/{PROBE}")

    def _on_loopback(self, port: int, page: str, scheduler_host: str) -> Link:
        url = f"proxy/{port}/{page}"
        if scheduler_host not in ("", self.hostname):
            why = f"The dashboard is on the loopback of {scheduler_host}, which is another machine."
            return Link("", "", why)
        if not self.proxies("127.0.0.1"):
            why = "jupyter-server-proxy is not enabled in this Jupyter server. Install it there."
            return Link(f"http://127.0.0.1:{port}/{page}", "", why)
        return Link(url, f"http://127.0.0.1:{port}/{PROBE}")


async def _try(probe: str) -> tuple[str, Mapping[str, str]]:
    """Why the dashboard cannot be used, nothing when it can, and the plots it serves by name."""
    try:
        answer = await AsyncHTTPClient().fetch(probe, request_timeout=TIMEOUT, raise_error=False)
    except (OSError, ValueError, HTTPClientError) as error:
        return f"The dashboard does not answer: {error}.", {}
    if answer.code == 404 or (answer.code == 200 and answer.body.strip() in (b"", b"{}")):
        return "The cluster serves no plots: bokeh is not installed where its scheduler runs.", {}
    if answer.code != 200:
        why = answer.error or answer.code
        return f"The dashboard does not answer: {why}.", {}
    try:
        return "", {str(name): str(place) for name, place in json.loads(answer.body).items()}
    except (ValueError, AttributeError):
        return "What answers at the address of the dashboard is no dashboard of Dask.", {}
