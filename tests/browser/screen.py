"""JupyterLab as a person uses it: where the parts of nbflow are on the page, and the moves that
many journeys share.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, Response, expect

from tests.browser.services import Site


class Screen:
    """One page with JupyterLab in it."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site

    def open(self, file: str = "", **query: str) -> None:
        """Open JupyterLab, with a file if one is given, and wait until it has started."""
        self.page.goto(self.site.url(file, **query))
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        self.page.locator("#jp-main-dock-panel").wait_for()
        self.page.evaluate("window.jupyterapp.restored.then(() => null)")
        if not file and query.keys() == {"reset"}:
            # Where there is nothing else to see JupyterLab shows its launcher, late, and it takes
            # the focus.
            expect(self.page.locator(".jp-Launcher")).to_be_visible()

    @contextmanager
    def layout_saved(self, *words: str) -> Iterator[None]:
        """What is done in here changes the layout; afterwards JupyterLab, which does so in a moment
        of its own choosing, has saved one in which these words stand.
        """

        def is_saved(answer: Response) -> bool:
            asked = answer.request
            saves = asked.method == "PUT" and "/lab/api/workspaces" in asked.url
            return saves and all(word in (asked.post_data or "") for word in words)

        with self.page.expect_response(is_saved):
            yield

    # -- the side panel ----------------------------------------------------------------------------

    @property
    def panel(self) -> Locator:
        return self.page.get_by_test_id("nbflow-list")

    def open_panel(self) -> Locator:
        """Click on the sign of nbflow in the side bar, unless the panel is there already."""
        sign = self.page.locator('li.lm-TabBar-tab[data-id="nbflow-panel"]')
        if sign.get_attribute("aria-selected") != "true":  # a click would close it
            sign.click()
        expect(self.panel).to_be_visible()
        return self.panel

    def row(self, dag_id: str) -> Locator:
        """A DAG in the list."""
        return self.panel.locator(f'li[data-dag-id="{dag_id}"]')

    def names(self) -> Locator:
        """The names of all DAGs in the list."""
        return self.panel.locator(".jp-nbflow-row-name .jp-nbflow-ellipsis")

    # -- the page of a DAG -------------------------------------------------------------------------

    def open_dag(self, dag_id: str) -> DagPage:
        """Open the panel, and there the page of a DAG."""
        self.open_panel()
        self.row(dag_id).get_by_role("button", name=dag_id).first.click()
        return self.dag_page(dag_id)

    def dag_page(self, dag_id: str) -> DagPage:
        """The page of a DAG, once it is there."""
        found = DagPage(self.page, dag_id)
        expect(found.root).to_be_visible()
        return found

    @property
    def dialog(self) -> Locator:
        return self.page.locator(".jp-Dialog")

    def accept(self) -> None:
        """Press the button of the dialog that does what it asks about."""
        self.dialog.locator(".jp-mod-accept").click()


class DagPage:
    """The page of one DAG in the main area."""

    def __init__(self, page: Page, dag_id: str) -> None:
        self.page = page
        self.dag_id = dag_id
        self.root = page.locator(f'[data-testid="nbflow-dag-page"][data-dag-id="{dag_id}"]')
        self.run = self.root.get_by_test_id("nbflow-run")

    def node(self, task_id: str, state: str | None = None) -> Locator:
        """A task on the graph, in this state if one is given."""
        which = "" if state is None else f'[data-state="{state}"]'
        return self.root.locator(f'.jp-nbflow-node[data-task-id="{task_id}"]{which}')

    def wait_for(self, task_id: str, state: str) -> None:
        """Wait until the graph shows a task in this state."""
        expect(self.node(task_id)).to_have_attribute("data-state", state)

    def wait_for_run(self, state: str, run_id: str | None = None) -> None:
        """Wait until the page shows a run, this one if it is named, in this state."""
        which = "" if run_id is None else f'[data-run-id="{run_id}"]'
        shown = self.root.locator(f'[data-testid="nbflow-run"]{which}[data-state="{state}"]')
        expect(shown).to_be_visible()

    def open_task(self, task_id: str) -> TaskDrawer:
        """Click on a task of the graph."""
        self.node(task_id).click()
        drawer = TaskDrawer(self.root, task_id)
        expect(drawer.root).to_be_visible()
        return drawer


class TaskDrawer:
    """One task beside the graph."""

    def __init__(self, page: Locator, task_id: str) -> None:
        self.root = page.locator(f'[data-testid="nbflow-task"][data-task-id="{task_id}"]')

    def tab(self, name: str) -> Locator:
        """Choose a tab, and give what it shows."""
        self.root.get_by_role("tab", name=name).click()
        return self.root.get_by_role("tabpanel")

    def wait_for(self, state: str) -> None:
        expect(self.root).to_have_attribute("data-state", state)
