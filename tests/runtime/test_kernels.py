"""The kernel pool on real kernels: what is handed out, what is ended, what is never left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.kernel import Interrupted, Kernel, KernelStartError, Watch
from nbflow.runtime.kernels import KernelPool
from tests.runtime.notebook_attempts import is_gone, wait_gone, wait_until


@pytest.fixture(scope="module")
def pool() -> Iterator[KernelPool]:
    with KernelPool(1) as pool:
        yield pool


@pytest.fixture
def kernel(pool: KernelPool) -> Iterator[Kernel]:
    kernel = pool.take()
    yield kernel
    pool.release(kernel, polite=False)


def printed(kernel: Kernel, code: str, watch: Watch | None = None) -> str:
    """What `code` prints in `kernel`."""
    texts: list[str] = []
    kernel.listener = lambda message: texts.append(message["content"].get("text", ""))
    kernel.run(code, watch=watch or Watch())
    return "".join(texts)


def kernel_processes() -> set[psutil.Process]:
    """The kernels that this process has had forked or started."""
    return {p for p in psutil.Process().children(recursive=True) if _is_kernel(p)}


def settled(pool: KernelPool) -> set[psutil.Process]:
    """The kernels there are once `pool` has started and ended all that it is about to."""
    assert pool.wait_ready()
    wait_until(lambda: not pool.ending)
    return kernel_processes()


# -------------------------------------------------------------------------------------- handing out


def test_a_kernel_stands_ready_and_is_replaced_when_it_was_taken(pool: KernelPool) -> None:
    assert pool.wait_ready()
    kernel = pool.take()

    assert pool.wait_ready()
    other = pool.take()

    assert kernel.pid != other.pid
    pool.release(kernel)
    pool.release(other)


def test_a_ready_kernel_gets_its_folder_and_environment(pool: KernelPool, tmp_path: Path) -> None:
    kernel = pool.take(cwd=tmp_path, env={"NBFLOW_TEST": "yes", "TZ": "Asia/Tokyo"})

    told = printed(
        kernel, "import os, time\nprint(os.getcwd(), os.environ['NBFLOW_TEST'], time.tzname[0])"
    )

    assert told == f"{tmp_path} yes JST\n"
    pool.release(kernel)


def test_a_ready_kernel_that_has_died_is_not_handed_out(pool: KernelPool) -> None:
    assert pool.wait_ready()
    for process in kernel_processes():
        process.kill()
        wait_gone(process.pid)

    kernel = pool.take()

    assert kernel.is_alive
    assert printed(kernel, "print('alive')") == "alive\n"
    pool.release(kernel)


def test_a_ready_kernel_that_does_not_answer_is_not_handed_out(pool: KernelPool) -> None:
    others = settled(pool)
    with KernelPool(1, answer_timeout=1.0) as impatient:
        assert impatient.wait_ready()
        stopped = kernel_processes() - others
        for process in stopped:
            process.suspend()

        kernel = impatient.take()

        assert kernel.pid not in {process.pid for process in stopped}
        impatient.release(kernel)


def test_an_old_kernel_is_replaced(pool: KernelPool) -> None:
    others = settled(pool)
    with KernelPool(1, ttl=0.0) as strict:
        strict.wait_ready()
        old = kernel_processes() - others

        strict.look_over()

        wait_until(lambda: not old.intersection(kernel_processes()))


def test_one_stands_ready_until_they_are_taken_and_again_when_nobody_takes_any() -> None:
    with KernelPool(2, rest=3600) as busy:
        assert busy.wait_ready()
        at_first = busy.ready()
        busy.release(busy.take(), polite=False)
        assert busy.wait_ready()
        assert (at_first, busy.ready()) == (1, 2)

        busy._rest = 0.0
        busy.look_over()
        assert busy.ready() == 1


def test_more_takers_than_ready_kernels_all_get_one(pool: KernelPool) -> None:
    taken: list[Kernel] = []
    threads = [threading.Thread(target=lambda: taken.append(pool.take())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len({kernel.pid for kernel in taken}) == 3
    for kernel in taken:
        pool.release(kernel, polite=False)


def test_no_more_kernels_are_started_ahead_than_are_expected_to_be_taken() -> None:
    with KernelPool(2, expected=1) as pool:
        pool.release(pool.take())
        assert (pool.ready(), pool._starting.total()) == (0, 0)
        pool.expect(1)
        assert pool._starting.total() == 1
        pool.release(pool.take())


def test_waiting_for_a_kernel_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    argv = ["bash", "-c", f"touch {asked}; sleep 600"]
    folder = tmp_path / "kernels" / "silent"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "Silent", "language": "bash"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    token = CancelToken()
    with KernelPool(0) as pool, ThreadPoolExecutor(1) as aside:
        taking = aside.submit(pool.take, "silent", token=token)
        wait_until(asked.exists)

        token.cancel()

        with pytest.raises(Interrupted):
            taking.result(60)


def test_a_folder_that_is_not_there_is_told(pool: KernelPool, tmp_path: Path) -> None:
    with pytest.raises(KernelStartError, match=r"working directory .*gone does not exist"):
        pool.take(cwd=tmp_path / "gone")


def test_a_kernel_that_cannot_be_given_its_environment_is_told_and_ended(
    pool: KernelPool, tmp_path: Path
) -> None:
    with pytest.raises(KernelStartError, match="cannot be given the folder"):
        pool.take(cwd=tmp_path, env={"NOT=A=NAME": "x"})

    wait_until(lambda: not pool.ending)


def test_a_kernel_that_cannot_start_tells_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kernels" / "broken"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(
        f'{{"argv": ["{sys.executable}", "-c", "raise SystemExit(\'no licence\')"], '
        '"display_name": "Broken", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))

    with KernelPool(0) as pool, pytest.raises(KernelStartError, match=r"exit status 1.*no licence"):
        pool.take("broken")


def test_a_kernel_that_answers_but_executes_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    deaf = "get_ipython().run_cell = lambda *_, **__: __import__('time').sleep(600)"
    (startup / "deaf.py").write_text(deaf)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    with (
        KernelPool(0, start_timeout=2.0) as pool,
        pytest.raises(KernelStartError, match="did not execute anything within 2 s"),
    ):
        pool.take()


def test_a_closed_pool_hands_out_nothing() -> None:
    pool = KernelPool(0)
    pool.close()

    with pytest.raises(KernelStartError, match="closed"):
        pool.take()


# -------------------------------------------------------------------------------- running something


def test_silent_code_leaves_no_name_and_no_count(kernel: Kernel) -> None:
    data = kernel.run_silently("pass", "1 + 1")

    assert data["text/plain"] == "2"
    assert printed(kernel, "print([n for n in globals() if 'nbflow' in n], len(In))") == "[] 2\n"


def test_the_folders_of_a_ready_kernel_begin_with_its_own(pool: KernelPool, tmp_path: Path) -> None:
    kernel = pool.take(cwd=tmp_path)

    kernel.run("%cd -q /")
    kernel.run("%cd -q -")
    told = printed(kernel, "import os\nprint(os.getcwd(), _dh[0])")

    assert told == f"{tmp_path} {tmp_path}\n"
    pool.release(kernel)


def test_what_runs_goes_into_nobodys_history(kernel: Kernel) -> None:
    text = printed(kernel, "print(get_ipython().history_manager.hist_file)")

    assert text == ":memory:\n"


def test_no_output_is_dropped_however_fast_it_is_shown(kernel: Kernel) -> None:
    """Where nothing limits what waits to be read, nothing beyond a limit is thrown away."""
    waiting = "get_ipython().kernel.iopub_socket.io_thread.socket.sndhwm"

    assert printed(kernel, f"print({waiting})") == "0\n"


def test_a_deadline_interrupts_what_runs(kernel: Kernel) -> None:
    began = time.monotonic()

    execution = kernel.run(
        "import time\ntime.sleep(60)", watch=Watch(deadline=time.monotonic() + 1.0)
    )

    assert execution.ended == "timeout"
    assert execution.reply is not None
    assert execution.reply["ename"] == "KeyboardInterrupt"
    assert time.monotonic() - began < 50


def test_a_deadline_ends_a_cell_that_prints_faster_than_anybody_reads(kernel: Kernel) -> None:
    code = "while True:\n    print('again', flush=True)"

    execution = kernel.run(code, watch=Watch(deadline=time.monotonic() + 0.5))

    assert execution.ended == "timeout"


def test_cancelling_from_another_thread_wakes_the_wait(kernel: Kernel) -> None:
    token = CancelToken()
    threading.Timer(0.2, token.cancel).start()

    execution = kernel.run("import time\ntime.sleep(60)", watch=Watch(token))

    assert execution.ended == "cancelled"


def test_the_death_of_a_kernel_is_seen_at_once(kernel: Kernel) -> None:
    began = time.monotonic()

    execution = kernel.run("import os\nos.kill(os.getpid(), 9)")

    assert execution.ended == "died"
    assert kernel.process.death().exit_code == -signal.SIGKILL
    assert time.monotonic() - began < 50


def test_a_kernel_listens_on_no_network_port(kernel: Kernel) -> None:
    connections = psutil.Process(kernel.pid).net_connections(kind="inet")

    # ipykernel's debugger keeps a port on loopback of its own.
    kernel_ports = [c for c in connections if c.status == psutil.CONN_LISTEN]
    assert all(c.laddr.ip == "127.0.0.1" for c in kernel_ports)
    assert kernel.client.transport == "ipc"


def test_memory_counts_the_children_too(kernel: Kernel) -> None:
    kernel.run(
        "import subprocess, sys\n"
        "code = 'x = bytearray(150_000_000); print(1, flush=True); input()'\n"
        "child = subprocess.Popen([sys.executable, '-c', code], stdin=-1, stdout=-1)\n"
        "child.stdout.readline()"
    )

    kernel.process.sample_memory()

    assert (kernel.process.peak_memory or 0) > 180_000_000


# -------------------------------------------------------------------------------------- ending them


def test_a_released_kernel_runs_its_exit_hooks(pool: KernelPool, tmp_path: Path) -> None:
    kernel = pool.take(cwd=tmp_path)
    kernel.run(
        "import atexit, pathlib\natexit.register(lambda: pathlib.Path('bye').write_text('bye'))"
    )

    pool.release(kernel)

    wait_until(lambda: not pool.ending)
    assert (tmp_path / "bye").read_text() == "bye"


def test_what_a_kernel_started_ends_with_it(pool: KernelPool) -> None:
    kernel = pool.take()
    told = printed(
        kernel,
        "import subprocess\n"
        "plain = subprocess.Popen(['sleep', '600'])\n"
        "own = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(plain.pid, own.pid)",
    )

    pool.release(kernel, polite=False)

    for pid in told.split():
        wait_gone(int(pid))


def test_closing_the_pool_ends_ready_and_used_kernels_and_removes_their_files(
    pool: KernelPool,
) -> None:
    others = settled(pool)
    closed = KernelPool(1)
    kernel = closed.take()
    closed.wait_ready()
    own = kernel_processes() - others
    folder = Path(kernel.client.connection_file).parent
    closing = threading.Thread(target=closed.close)
    closing.start()
    wait_until(lambda: not kernel.is_alive)
    closed.release(kernel)
    closing.join(60)

    assert not closing.is_alive()
    assert not folder.exists()
    assert len(own) >= 2
    assert all(is_gone(child.pid) for child in own)


def test_a_pool_closes_though_a_kernel_was_never_released() -> None:
    pool = KernelPool(0, grace=0.1)
    kernel = pool.take()

    pool.close()

    assert not kernel.is_alive
    pool.release(kernel)


OWNER = """
import os, signal, sys, psutil
from nbflow.runtime.kernels import KernelPool
pool = KernelPool(1)
kernel = pool.take()
texts = []
kernel.listener = lambda message: texts.append(message["content"].get("text", ""))
kernel.run("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)")
pool.wait_ready()
children = [process.pid for process in psutil.Process().children(recursive=True)]
print(kernel.pid, "".join(texts), *children)
sys.stdout.flush()
if sys.argv[1] == "fork":
    # A fork keeps the guard's pipe open.
    if os.fork() == 0:
        os.closerange(0, 3)
        __import__("time").sleep(5)
        os._exit(0)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("how", ["plain", "fork"])
def test_no_kernel_outlives_an_owner_that_is_killed(how: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, how],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert owner.stdout is not None
    pids = [int(pid) for pid in owner.stdout.read().split()]
    owner.wait()
    owner.stdout.close()

    assert len(pids) >= 4
    for pid in pids:
        wait_gone(pid)


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return process.name() == "nbflow-kernel" or "ipykernel_launcher" in process.cmdline()
    except psutil.NoSuchProcess:
        return False
