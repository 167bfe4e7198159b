"""Finding DAG files and reading them: what changed in the DAG folders, and what a file defines.

User code is only ever imported in a subprocess with a time limit (`parse_process.py`); what comes
out is data: DAGs, problems, and the files that make up the source bundle. A file that hangs,
crashes or cannot be read becomes a problem and stops no other.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any, TypeAlias

from nbflow.authoring import text_notebooks
from nbflow.authoring.parse_server import ParseServer, ServerGone, can_fork
from nbflow.authoring.previews import NotebookPreview
from nbflow.core.dag import Dag
from nbflow.core.errors import Problem, as_read
from nbflow.core.json import JsonObject
from nbflow.core.orders import SourceBundle
from nbflow.core.versions import moving_parts

TOO_SLOW = "NBF003"
CRASHED = "NBF004"
UNREADABLE = "NBF005"
SAME_ID = "NBF006"

AT_ONCE = 2
WORTH_A_SERVER = 4
SKIPPED_FOLDERS = frozenset({".ipynb_checkpoints", "__pycache__", "node_modules"})

Fingerprint: TypeAlias = tuple[int, int]
"""Modification time in nanoseconds, and size: enough to notice a file to read again."""
Known: TypeAlias = Mapping[Path, Fingerprint]


@dataclass(frozen=True)
class ParsedFile:
    """What one file defines. `bundle` holds the code of its DAGs; `path` is absolute.

    `moving` says, by DAG, what of it is another each time the file is read; None for a file that
    was read once.
    """

    path: str
    dags: list[Dag]
    problems: list[Problem]
    bundle: SourceBundle
    moving: Mapping[str, frozenset[str]] | None = None


@dataclass(frozen=True)
class Changes:
    """What one scan found. `known` goes into the next scan."""

    changed: list[Path]
    gone: list[Path]
    known: dict[Path, Fingerprint]


def scan(roots: Sequence[Path], known: Known) -> Changes:
    """The DAG files below `roots` that are new or changed since `known`, and those now gone."""
    now: dict[Path, Fingerprint] = {}
    for path in _candidates(roots):
        mark = fingerprint(path)
        if mark is not None:  # else deleted while we looked: gone
            now[path] = mark
    changed = [path for path, mark in now.items() if known.get(path) != mark]
    return Changes(changed, [path for path in known if path not in now], now)


def fingerprint(path: Path) -> Fingerprint | None:
    """What is compared to notice that a file was written; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return (found.st_mtime_ns, found.st_size)


def from_path(path: Path, *, timeout: float = 30.0) -> ParsedFile:
    """What a single file defines, whatever folder it is in."""
    return parse_file(path.resolve(), path.resolve().parent, timeout)


def parse_files(
    files: Iterable[Path], roots: Sequence[Path], timeout: float = 30.0
) -> Iterator[ParsedFile]:
    """What each file defines, in order, a few at a time."""
    paths = list(files)
    with ExitStack() as opened:
        servers: SimpleQueue[ParseServer | None] = SimpleQueue()
        for server in _servers(paths):
            servers.put(server and opened.enter_context(server))

        def parse(path: Path) -> ParsedFile:
            server = servers.get()
            try:
                return parse_file(path, root_of(path, roots), timeout, server)
            finally:
                servers.put(server)

        threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="nbflow-parse")
        yield from opened.enter_context(threads).map(parse, paths)


def _servers(paths: Sequence[Path]) -> list[ParseServer | None]:
    """What reads so many files at once; a server is worth its start from a few files on."""
    if len(paths) < WORTH_A_SERVER or not can_fork():
        return [None] * AT_ONCE
    notebooks = any(path.suffix != ".py" for path in paths)
    return [ParseServer(notebooks=notebooks) for _ in range(AT_ONCE)]


def parse_file(
    path: Path, root: Path, timeout: float = 30.0, server: ParseServer | None = None
) -> ParsedFile:
    """What one file defines; paths inside its bundle are relative to `root`."""
    answer = _ask_child(path, root, timeout, server)
    if isinstance(answer, Problem):
        return ParsedFile(str(path), [], [answer], _bundle({}, root))
    dags = [Dag.from_json(spec) for spec in answer["dags"]]
    problems = as_read(Problem(**problem) for problem in answer["problems"])
    files = {name: bytes.fromhex(content) for name, content in answer["files"].items()}
    return ParsedFile(str(path), dags, problems, _bundle(files, root))


def preview_notebook(
    text: str,
    path: Path,
    roots: Sequence[Path],
    timeout: float = 30.0,
    server: ParseServer | None = None,
) -> NotebookPreview:
    """What the notebook `text` says, as if it were in the file `path`. What keeps it from being
    read at all is a problem too.
    """
    root = root_of(path, roots)
    with NamedTemporaryFile("w", suffix=".ipynb", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        answer = _ask_child(path, root, timeout, server, instead=Path(file.name))
    if isinstance(answer, Problem):
        return NotebookPreview("", None, problems=(answer,))
    return NotebookPreview.from_json(answer)


def parse_repeatedly(path: Path, roots: Sequence[Path], timeout: float = 30.0) -> ParsedFile:
    """What a file defines, with what of it moves: it is read twice."""
    read = [parse_file(path, root_of(path, roots), timeout) for _ in range(2)]
    specs: dict[str, list[JsonObject]] = {}
    for file in read:
        for dag in file.dags:
            specs.setdefault(dag.dag_id, []).append(dag.to_json())
    moving = {dag_id: moving_parts(found) for dag_id, found in specs.items()}
    return replace(read[-1], moving=moving)


def same_ids(parsed: Iterable[ParsedFile]) -> list[Problem]:
    """The DAG ids that more than one file defines."""
    first: dict[str, str] = {}
    found: list[Problem] = []
    for file in parsed:
        for dag in file.dags:
            other = first.setdefault(dag.dag_id, file.path)
            if other != file.path:
                message = f"The DAG '{dag.dag_id}' is also defined in {other}."
                fix = "Give one of them another dag_id."
                found.append(Problem(SAME_ID, message, fix, file=file.path, dag_id=dag.dag_id))
    return found


# -- folders ---------------------------------------------------------------------------------------


def _candidates(roots: Sequence[Path]) -> Iterator[Path]:
    for root in roots:
        if root.is_file():
            yield root
        elif root.is_dir():
            yield from sorted(_below(root))


def _below(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if not n.startswith(".") and n not in SKIPPED_FOLDERS]
        for name in files:
            path = Path(folder) / name
            if not name.startswith(".") and _defines_dags(path):
                yield path


def _defines_dags(path: Path) -> bool:
    """Whether a file in a DAG folder is worth reading: importing it would cost more."""
    if path.suffix not in (".ipynb", *text_notebooks.ENDINGS):
        return False
    try:
        text = path.read_bytes()
    except OSError:
        return True  # reading it will say what is wrong
    if b"nbflow" not in text.lower():
        return False
    if path.suffix == ".ipynb" or (path.suffix == ".py" and b"dag" in text.lower()):
        return True
    # The text of a notebook that both are kept of: see jupytext's pairs.
    is_paired = path.with_suffix(".ipynb").exists()
    return not is_paired and text_notebooks.says_so(text.decode(errors="replace"), path.suffix)


def finds(path: Path, roots: Sequence[Path]) -> bool:
    """Whether a scan of `roots` comes upon the file by itself, and takes it for one with DAGs."""
    for root in roots:
        if path == root:
            return True
        if path.is_relative_to(root):
            *folders, name = path.relative_to(root).parts
            hidden = any(part.startswith(".") or part in SKIPPED_FOLDERS for part in folders)
            return not hidden and not name.startswith(".") and _defines_dags(path)
    return False


def root_of(path: Path, roots: Sequence[Path]) -> Path:
    """Where the paths in the bundle of a file start: the innermost root, else its own folder."""
    inside = [root for root in roots if root.is_dir() and path.is_relative_to(root)]
    return max(inside, key=lambda root: len(root.parts), default=path.parent)


# -- the child -------------------------------------------------------------------------------------


def _ask_child(  # its JSON
    path: Path,
    root: Path,
    timeout: float,
    server: ParseServer | None,
    instead: Path | None = None,
) -> dict[str, Any] | Problem:
    """What the child says of the file, or why it said nothing. `instead` is a file with what to
    read in place of what `path` holds, as a preview.
    """
    arguments = [str(root), str(path), *([] if instead is None else [str(instead)])]
    if instead is None and not path.is_file():
        message = "The file is not there." if not path.exists() else "This is not a file."
        return Problem(
            UNREADABLE, message, "Give the path of a .py, .ipynb or .md file.", file=path.name
        )
    if server is not None:
        with suppress(ServerGone):
            return _ask_fork(arguments, path, root, timeout, server)
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "nbflow.authoring.parse_process", str(writing)]
    # What it says goes to a file: a process that the child leaves behind would keep a pipe open.
    with (
        TemporaryFile() as errors,
        subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=[writing],
            # Sets keep one order, so that a DAG made from one is the same each time.
            env={"PYTHONHASHSEED": "0", **os.environ},
            start_new_session=True,
        ) as child,
    ):
        os.close(writing)
        with os.fdopen(reading, "rb") as answers, ThreadPoolExecutor(1) as reader:
            answer = reader.submit(answers.read)
            try:
                child.wait(timeout)
            except subprocess.TimeoutExpired:
                return _too_slow(path, root, timeout)
            finally:
                _end(child)
            text = answer.result()
        errors.seek(0)
        said = errors.read()
    return json.loads(text) if text else _crashed(path, root, child.returncode, said)


def _ask_fork(  # its JSON
    arguments: Sequence[str], path: Path, root: Path, timeout: float, server: ParseServer
) -> dict[str, Any] | Problem:
    """As `_ask_child`, by a child of the server. Raises ServerGone."""
    reading, writing = os.pipe()
    with (
        TemporaryFile() as errors,
        os.fdopen(reading, "rb") as answers,
        ThreadPoolExecutor(1) as reader,
    ):
        try:
            pid = server.start(arguments, writing, errors.fileno())
        finally:
            os.close(writing)
        answer = reader.submit(answers.read)
        try:
            code = server.wait(timeout)
        except TimeoutError:
            _end_group(pid)
            server.wait(None)
            return _too_slow(path, root, timeout)
        finally:
            _end_group(pid)
        text = answer.result()
        errors.seek(0)
        said = errors.read()
    return json.loads(text) if text else _crashed(path, root, code, said)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child with everything it started, so that nothing keeps the pipe open."""
    _end_group(child.pid)


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended, and left nobody behind


def _too_slow(path: Path, root: Path, timeout: float) -> Problem:
    return Problem(
        TOO_SLOW,
        f"The file did not finish importing within {timeout:g} s.",
        "Move slow work from the top level of the file into its tasks, or raise parse_timeout.",
        file=_shown(path, root),
    )


def _crashed(path: Path, root: Path, code: int, errors: bytes) -> Problem:
    last = errors.decode(errors="replace").strip().splitlines()[-1:]
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return Problem(
        CRASHED,
        f"Importing the file ended its process ({how}). {' '.join(last)}".rstrip(),
        "Import it with `python FILE` and mend what ends it.",
        file=_shown(path, root),
    )


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _bundle(files: Mapping[str, bytes], root: Path) -> SourceBundle:
    digest = sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return SourceBundle(digest.hexdigest(), files, str(root))
