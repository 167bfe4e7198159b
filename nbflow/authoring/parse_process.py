"""The process that reads one DAG file: imports user code, and writes what it found as JSON to a
pipe of its own, so that nothing the user prints can get in between.

    python -m nbflow.authoring.parse_process FD ROOT FILE [TEXT]

With TEXT, a file, it previews the notebook in it as if FILE held it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, islice
from pathlib import Path
from typing import cast

from nbflow import slow_imports
from nbflow.authoring import text_notebooks
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.json import JsonObject

imported_ahead = 0
"""So many modules were there before any file was read, and are none of a project's. Only to look at
each would copy its page in a forked process, which takes longer than to read most files.
"""


def read(root: Path, path: Path) -> tuple[list[Dag], list[Problem], dict[str, bytes]]:
    """The DAGs of a file, what is wrong with it, and the files its bundle is made of."""
    if path.suffix == ".ipynb" or text_notebooks.is_text_notebook(path):
        # Notebooks need IPython, which takes longer to import than most DAG files to read.
        from nbflow.authoring import notebooks  # noqa: PLC0415

        return notebooks.read(path, root)
    return _read_python(root, path)


def _read_python(root: Path, path: Path) -> tuple[list[Dag], list[Problem], dict[str, bytes]]:
    from nbflow.authoring import loading, spec  # noqa: PLC0415 - as above

    file = path.relative_to(root).as_posix()
    try:
        definitions = loading.load_dags(root, file)
    except loading.RefusedFile as refused:
        others = (spec.build(definition, root)[1] for definition in refused.dags)
        return [], [*refused.problems, *chain.from_iterable(others)], {}
    except DefinitionError as error:
        return [], error.problems, {}
    dags: list[Dag] = []
    problems: list[Problem] = []
    for definition in definitions:
        dag, found = spec.build(definition, root)
        problems += found
        if dag is not None:
            dags.append(dag)
    names = {file, *_notebooks(dags), *_template_files(dags), *_local_modules(root)}
    return dags, problems, {name: (root / name).read_bytes() for name in sorted(names)}


def _notebooks(dags: list[Dag]) -> Iterator[str]:
    """The notebooks the tasks name, where they are files inside the root."""
    for dag in dags:
        for task in dag.tasks:
            name = task.payload.get("notebook")
            if isinstance(name, str) and "{{" not in name and not Path(name).is_absolute():
                yield name


def _template_files(dags: list[Dag]) -> Iterator[str]:
    """The files that templates of the tasks are in, or include."""
    for dag in dags:
        for task in dag.tasks:
            yield from cast("list[str]", task.templates.get("bundled", ()))


def _local_modules(root: Path) -> Iterator[str]:
    """The modules of the root that the file imported: its code would not run without them."""
    inside = str(root).rstrip(os.sep) + os.sep  # a Path of each of them would take 10 ms
    newest_first = list(islice(reversed(sys.modules.values()), len(sys.modules) - imported_ahead))
    for module in reversed(newest_first):
        file = getattr(module, "__file__", None)
        if file and str(file).startswith(inside) and "site-packages" not in file:
            yield Path(file).relative_to(root).as_posix()


def main() -> None:
    """Answer on the file descriptor given as the first argument."""
    slow_imports.put_off()
    descriptor, root, path = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    answer = _previewed(root, path, Path(sys.argv[4])) if len(sys.argv) > 4 else _read(root, path)
    with os.fdopen(descriptor, "w") as out:
        json.dump(answer, out)


def _read(root: Path, path: Path) -> JsonObject:
    dags, problems, files = read(root, path)
    return {
        "dags": [dag.to_json() for dag in dags],
        "problems": [asdict(problem) for problem in problems],
        "files": {name: content.hex() for name, content in files.items()},
    }


def _previewed(root: Path, path: Path, text: Path) -> JsonObject:
    from nbflow.authoring import notebook_preview  # noqa: PLC0415 - as above

    return notebook_preview.preview(text.read_text(encoding="utf-8"), path, root).to_json()


if __name__ == "__main__":
    main()
