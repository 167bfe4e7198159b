"""A thousand tasks, one of which fails: what a large graph looks like."""

from __future__ import annotations

from nbflow import DAG, BashOperator, EmptyOperator

YEARS = range(2001, 2026)
BRANCHES = 40
CUT_OFF = (2012, 18)

with DAG("archive", description="The orders of all years, branch after branch", tags=["archive"]):
    for year in YEARS:
        before = None
        for branch in range(1, BRANCHES + 1):
            task_id = f"orders_{year}_{branch}"
            load = (
                BashOperator(task_id=task_id, bash_command="echo 'ERROR cut off' && exit 1")
                if (year, branch) == CUT_OFF
                else EmptyOperator(task_id=task_id)
            )
            if before is not None:
                before >> load
            before = load
