"""What the tests of the fork server have a child do: functions from bytes to bytes, by name."""

# ruff: noqa: T201 - printing is what some of them are for

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path


def echo(payload: bytes) -> bytes:
    return payload


def whereabouts(_: bytes) -> bytes:
    """Folder, environment, main module, random number, process group, count of threads."""
    main = sys.modules["__main__"]
    facts = (
        Path.cwd(),
        os.environ.get("COLOUR"),
        sorted(name for name in vars(main) if not name.startswith("__")),
        os.getpgrp() == os.getpid(),
        threading.active_count(),
        sys.argv,
    )
    return repr(facts).encode()


def random_number(_: bytes) -> bytes:
    return str(random.random()).encode()


def speak(payload: bytes) -> bytes:
    """On all channels, then wait for the named pipe in the payload."""
    print("by print é")
    print("to stderr", file=sys.stderr)
    logging.basicConfig(stream=sys.stderr)
    logging.getLogger("a.library").warning("by logging")
    subprocess.run(["echo", "by a program"], check=True)
    Path(payload.decode()).read_bytes()
    return b""


def fail(_: bytes) -> bytes:
    raise ValueError("a mistake of ours")


def end_with_code(payload: bytes) -> bytes:
    os._exit(int(payload))


def kill_itself(payload: bytes) -> bytes:
    os.kill(os.getpid(), int(payload))
    time.sleep(60)
    return b""


def hang(payload: bytes) -> bytes:
    """Write our pid and that of a program we started into the file in the payload, then hang."""
    program = subprocess.Popen(["sleep", "600"])
    try:
        _announce(payload, os.getpid(), program.pid)
        time.sleep(600)
    except KeyboardInterrupt:
        return b"interrupted"
    return b""


def hang_and_ignore_interrupts(payload: bytes) -> bytes:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return hang(payload)


def leave_a_program_behind(payload: bytes) -> bytes:
    program = subprocess.Popen(["sleep", "600"])
    _announce(payload, program.pid)
    return b"done"


def _announce(path: bytes, *pids: int) -> None:
    target = Path(path.decode())
    draft = target.with_suffix(".draft")
    draft.write_text(" ".join(map(str, pids)))
    draft.replace(target)
