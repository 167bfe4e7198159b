"""Makes a Dask cluster larger or smaller, from the process that has it as an object."""

from __future__ import annotations

from typing import Protocol

from nbflow.executors.base import Size


class Adaptable(Protocol):
    """What Dask's cluster classes have in common, as far as it matters here."""

    def adapt(self, *, minimum: int = ..., maximum: int = ...) -> object: ...


class Scaler:
    """Resizes `cluster`; `size` is what was asked for last."""

    def __init__(self, cluster: Adaptable, size: Size | None = None) -> None:
        self._cluster = cluster
        self.size = size

    def resize(self, size: Size) -> None:
        """Begin to. May take as long as whoever runs the cluster takes to answer.

        Never by `scale` of the cluster: that takes workers away while tasks run on them, and dead
        ones are not replaced. What adapts asks our plugin who is idle.
        """
        self.size = size
        self._cluster.adapt(minimum=size.minimum, maximum=size.maximum)
