"""The processes behind the page: a scheduler, and a `jupyter lab` or a `jupyter notebook`, started
on a project and stopped by their own ids.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

DEADLINE = 60.0
LAB = ("jupyterlab", "--LabApp.expose_app_in_browser=True")
NOTEBOOK = ("notebook", "--JupyterNotebookApp.expose_app_in_browser=True")
NEWS = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": False}


def eventually(holds: Callable[[], object], what: str) -> None:
    """Return as soon as `holds`; for what happens outside the browser and nobody tells of."""
    until = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < until, f"Within {DEADLINE:g} s this did not come true: {what}"
        time.sleep(0.05)


@dataclass
class Service:
    """One process, which leads a group of its own and writes a log."""

    command: list[str]
    folder: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as file:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process, and its group where it does not end by itself."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


@dataclass(frozen=True)
class Site:
    """A project with somebody at work in it, and a JupyterLab to look at it with."""

    folder: Path
    port: int
    token: str
    scheduler: Service
    lab: Service
    path: str = "/"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path.rstrip('/')}"

    def url(self, file: str = "", **query: str) -> str:
        """JupyterLab's address with the token, a file if one is named, and what else is asked."""
        place = f"{self.base}/lab/tree/{quote(file)}" if file else f"{self.base}/lab"
        return self._with_token(place, query)

    def notebook_url(self, page: str, **query: str) -> str:
        """The same for a page of Jupyter Notebook, such as `tree` or `notebooks/a.ipynb`."""
        return self._with_token(f"{self.base}/{quote(page)}", query)

    def _with_token(self, place: str, query: Mapping[str, str]) -> str:
        pairs = [("token", self.token), *query.items()]
        return f"{place}?" + "&".join(f"{name}={quote(value)}" for name, value in pairs)

    def get(self, *path: str) -> Any:  # JSON, whose form each caller knows
        return self._ask("GET", path)

    def post(self, *path: str, **body: object) -> Any:  # likewise
        return self._ask("POST", path, json.dumps(body).encode())

    def put(self, *path: str, **body: object) -> Any:  # likewise
        return self._ask("PUT", path, json.dumps(body).encode())

    def patch(self, *path: str, **body: object) -> Any:  # likewise
        return self._ask("PATCH", path, json.dumps(body).encode())

    def delete(self, *path: str) -> None:
        self._ask("DELETE", path)

    def trigger(self, dag_id: str, **params: object) -> str:
        """Ask for a run by the API, and give its id once the run is there."""
        run_id = str(self.post("dags", dag_id, "runs", params=params)["run_id"])
        runs = ("dags", dag_id, "runs")
        eventually(
            lambda: any(run["run_id"] == run_id for run in self.get(*runs)["runs"]),
            f"run {run_id} of {dag_id} exists",
        )
        return run_id

    def run_state(self, dag_id: str, run_id: str) -> str:
        return str(self.get("dags", dag_id, "runs", run_id)["run"]["state"])

    def wait_for_run(self, dag_id: str, run_id: str, state: str) -> None:
        eventually(
            lambda: self.run_state(dag_id, run_id) == state, f"{run_id} of {dag_id} is {state}"
        )

    def wait_for_task(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        place = ("dags", dag_id, "runs", run_id, "tasks", task_id)
        eventually(lambda: self.get(*place)["instance"]["state"] == state, f"{task_id} is {state}")

    def _ask(
        self, method: str, path: tuple[str, ...], body: bytes | None = None
    ) -> Any:  # likewise
        address = "/".join([self.base, "nbflow/api/v1", *(quote(part, safe="") for part in path)])
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        with urlopen(Request(address, body, headers, method=method), timeout=DEADLINE) as answer:
            return json.loads(answer.read() or b"null")


def make_site(folder: Path, home: Path, path: str = "/", app: tuple[str, ...] = LAB) -> Site:
    """The processes for the project in `folder`, not started yet; `home` holds what they keep for
    themselves. JupyterLab, or another `app`, is at `path`, as below a Hub.
    """
    module, *options = app
    port, token = _free_port(), secrets.token_hex(16)
    environment = {**_jupyter_folders(home), "JUPYTER_TOKEN": token, "NBFLOW_HOME": str(folder)}
    lab = [
        *(sys.executable, "-m", module, "--no-browser"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={path}",
        "--ServerApp.allow_root=True",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.extension_manager=readonly",
        *options,
    ]
    scheduler = [sys.executable, "-m", "nbflow.cli.main", "scheduler"]
    return Site(
        folder,
        port,
        token,
        Service(scheduler, folder, home / "scheduler.log", environment),
        Service(lab, folder, home / "lab.log", environment),
        path,
    )


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """The site while both its processes run."""
    try:
        start(site)
        yield site
    finally:
        site.lab.stop()
        site.scheduler.stop()


def start(site: Site) -> None:
    """Start both and wait until the page can be opened and every file of the project was read."""
    site.scheduler.start()
    start_lab(site)
    eventually(lambda: _has_read_all(site), f"the DAGs are there; log {site.scheduler.log}")


def start_lab(site: Site) -> None:
    """Start JupyterLab alone, for a project that has its scheduler already."""
    site.lab.start()
    eventually(lambda: _is_up(site), f"JupyterLab answers; its log is {site.lab.log}")


def _is_up(site: Site) -> bool:
    assert not site.lab.has_ended(), f"JupyterLab has ended: {site.lab.log.read_text()[-2000:]}"
    try:
        return bool(site.get("health"))
    except (URLError, ConnectionError):
        return False


def _has_read_all(site: Site) -> bool:
    assert not site.scheduler.has_ended(), (
        f"The scheduler has ended: {site.scheduler.log.read_text()[-2000:]}"
    )
    read = {dag["file"] for dag in site.get("dags")["dags"]}
    read |= {error["file"] for error in site.get("import-errors")["import_errors"]}
    return len(read) >= len(list((site.folder / "dags").iterdir()))


def _jupyter_folders(home: Path) -> dict[str, str]:
    """Nothing of the person's own Jupyter is seen or changed, and no news pop up over the page."""
    kinds = ("CONFIG", "DATA", "RUNTIME")
    places = {f"JUPYTER_{kind}_DIR": home / kind.lower() for kind in kinds}
    places["JUPYTERLAB_SETTINGS_DIR"] = home / "settings"
    places["JUPYTERLAB_WORKSPACES_DIR"] = home / "workspaces"
    places["IPYTHONDIR"] = home / "ipython"
    for place in places.values():
        place.mkdir(parents=True)
    write_setting(home, "apputils-extension/notification", NEWS)
    return {name: str(place) for name, place in places.items()}


def write_setting(home: Path, plugin: str, values: Mapping[str, object]) -> None:
    """What a person has chosen in JupyterLab's settings for one of its own plugins."""
    file = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
