"""What every test shares: markers set from where a test lives, the order, and no silent skips.

Fixtures of one room live in that room's own conftest.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

MARKED_FOLDERS = {"chaos": "chaos", "journeys": "journey"}
BROWSER_FIXTURES = frozenset({"page", "context", "browser"})

SECOND_CHANCE = pytest.mark.flaky(reruns=1)
"""A journey needs a browser, a server, a scheduler and kernels to be quick on a machine that runs
other tests meanwhile. One that passed only the second time is named as RERUN at the end.
"""

# Deadlines and "too slow" tell of the machine and what else it does, not of the code.
settings.register_profile("nbflow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nbflow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Set the markers, then move browser tests to the end.

    Playwright leaves an event loop in the main thread, in which `asyncio.run` fails.
    """
    for item in items:
        for marker in _markers_of(item):
            item.add_marker(marker)
            if marker == "browser":
                item.add_marker(SECOND_CHANCE)
                item.add_marker(pytest.mark.timeout(300))
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def _markers_of(item: pytest.Item) -> list[str]:
    folders = item.path.relative_to(Path(__file__).parent).parts[:-1]
    markers = [marker for folder, marker in MARKED_FOLDERS.items() if folder in folders]
    if BROWSER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
        markers.append("browser")
    return markers


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what could not run was not tested."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI"):
        return
    skipped = len(reporter.stats.get("skipped", ()))
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"\n{skipped} skipped: in CI that is a failure", red=True)
