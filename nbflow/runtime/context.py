"""What templates and user code may know about their attempt, under Airflow's names; and rendering.

Built from the order alone, so that a worker needs nothing else. Values are loaded when asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import pendulum

from nbflow.authoring.asset_events import AssetEvents, OutletEvents
from nbflow.authoring.secrets import NOT_GIVEN, Connection, Variable
from nbflow.core.assets import leaf_from_json
from nbflow.core.errors import NbflowError
from nbflow.core.json import Json
from nbflow.core.orders import (
    RETURN_VALUE,
    LiveSource,
    Outcome,
    PreviousRun,
    RunInfo,
    TaskOrder,
    ValueRef,
)
from nbflow.core.secrets import SecretNotThere
from nbflow.runtime import macros
from nbflow.runtime.elsewhere import Elsewhere
from nbflow.runtime.mapped import ELEMENT_MARK, Elements, MappedValues, argument
from nbflow.runtime.templates import TemplateProblem, ValueNotThere, current_templates
from nbflow.runtime.values import LIMIT_VARIABLE, load_value

__all__ = ["TemplateProblem", "ValueNotThere"]

VALUE_MARK, PARAM_MARK, LITERAL_MARK = "$value", "$param", "$literal"
MAP_NAME_CHARACTERS = 250


@dataclass(frozen=True)
class DagView:
    """The DAG as user code sees it (`dag` in templates)."""

    dag_id: str
    file: str = ""


class RunView:
    """The DAG run as user code sees it (`run` and `dag_run`). All times are pendulum's, in UTC.

    A run that was started by hand without a logical date has the moment it was due as its own.
    """

    def __init__(self, run: RunInfo) -> None:
        self.dag_id = run.dag_id
        self.run_id = run.run_id
        self.run_type = run.run_type
        self.run_after = self.due_at = _moment(run.run_after)
        self.logical_date = _moment(run.logical_date or run.run_after)
        self.data_interval_start = _moment(run.data_interval_start or self.logical_date)
        self.data_interval_end = _moment(run.data_interval_end or self.logical_date)
        self.conf = deepcopy(dict(run.params))


class ParamsDict(dict[str, Json]):
    """The params of a run, by name (`params`)."""

    def __missing__(self, name: str) -> Json:
        known = ", ".join(sorted(self)) or "none"
        raise KeyError(f"The run has no param {name!r}, only {known}. Declare it on the DAG.")

    def dump(self) -> dict[str, Json]:
        """The values as a plain dict."""
        return dict(self)


class TaskInstanceView:
    """The task instance as user code sees it (`ti`): who it is, what it may read, what it adds."""

    def __init__(self, order: TaskOrder) -> None:
        self._order = order
        self.dag_id = order.run.dag_id
        self.run_id = order.run.run_id
        self.task_id = order.task.task_id
        self.map_index = order.map_index
        self.try_number = order.try_number
        self.attempt_id = order.attempt_id
        self.pushed: dict[str, object] = {}

    def xcom_pull(
        self,
        task_ids: str | Sequence[str] | None = None,
        dag_id: str | None = None,
        key: str = RETURN_VALUE,
        include_prior_dates: bool = False,
        *,
        map_indexes: int | Iterable[int] | None = None,
        default: object = None,
        run_id: str | None = None,
    ) -> object:
        """The value `key` of an upstream task, or of each in a list; `default` where it made none.

        Of a mapped task the list of the values of all instances, of those in `map_indexes`, or the
        value of that one. Without `task_ids`, of what this task reads.

        `dag_id` and `run_id` take another run, of the same id where only the DAG is given; with
        `include_prior_dates` what this run has not, the newest run up to its date may have. There
        no `task_ids` means this task. Raises ValueNotThere for what the order does not carry.
        """
        where = Elsewhere(
            self._order, dag_id or self.dag_id, run_id or self.run_id, include_prior_dates
        )
        if not where.is_own_run:
            names = self.task_id if task_ids is None else task_ids
            if isinstance(names, str):
                return self._pull_elsewhere(where, names, key, map_indexes, default)
            return [self._pull_elsewhere(where, t, key, map_indexes, default) for t in names]
        if isinstance(task_ids, str):
            if map_indexes is not None:
                return _of_instances(self._order, task_ids, key, map_indexes, default)
            return self._pull(task_ids, key, default)
        if task_ids is not None:
            return [self._pull(task_id, key, default) for task_id in task_ids]
        read = self._order.task.reads
        if len(read) == 1:
            return self._pull(read[0], key, default)
        return [self._pull(task_id, key, default) for task_id in read]

    def _pull_elsewhere(
        self,
        where: Elsewhere,
        task_id: str,
        key: str,
        map_indexes: int | Iterable[int] | None,
        default: object,
    ) -> object:
        in_run = task_id in {*self._order.values, *self._order.mapped_values}
        if where.prior and where.dag_id == self.dag_id and in_run:
            # An object of its own tells nothing handed on from None handed on.
            own = self.xcom_pull(task_id, key=key, map_indexes=map_indexes, default=where)
            if own is not where:
                return own
        found = where.pull(task_id, key, map_indexes)
        return default if found is None else found[0]

    def xcom_push(self, key: str, value: object) -> None:
        """Hand on `value` under `key`, besides what the task returns."""
        self.pushed[key] = value

    def _pull(self, task_id: str, key: str, default: object) -> object:
        found = _find(self._order, task_id, key)
        return default if found is None else found[0]


class VariablesView:
    """`var.value` and `var.json` in templates: variables by name, as text or as JSON."""

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json

    def get(self, key: str, default: object = NOT_GIVEN) -> object:
        return Variable.get(key, default, deserialize_json=self._as_json)

    def __getattr__(self, key: str) -> object:
        return self[key]

    def __getitem__(self, key: str) -> object:
        if key.startswith("__"):  # Python and jinja look for these in any object
            raise AttributeError(key)
        return self.get(key)


class ConnectionsView:
    """`conn` in templates: connections by id."""

    def get(self, conn_id: str, default: object = NOT_GIVEN) -> object:
        try:
            return Connection.get(conn_id)
        except SecretNotThere:
            if default is NOT_GIVEN:
                raise
            return default

    def __getattr__(self, conn_id: str) -> object:
        return self[conn_id]

    def __getitem__(self, conn_id: str) -> object:
        if conn_id.startswith("__"):
            raise AttributeError(conn_id)
        return self.get(conn_id)


def upstream_value(order: TaskOrder, task_id: str, key: str = RETURN_VALUE) -> object:
    """The value `key` of the upstream task `task_id`. None where that returned nothing.

    A key that was not handed on by name is looked up in a returned dict.
    Raises ValueNotThere, ValueNotReadable.
    """
    found = _find(order, task_id, key)
    if found is not None:
        return found[0]
    if key == RETURN_VALUE:
        return None
    there = ", ".join(sorted(order.values.get(task_id, ()))) or "nothing"
    raise ValueNotThere(
        f"Task {task_id!r} handed on no value {key!r} (it handed on {there}): "
        f"return or output {key!r} there, or ask for another key."
    )


def param_value(order: TaskOrder, name: str) -> Json:
    """The value of the param `name` in this run. Raises ValueNotThere."""
    if name in order.run.params:
        return deepcopy(order.run.params[name])
    known = ", ".join(sorted(order.run.params)) or "none"
    raise ValueNotThere(f"The run has no param {name!r} (it has {known}): declare it on the DAG.")


def template_context(order: TaskOrder) -> dict[str, object]:
    """The names that templates and `get_current_context()` offer, as Airflow calls them."""
    run = RunView(order.run)
    ti = TaskInstanceView(order)
    logical_date = run.logical_date
    dates = macros.dates(logical_date)
    key = (order.run.dag_id, order.task.task_id, dates["ds_nodash"])
    context: dict[str, object] = {
        "dag": DagView(order.run.dag_id, order.run.dag_file),
        "dag_run": run,
        "run": run,
        "run_id": run.run_id,
        "params": ParamsDict(deepcopy(dict(order.run.params))),
        "task": order.task,
        "ti": ti,
        "task_instance": ti,
        "try_number": order.try_number,
        "map_index": order.map_index,
        "logical_date": logical_date,
        "data_interval_start": run.data_interval_start,
        "data_interval_end": run.data_interval_end,
        **dates,
        "macros": macros.MACROS,
        "var": {"value": VariablesView(), "json": VariablesView(as_json=True)},
        "conn": ConnectionsView(),
        "test_mode": isinstance(order.source, LiveSource),
        "map_index_template": order.task.map_index_template or None,
        "expanded_ti_count": order.instances,
        "task_instance_key_str": "__".join(key),
        "templates_dict": None,
        **_previous(order),
        **asset_context(order),
    }
    context["mapped"] = Elements(order, lambda v, name: _rendered(v, order, context, name))
    return context


def _previous(order: TaskOrder) -> dict[str, object]:
    """The last run before this one that succeeded; None where there was none."""
    previous = order.run.previous or PreviousRun()
    return {
        "prev_data_interval_start_success": _moment_or_none(previous.data_interval_start),
        "prev_data_interval_end_success": _moment_or_none(previous.data_interval_end),
        "prev_start_date_success": _moment_or_none(previous.started_at),
        "prev_end_date_success": _moment_or_none(previous.ended_at),
    }


@lru_cache(maxsize=64)  # the tasks of a run share its moments
def _moment(moment: datetime) -> pendulum.DateTime:
    """The moment with the methods that Airflow's files call, such as `.subtract(days=1)`."""
    return pendulum.instance(moment)


def _moment_or_none(moment: datetime | None) -> pendulum.DateTime | None:
    return None if moment is None else _moment(moment)


def asset_context(order: TaskOrder) -> dict[str, object]:
    """What a task may ask, and say, about assets."""
    inlets = [leaf_from_json(inlet) for inlet in order.task.inlets]
    outlets = [leaf_from_json(outlet) for outlet in order.task.outlets]
    return {
        "inlets": inlets,
        "outlets": outlets,
        "inlet_events": AssetEvents(order.inlet_events, inlets),
        "outlet_events": OutletEvents(outlets),
        "triggering_asset_events": AssetEvents(order.run.triggering_asset_events),
    }


def attempt_environment(order: TaskOrder) -> dict[str, str]:
    """The NBFLOW_* variables that tell a process which attempt it is."""
    run = RunView(order.run)
    return {
        "NBFLOW_DAG_ID": run.dag_id,
        "NBFLOW_RUN_ID": run.run_id,
        "NBFLOW_RUN_TYPE": run.run_type,
        "NBFLOW_TASK_ID": order.task.task_id,
        "NBFLOW_MAP_INDEX": str(order.map_index),
        "NBFLOW_TRY_NUMBER": str(order.try_number),
        "NBFLOW_ATTEMPT_ID": order.attempt_id,
        "NBFLOW_LOGICAL_DATE": macros.ts(run.logical_date),
        "NBFLOW_DATA_INTERVAL_START": macros.ts(run.data_interval_start),
        "NBFLOW_DATA_INTERVAL_END": macros.ts(run.data_interval_end),
        LIMIT_VARIABLE: str(order.max_value_size),
    }


def render(payload: Json, order: TaskOrder, context: Mapping[str, object] | None = None) -> object:
    """`payload` with templates rendered, `{"$value": [task_id, key]}` made the value itself.

    `{"$param": name}` becomes the value of that param, `{"$literal": value}` that value as it is.

    Raises TemplateProblem, ValueNotThere, ValueNotReadable.
    """
    return _rendered(payload, order, context or template_context(order), "")


def render_text(field: str, text: str, context: Mapping[str, object]) -> object:
    """One rendered template; `field` names it in the TemplateProblem raised if it cannot be."""
    return current_templates().render(field, text, context)


def named(outcome: Outcome, order: TaskOrder, context: Mapping[str, object]) -> Outcome:
    """The outcome with the name that the task's map_index_template makes, after the task: it may
    have added to the context what the template shows. One that cannot be rendered names nothing.
    """
    template = order.task.map_index_template
    if not template or order.map_index < 0:
        return outcome
    try:
        name = str(render_text("map_index_template", template, context))
    except NbflowError as error:
        print(f"This instance gets no name: {error}", file=sys.stderr)  # noqa: T201 - the task's log
        return outcome
    return replace(outcome, map_name=name[:MAP_NAME_CHARACTERS])


def _rendered(
    payload: object, order: TaskOrder, context: Mapping[str, object], field: str
) -> object:
    if isinstance(payload, str):
        return render_text(field or "payload", payload, context)
    if isinstance(payload, Mapping):
        if set(payload) == {VALUE_MARK}:
            task_id, key = payload[VALUE_MARK]
            found = upstream_value(order, task_id, key)
            return list(found) if isinstance(found, MappedValues) else found
        if ELEMENT_MARK in payload:
            return argument(order, payload, lambda v, name: _rendered(v, order, context, name))
        if set(payload) == {PARAM_MARK}:
            return param_value(order, payload[PARAM_MARK])
        if set(payload) == {LITERAL_MARK}:
            return payload[LITERAL_MARK]
        inside = f"{field}." if field else ""
        return {k: _rendered(v, order, context, f"{inside}{k}") for k, v in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [_rendered(v, order, context, f"{field}[{i}]") for i, v in enumerate(payload)]
    return payload


def _find(order: TaskOrder, task_id: str, key: str) -> tuple[object] | None:
    """The value in a tuple of one, or None if there is none: the value itself may be None."""
    if task_id in order.mapped_values:
        return (MappedValues(list(_refs_of(order, task_id, key).values())),)
    values = order.values.get(task_id)
    if values is None:
        if task_id in order.task.reads:
            return None
        raise ValueNotThere(
            f"Task {order.task.task_id!r} asks for a value of {task_id!r} "
            "and is not known to read any: "
            "pass the output of that task as an argument, or set it upstream."
        )
    if key in values:
        return (load_value(values[key]),)
    returned = values.get(RETURN_VALUE)
    if returned is not None and key != RETURN_VALUE:
        mapping = load_value(returned)
        if isinstance(mapping, dict) and key in mapping:
            return (mapping[key],)
    return None


def _refs_of(order: TaskOrder, task_id: str, key: str) -> dict[int, ValueRef]:
    """The values of that name of all instances of a mapped task, by map index."""
    found: dict[int, ValueRef] = {}
    for index, values in order.mapped_values.get(task_id, ()):
        returned = values.get(RETURN_VALUE)
        if key in values:
            found[index] = values[key]
        elif returned is not None and isinstance(returned.json, Mapping) and key in returned.json:
            found[index] = ValueRef("json", returned.json[key])
    return found


def _of_instances(
    order: TaskOrder, task_id: str, key: str, wanted: int | Iterable[int], default: object
) -> object:
    refs = _refs_of(order, task_id, key)
    if isinstance(wanted, int):
        if wanted < 0 and task_id in order.values:
            return upstream_value(order, task_id, key)
        return load_value(refs[wanted]) if wanted in refs else default
    return [load_value(refs[index]) for index in wanted if index in refs]
