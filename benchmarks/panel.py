"""How fast the panel is in a browser: `python -m benchmarks.panel [--dags N] [--output json]`.

JupyterLab, a scheduler and a page in Chromium, on a project of 500 DAGs. First paint: from the
moment JupyterLab stands (`app.restored`, when nothing has been asked of nbflow yet) to the moment
the list of DAGs has been painted. Change to pixel: from the change of a state in the scheduler to
its colour on the graph. It asks for the test requirements and the built panel, as the tests do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measures import p95, temporary_folder
from tests.browser import pace, services
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.browser.screen import Screen
from tests.browser.services import Site

MANY = """\
import time

from nbflow import DAG, EmptyOperator, task

for number in range({dags}):
    with DAG(f"dag_{{number:04d}}", tags=[f"team{{number % 9}}"], description="One of many"):
        EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")

with DAG("chain"):

    @task(isolation="thread")
    def work(before=None):
        time.sleep(0.05)

    before = None
    for number in range(8):
        before = work.override(task_id=f"t{{number}}")(before)
"""
SETTINGS = 'executor = "inline"\nslots = 4\nwarm_kernels = 0\n'
LOADS = 7
RUNS = 10
PAINTED = """
window.nbflowTimes = {};
const note = name => { window.nbflowTimes[name] ??= performance.now(); };
const standing = setInterval(() => {
  if (window.jupyterapp) {
    clearInterval(standing);
    void window.jupyterapp.restored.then(() => note('restored'));
  }
}, 1);
const look = () => {
  if (document.querySelector('[data-testid="nbflow-list"] li[data-dag-id]')) {
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => note('painted')));
  }
};
const observer = new MutationObserver(look);
observer.observe(document, { subtree: true, childList: true });
"""


@dataclass(frozen=True)
class Figure:
    """Milliseconds: the median and the 95th percentile of so many, and what they may be, if it is
    fixed.
    """

    what: str
    median: int
    p95: int
    measured: int
    budget: int | None


def figures(folder: Path, dags: int) -> Iterator[Figure]:
    with _site(folder, dags) as site, _browser() as browser:
        painted = [_first_paint(browser, site) for _ in range(LOADS)]
        yield _figure(f"first paint of the panel, {dags} DAGs", painted, 1000)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        screen = Screen(page, site)
        screen.open(reset="")
        delays = pace.delays(screen, "chain", RUNS)
        yield _figure("change of a state to its pixels", [one.total for one in delays], 300)
        yield _figure("- from the scheduler to the page", [one.told for one in delays])
        yield _figure("- from there to the document", [one.drawn for one in delays])
        yield _figure("- from there to the screen", [one.painted for one in delays])


def _figure(what: str, times: Sequence[float], budget: int | None = None) -> Figure:
    return Figure(what, round(median(times)), round(p95(times)), len(times), budget)


def _first_paint(browser: Browser, site: Site) -> float:
    """A page of its own, so that nothing is remembered of the one before."""
    page: Page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.add_init_script(PAINTED)
    page.goto(site.url(reset="", nbflow="open"))
    page.wait_for_function("window.nbflowTimes?.painted && window.nbflowTimes.restored")
    times = page.evaluate("window.nbflowTimes")
    page.close()
    return float(times["painted"] - times["restored"])


@contextmanager
def _site(folder: Path, dags: int) -> Iterator[Site]:
    project = folder / "project"
    (project / "dags").mkdir(parents=True)
    (project / "nbflow.toml").write_text(SETTINGS)
    (project / "dags" / "many.py").write_text(MANY.format(dags=dags))
    with services.running(services.make_site(project, folder / "home")) as site:
        yield site


@contextmanager
def _browser() -> Iterator[Browser]:
    chromium = os.environ.get("NBFLOW_TEST_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dags", type=int, default=500)
    parser.add_argument("--output", choices=["table", "json"], default="table")
    told = parser.parse_args()
    with temporary_folder() as folder:
        found = list(figures(Path(folder), told.dags))
    if told.output == "json":
        sys.stdout.write(json.dumps([asdict(one) for one in found], indent=2) + "\n")
        return
    for one in found:
        budget = "" if one.budget is None else f" (budget {one.budget} ms)"
        print(f"{one.what}: median {one.median} ms, p95 {one.p95} ms of {one.measured}{budget}")


if __name__ == "__main__":
    main()
