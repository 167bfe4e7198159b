"""What a worker of the embedded cluster imports first (`distributed.worker.preload`): from then on
it leaves Ctrl-C to the process that started the cluster.

A terminal sends it to all of them, and a worker that ends by itself takes down its tasks before
anybody could cancel them.
"""

from __future__ import annotations

import signal
from threading import current_thread, main_thread


def leave_interrupts_to_others() -> None:
    """Take no notice of SIGINT, in a way that kernels and tasks of this process do not inherit."""
    if current_thread() is not main_thread():
        return
    # Not SIG_IGN, and not blocked any more, as it is while we start (dask_cluster.py).
    signal.signal(signal.SIGINT, lambda *_: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


# Before any thread starts that may one day start a kernel.
leave_interrupts_to_others()
