"""What a kernel does that was forked from the zygote: what a new interpreter would, without the
imports.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from nbflow.runtime import zygote

if TYPE_CHECKING:
    from zmq import Context, Socket

MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "nbflow.runtime.in_kernel",
    "sqlite3",
    "tornado.platform.asyncio",
)
"""What the zygote imports for kernels; none of them starts a thread, which a fork would lose."""

# A process that "is a child of init" is not watched by ipykernel's own thread: the system ends it
# with the zygote.
_NO_POLLING = "--IPKernelApp.parent_handle=1"

_INLINE = "module://matplotlib_inline.backend_inline"


def kernel_request(arguments: Sequence[str], env: Mapping[str, str]) -> bytes:
    """What `run` waits for: the arguments of ipykernel, and the whole environment."""
    return json.dumps({"arguments": list(arguments), "env": dict(env)}).encode()


def run(payload: bytes) -> NoReturn:
    """Be a kernel until told to end; for `zygote.run_child`."""
    told = json.loads(payload)
    zygote.name_process("nbflow-kernel")
    _take_environment(told["env"])
    # As a new interpreter finds it; where this one found nbflow is the worker's own affair.
    sys.path[:] = zygote.fresh_path or sys.path
    _take_backend()
    arguments = [*told["arguments"], _NO_POLLING]
    sys.argv = ["ipykernel_launcher.py", *arguments]
    code = _serve(arguments)
    zygote.flush()
    os._exit(code)


def _serve(arguments: Sequence[str]) -> int:
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415 - the zygote has it, this module not

    class ForkedKernelApp(IPKernelApp):
        """Loses no output of a cell that shows things faster than they are read: a publisher drops
        what comes after a thousand unread messages, unless it is told otherwise.
        """

        def init_iopub(self, context: Context[Socket[bytes]]) -> None:
            context.sndhwm = 0
            super().init_iopub(context)  # type: ignore[no-untyped-call]  # ipykernel's

    code = 0
    try:
        ForkedKernelApp.launch_instance(list(arguments))
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    # What an interpreter does before it ends; after a fork nobody else does, nor is it offered
    # under a public name.
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001
    return code


def _take_environment(env: Mapping[str, str]) -> None:
    for name in set(os.environ) - set(env):
        del os.environ[name]
    os.environ.update(env)
    if hasattr(time, "tzset"):
        time.tzset()


def _take_backend() -> None:
    """Let plots be shown in the notebook where `preload` has imported Matplotlib: it looks for this
    variable, which ipykernel sets, only as it is imported.
    """
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib.rcParams["backend"] = os.environ.setdefault("MPLBACKEND", _INLINE)
