"""Running a shell command from inside a task, for operators that are run by calling them.

A BashOperator as it stands never comes here: the runtime runs its command itself.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping

from nbflow.core.errors import Skip


def run_bash(
    command: str,
    env: Mapping[str, object] | None = None,
    append_env: bool = True,
    cwd: str | None = None,
    skip_on_exit_code: Iterable[int] = (),
    encoding: str = "utf-8",
) -> str:
    """Run a shell command, print what it prints, and return its last line.

    Raises Skip for an exit code in `skip_on_exit_code`, CalledProcessError for any other but 0.
    """
    given = {name: str(value) for name, value in (env or {}).items()}
    environment = {**os.environ, **given} if append_env or env is None else given
    line = ""
    with subprocess.Popen(
        ["bash", "-c", command],
        env=environment,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding=encoding,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(line, end="")  # noqa: T201 - what a task prints is its log
    if process.returncode in set(skip_on_exit_code):
        raise Skip(f"The command ended with exit code {process.returncode}, which means skip.")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return line.rstrip("\n")


def exit_codes(codes: int | Iterable[int] | None) -> tuple[int, ...]:
    """The exit codes in what a person gave: one, several or none."""
    if codes is None:
        return ()
    return (codes,) if isinstance(codes, int) else tuple(codes)
