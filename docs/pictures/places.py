"""Where pictures are taken: the shop with its past, in JupyterLab and in Jupyter Notebook 7, and a
project without anything in it. Each is started when a scene wants it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from docs.pictures.past import make_past, write_project
from docs.pictures.scenes.scene import Place
from tests.browser.services import LAB, NOTEBOOK, Site, make_site, running, start_lab, write_setting

PROJECT = Path(__file__).parents[2]
IDENTITY = "--ServerApp.identity_provider_class=docs.pictures.identity.Ana"
SETTINGS = {"NBFLOW_EXECUTOR": "dask", "NBFLOW_WORKERS": "2", "NBFLOW_SLOTS": "2"}


@dataclass(frozen=True)
class Opened:
    """Processes at work, and the folder in which they keep what is theirs."""

    site: Site
    home: Path

    def wear(self, theme: str) -> None:
        write_setting(self.home, "apputils-extension/themes", {"theme": theme})


@contextmanager
def opened(folder: Path, wanted: Collection[Place]) -> Iterator[Mapping[Place, Opened]]:
    """The places that are wanted, in a folder that is thrown away afterwards."""
    places: dict[Place, Opened] = {}
    with ExitStack() as stack:
        if Place.LAB in wanted or Place.NOTEBOOK in wanted:
            shop = folder / "shop"
            shop.mkdir()
            write_project(shop)
            lab = places[Place.LAB] = _made(shop, folder / "home", folder / "data")
            stack.enter_context(running(lab.site))
            make_past(lab.site)
            if Place.NOTEBOOK in wanted:
                # Its scheduler is the one that is at work already.
                other = _made(shop, folder / "notebook-home", folder / "data", NOTEBOOK)
                places[Place.NOTEBOOK] = other
                stack.callback(other.site.lab.stop)
                start_lab(other.site)
        if Place.EMPTY in wanted:
            empty = folder / "first_steps"
            (empty / "dags").mkdir(parents=True)
            fresh = places[Place.EMPTY] = _made(empty, folder / "fresh-home", folder / "fresh")
            stack.enter_context(running(fresh.site))
        yield places


def _made(project: Path, home: Path, data: Path, app: tuple[str, ...] = LAB) -> Opened:
    home.mkdir()
    site = make_site(project, home, app=app)
    site.lab.command.append(IDENTITY)
    python_path = os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])
    settings = {**SETTINGS, "NBFLOW_DATA": str(data), "PYTHONPATH": python_path}
    for service in (site.scheduler, site.lab):
        service.environment = {**service.environment, **settings}
    return Opened(site, home)
