"""The process that asks a timetable of somebody's own class for its runs: a question as JSON on
stdin, the answer on a file descriptor of its own.

    python -m nbflow.authoring.timetable_process FD
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nbflow.authoring.custom_timetables import TimeRestriction, ask, find
from nbflow.core.custom_timetable import run_to_json
from nbflow.core.timetable import DagRunInfo, DataInterval

MOST = 100_000
"""So many runs are looked at in one go."""


def answer(question: dict[str, Any]) -> dict[str, Any]:  # JSON
    """The runs, whether there are no more, and what went wrong."""
    try:
        timetable = find(question["name"], question["data"])
        last = question["last"] and DataInterval(*map(datetime.fromisoformat, question["last"]))
        earliest, latest = (at and datetime.fromisoformat(at) for at in question["bounds"])
        restriction = TimeRestriction(earliest, latest, question["catchup"])
        runs, ends = _ahead(ask(timetable, last, restriction), question)
    # The class is user code, which may raise anything.
    except Exception as error:  # noqa: BLE001
        return {"runs": [], "problem": f"{type(error).__name__}: {error}", "ends": False}
    return {"runs": [run_to_json(run) for run in runs], "problem": "", "ends": ends}


def _ahead(
    found: Iterator[DagRunInfo],
    question: dict[str, Any],  # JSON
) -> tuple[list[DagRunInfo], bool]:
    """The last of those that are due already, some that will be, and whether that is all."""
    now = datetime.fromisoformat(question["now"])
    missed: deque[DagRunInfo] = deque(maxlen=question["missed"])
    ahead: list[DagRunInfo] = []
    for count, run in enumerate(found):
        (ahead if run.run_after > now else missed).append(run)
        if len(ahead) >= question["limit"] or count >= MOST:
            return [*missed, *ahead], False
    return [*missed, *ahead], True


def main() -> None:
    """Answer on the file descriptor given as the first argument."""
    found = answer(json.load(sys.stdin))
    with os.fdopen(int(sys.argv[1]), "w") as out:
        json.dump(found, out)


if __name__ == "__main__":
    main()
