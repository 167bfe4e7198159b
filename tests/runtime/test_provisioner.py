"""Forked kernels are like any other, only sooner there."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from jupyter_client.kernelspec import get_kernel_spec
from jupyter_client.manager import KernelManager

from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.kernel import Kernel, KernelDied, KernelStartError
from nbflow.runtime.kernels import KernelPool
from nbflow.runtime.provisioner import ForkingProvisioner, forkable
from tests.runtime.builders import eventually

IPYKERNEL = ["-m", "ipykernel_launcher", "-f", "k.json"]


@pytest.fixture(scope="module")
def pool() -> Iterator[KernelPool]:
    with KernelPool(0) as pool:
        yield pool


@pytest.fixture
def kernel(pool: KernelPool) -> Iterator[Kernel]:
    kernel = pool.take()
    yield kernel
    pool.release(kernel, polite=False)


def value(kernel: Kernel, expression: str) -> object:
    answer = kernel.run_silently("pass", expression)
    return literal_eval(str(answer["text/plain"]))


def test_a_kernel_of_this_interpreter_is_a_fork(kernel: Kernel) -> None:
    zygote = psutil.Process(kernel.pid).parent()

    assert zygote is not None
    assert zygote.ppid() == os.getpid()


def test_it_finds_modules_where_a_new_interpreter_would(kernel: Kernel) -> None:
    ask = "import sys; print(sys.path[1:])"
    new = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    path = value(kernel, "__import__('sys').path")
    assert isinstance(path, list)
    # And in its own folder, which IPython puts before what is installed.
    path.remove("")
    assert path == literal_eval(new.stdout)


def test_its_environment_is_that_of_the_moment(
    pool: KernelPool, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setenv("COLOUR", "blue")

    later = pool.take(env={"TASTE": "sweet"})

    environ = "__import__('os').environ"
    names = ("HOME", "COLOUR", "TASTE")
    assert value(later, f"[{environ}.get(n) for n in {names}]") == [None, "blue", "sweet"]
    pool.release(later, polite=False)


def test_two_of_them_draw_different_numbers(pool: KernelPool, kernel: Kernel) -> None:
    other = pool.take()
    draw = "(__import__('random').random(), __import__('numpy').random.random())"

    assert value(kernel, draw) != value(other, draw)
    pool.release(other, polite=False)


def test_its_exit_hooks_run_when_it_is_asked_to_end(pool: KernelPool, tmp_path: Path) -> None:
    said = tmp_path / "said"
    kernel = pool.take()
    kernel.run_silently(f"import atexit; atexit.register(lambda: open({str(said)!r}, 'w').close())")

    pool.release(kernel)

    assert eventually(said.exists)


def test_its_exit_code_is_told(kernel: Kernel) -> None:
    with pytest.raises(KernelDied, match="exit status 7"):
        kernel.run_silently("import os; os._exit(7)")


def test_kernels_end_with_their_zygote_and_the_next_one_has_another(pool: KernelPool) -> None:
    kernel = pool.take()
    zygote = psutil.Process(kernel.pid).parent()
    assert zygote is not None

    zygote.kill()

    assert eventually(lambda: not kernel.is_alive)
    pool.release(kernel, polite=False)
    other = pool.take()
    assert value(other, "1 + 1") == 2
    pool.release(other, polite=False)


@pytest.mark.parametrize(
    ("command", "env", "arguments"),
    [
        ([sys.executable, *IPYKERNEL], {}, ["-f", "k.json"]),
        ([sys.executable, "-Xfrozen_modules=off", *IPYKERNEL], {}, ["-f", "k.json"]),
        (["/another/bin/python", *IPYKERNEL], {}, None),
        ([sys.executable, "-m", "bash_kernel", "-f", "k.json"], {}, None),
        ([sys.executable, "-O", *IPYKERNEL], {}, None),
        ([sys.executable, *IPYKERNEL], {"PYTHONHASHSEED": "7"}, None),
        ([sys.executable, *IPYKERNEL], {"LD_PRELOAD": "a.so"}, None),
    ],
)
def test_only_what_a_fork_can_be_is_forked(
    command: list[str], env: dict[str, str], arguments: list[str] | None
) -> None:
    assert forkable(command, {**os.environ, **env}) == arguments


def test_jupyter_forks_the_kernels_of_a_kernelspec_that_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Quick",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": "nbflow-provisioner"}},
    }
    folder = tmp_path / "kernels" / "quick"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    manager = KernelManager(kernel_name="quick")

    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=30)

    assert isinstance(manager.provisioner, ForkingProvisioner)
    reply = client.execute("1 + 1", reply=True, timeout=30)
    assert reply["content"]["status"] == "ok"
    client.stop_channels()
    manager.shutdown_kernel()
    assert not manager.is_alive()
    assert ForkingProvisioner.server is None


def test_it_has_imported_what_was_to_be_preloaded() -> None:
    with KernelPool(0, preload=("wave",)) as pool:
        kernel = pool.take()
        before = kernel.run_silently("pass", "'wave' in __import__('sys').modules")
        pool.release(kernel, polite=False)

    assert before["text/plain"] == "True"


def test_no_kernel_is_started_the_slow_way_for_a_server_that_has_been_closed() -> None:
    server = ForkServer()
    server.close()
    provisioner = ForkingProvisioner(kernel_id="k", kernel_spec=get_kernel_spec("python3"))
    provisioner.server = server
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "connection.json"]

    with pytest.raises(KernelStartError, match="shutting down"):
        asyncio.run(provisioner.launch_kernel(command, cwd="."))
    assert provisioner.process is None
