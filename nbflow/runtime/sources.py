"""Where a task finds its code on the worker: from its order to a folder and to an operator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import cast

import cloudpickle

from nbflow.authoring import loading
from nbflow.authoring.operators import BaseOperator
from nbflow.core.orders import (
    OF_THE_DAG,
    LiveSource,
    PickledSource,
    SourceBundle,
    TaskOrder,
)
from nbflow.runtime.bundles import unpack


def source_folder(order: TaskOrder, cache: Path) -> Path:
    """The folder that the paths in the order's spec start from.

    The unpacked bundle in `cache`; for a DAG in this process the folder it was read from; else the
    current one. Raises BadBundle, OSError, NotFoundError.
    """
    source = order.source
    if isinstance(source, SourceBundle):
        return unpack(source, cache)
    file = loading.live_dag(source.token).file if isinstance(source, LiveSource) else None
    if file is None:
        return Path.cwd()
    depth = len(PurePosixPath(order.run.dag_file).parts)
    return file.resolve().parents[max(0, depth - 1)]


def working_folder(order: TaskOrder, folder: Path) -> Path:
    """Where the task finds files by relative paths: the folder of the DAG's file.

    In the project itself if it is on this machine, for data files are not in the bundle; else in
    `folder`, that of the source.
    """
    inside = PurePosixPath(order.run.dag_file).parent
    root = order.source.root if isinstance(order.source, SourceBundle) else None
    if root is not None and (Path(root) / inside).is_dir():
        return Path(root) / inside
    return folder / inside


def find_operator(order: TaskOrder, folder: Path) -> BaseOperator:
    """The operator of the order's task. Raises DefinitionError, NotFoundError.

    And whatever unpickling raises.
    """
    source = order.source
    task_id = order.task.task_id
    if isinstance(source, LiveSource):
        return loading.live_dag(source.token).get_task(task_id)
    if isinstance(source, PickledSource):
        return _pickled(source.digest, source.operators)[task_id]
    return loading.load_operator(folder, order.run.dag_file, order.run.dag_id, task_id)


# A bounded few, for a worker that runs many tasks of one DAG in its threads.
@lru_cache(maxsize=16)
def _pickled(digest: str, operators: bytes) -> dict[str, BaseOperator]:  # noqa: ARG001 - the key
    return cast("dict[str, BaseOperator]", cloudpickle.loads(operators))


def pickled_callbacks(source: PickledSource) -> Mapping[str, object]:
    """The callbacks of the whole DAG, which travel with its operators under no task's name."""
    found = cast("dict[str, object]", _pickled(source.digest, source.operators))
    return cast("Mapping[str, object]", found.get(OF_THE_DAG) or {})
