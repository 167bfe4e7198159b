"""`@asset`: a function that makes an asset, as a DAG of one task."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from nbflow.authoring.context import CONTEXT_NAMES
from nbflow.authoring.dag import DAG
from nbflow.authoring.operators import PythonOperator
from nbflow.core.assets import Asset, AssetAlias, AssetLeaf, AssetRef

if TYPE_CHECKING:
    from nbflow.authoring.dag import Schedule

Function = Callable[..., object]


class AssetDefinition(Asset):
    """An asset with the DAG that makes it; usable wherever an asset is."""

    dag: DAG
    function: Function

    def __reduce__(self) -> tuple[Callable[..., Asset], tuple[object, ...]]:
        # A worker needs to know which asset it is, and not what makes it.
        return _plain, (self.name, self.uri, self.group, self.extra)


class AssetDecorator:
    """`@asset(...)`, and `@asset.multi(...)` for a function that makes several.

    >>> @asset(schedule="@daily", uri="s3://lake/orders")
    ... def orders(self, context):
    ...     download(to=self.uri)
    >>> @asset(schedule=orders)
    ... def report(orders, inlet_events):
    ...     print(inlet_events[orders][-1].extra)

    The DAG, the task and the asset bear the function's name. Of its arguments `self` is the asset,
    those of a context are filled in, and any other without a default is another asset of that name,
    an inlet.
    """

    @overload
    def __call__(self, function: Function, /) -> AssetDefinition: ...
    @overload
    def __call__(
        self,
        function: None = None,
        /,
        *,
        name: str | None = None,
        uri: str | None = None,
        group: str = "asset",
        extra: Mapping[str, Any] | None = None,
        schedule: Schedule = None,
        dag_id: str | None = None,
        **options: Any,  # noqa: ANN401 - those of DAG
    ) -> Callable[[Function], AssetDefinition]: ...
    def __call__(
        self,
        function: Function | None = None,
        /,
        *,
        name: str | None = None,
        uri: str | None = None,
        group: str = "asset",
        extra: Mapping[str, Any] | None = None,
        schedule: Schedule = None,
        dag_id: str | None = None,
        **options: Any,
    ) -> AssetDefinition | Callable[[Function], AssetDefinition]:
        """A DAG of one task that makes the asset; `options` are those of DAG."""

        def make(function: Function) -> AssetDefinition:
            called = name or function.__name__
            made = AssetDefinition(called, uri or "", group=group, extra=extra or {})
            given = {"dag_id": dag_id or called, "schedule": schedule, **options}
            dag = _dag(function, [made], {"self": made}, given)
            object.__setattr__(made, "dag", dag)
            object.__setattr__(made, "function", function)
            return made

        return make if function is None else make(function)

    def multi(
        self,
        *,
        outlets: Sequence[Asset | AssetAlias],
        schedule: Schedule = None,
        dag_id: str | None = None,
        **options: Any,  # noqa: ANN401 - those of DAG
    ) -> Callable[[Function], DAG]:
        """A DAG of one task that makes several assets; the function gets none of them as `self`."""

        def make(function: Function) -> DAG:
            given = {"dag_id": dag_id or function.__name__, "schedule": schedule, **options}
            return _dag(function, outlets, {}, given)

        return make


asset = AssetDecorator()


def _plain(name: str, uri: str, group: str, extra: Mapping[str, Any]) -> Asset:  # any JSON
    return Asset(name, uri, group=group, extra=extra)


def _dag(
    function: Function,
    outlets: Sequence[AssetLeaf],
    known: Mapping[str, AssetLeaf],
    options: Mapping[str, Any],  # those of DAG
) -> DAG:
    inlets = {
        name: AssetRef(name)
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in known and name not in CONTEXT_NAMES and _has_to_be_given(parameter)
    }
    named = {name: leaf for name, leaf in known.items() if name in _names(function)}
    settings = {"doc_md": inspect.getdoc(function), **options}
    with DAG(**settings) as dag:
        PythonOperator(
            task_id=function.__name__,
            python_callable=function,
            op_kwargs={**named, **inlets},
            outlets=list(outlets),
            inlets=list(inlets.values()),
        )
    return dag


def _names(function: Function) -> set[str]:
    return set(inspect.signature(function).parameters)


def _has_to_be_given(parameter: inspect.Parameter) -> bool:
    gathers = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return parameter.default is parameter.empty and not gathers
