"""Whether the system ran out of memory and killed for it: its counters, read before and after."""

from __future__ import annotations

import re
from pathlib import Path

_OOM_KILLS = re.compile(r"^oom_kill\s+(\d+)$", re.MULTILINE)


def oom_kill_count() -> int:
    """How many processes the system has killed for want of memory, as far as it tells us.

    Counted in our own control group where there is one, else on the machine; 0 if nothing tells.
    """
    for path in (*_control_group_files(), Path("/proc/vmstat")):
        try:
            found = _OOM_KILLS.search(path.read_text())
        except OSError:
            continue
        if found:
            return int(found[1])
    return 0


def _control_group_files() -> list[Path]:
    try:
        groups = Path("/proc/self/cgroup").read_text()
    except OSError:
        return []
    mounted = Path("/sys/fs/cgroup")
    files = []
    for line in groups.splitlines():
        number, controllers, group = line.split(":", 2)
        inside = group.lstrip("/")
        if number == "0":
            files += [mounted / inside / "memory.events", mounted / "memory.events"]
        elif "memory" in controllers.split(","):
            files.append(mounted / "memory" / inside / "memory.oom_control")
    return files
