"""The keeper: a small process that ends the services of `nbflow standalone` when that is gone,
however it went.

It is told over its standard input which process groups live. When that is closed, it asks them to
end, and ends by force what has not after a while. Run as a script, so it imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 5.0
LOOK_SECONDS = 0.05


def main() -> None:
    """Read `+group` and `-group` lines to their end, then end the groups that are left."""
    # What ends our owner must not end us first.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    end(groups)


def end(groups: set[int]) -> None:
    """Ask the first process of each group to end; after GRACE_SECONDS end all of them by force."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while groups and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        groups = {group for group in groups if _lives(group)}
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
