"""What is installed where tasks run, as a fingerprint: equal environments give equal results.

Asked again and again, so that what was found is remembered until a folder of packages changes.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

_ASK = (
    "import importlib.metadata as m, platform, sys, json;"
    "print(json.dumps([platform.python_version(), sorted({f\"{d.metadata['Name']}=={d.version}\""
    " for d in m.distributions()})]))"
)
_ASK_SECONDS = 20.0


def fingerprint(kernel: str | None = None) -> str:
    """Of this Python, or of the environment of the kernel of that name: its language's version, the
    installed distributions, the machine.
    """
    found = _here(_stamp(path for path in sys.path if path.endswith("-packages")))
    if kernel is None:
        return found
    try:
        spec = KernelSpecManager().get_kernel_spec(kernel)
    except NoSuchKernel:
        return f"{kernel} {found}"
    program = spec.argv[0] if spec.argv else ""
    if _is_this_python(program):
        return f"{kernel} {found}"
    about = json.dumps([spec.argv, spec.env], sort_keys=True)
    if spec.language.lower() == "python":
        return f"{kernel} {_elsewhere(program, about, _stamp(_folders_of(program)))}"
    return f"{kernel} {_digest([about, _stamp([program])])}"


def fingerprints() -> dict[str, str]:
    """Of this Python under "", and of the environment of every kernel there is, by its name."""
    names = KernelSpecManager().find_kernel_specs()
    return {"": fingerprint(), **{name: fingerprint(name) for name in sorted(names)}}


def _is_this_python(program: str) -> bool:
    """jupyter_client runs a kernel called `python` by the Python it is in itself."""
    return program in {"python", f"python{sys.version_info[0]}", sys.executable}


@lru_cache(maxsize=4)
def _here(stamp: str) -> str:  # noqa: ARG001 - it is the key
    names = {f"{one.metadata['Name']}=={one.version}" for one in distributions()}
    return _digest([platform.python_version(), *sorted(names)])


@lru_cache(maxsize=16)
def _elsewhere(program: str, about: str, stamp: str) -> str:
    """By asking the other Python; one that does not answer is known by its kernelspec alone."""
    try:
        asked = subprocess.run(
            [program, "-c", _ASK], capture_output=True, timeout=_ASK_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return _digest([about, stamp])
    version, names = json.loads(asked.stdout)
    return _digest([version, *names])


def _folders_of(program: str) -> list[str]:
    """The folders that change when something is installed for that Python."""
    home = Path(program).parent.parent
    return [program, *map(str, sorted(home.glob("lib/python*/site-packages")))]


def _stamp(paths: Iterable[str]) -> str:
    """What differs as soon as something is put into one of these folders, or taken out."""
    found = []
    for path in paths:
        try:
            found.append(f"{path} {Path(path or '.').stat().st_mtime_ns}")
        except OSError:
            continue
    return "\n".join(found)


def _digest(parts: Iterable[str]) -> str:
    text = "\n".join([platform.machine(), platform.system(), *parts])
    return sha256(text.encode()).hexdigest()
