"""`DAG`, as a person writes it, and `@dag`. What is read out of it and checked is in `spec.py`;
running and drawing belong to others.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from os import PathLike
from re import Pattern
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, overload

from nbflow.authoring import displays, spec, without_effect
from nbflow.authoring.arguments import Callbacks, Duration, without_unknown
from nbflow.authoring.callbacks import OF_A_DAG
from nbflow.authoring.deadlines import DeadlineAlert, deadline_callbacks
from nbflow.authoring.definition import DagDefinition
from nbflow.authoring.fields import DAG_SETTINGS
from nbflow.authoring.links import close_scope, open_scope
from nbflow.authoring.origin import caller
from nbflow.authoring.params import REQUIRED, Param
from nbflow.authoring.references import ParamReference
from nbflow.authoring.template_files import TemplateSettings
from nbflow.core.dag import Dag, Overlap
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.json import Json

if TYPE_CHECKING:
    from typing_extensions import Self

    from nbflow.core.assets import AssetExpression
    from nbflow.core.timetables import Timetable

    Schedule: TypeAlias = (
        str
        | timedelta
        | Timetable
        | AssetExpression
        | Sequence[str]
        | Sequence[AssetExpression]
        | Mapping[str, Json]
        | None
    )

Arguments = ParamSpec("Arguments")


class DAG(DagDefinition):
    """A DAG. Tasks made inside its with-block belong to it.

    >>> with DAG("daily_sales", schedule="0 6 * * *", timezone="Europe/Paris") as dag: ...
    NotebookOperator(task_id="report", notebook="report.ipynb")

    `schedule`: a cron expression or a list of them, a preset (`@daily`), `@once`, `@continuous`, a
    timedelta, a timetable, assets (`a & b`, `a | b`, a list for all of them), or None for runs by
    hand only. `timezone`: an IANA name, by default that of `start_date`, else UTC; cron and dates
    without a zone are read in it. Dates are datetimes, dates or ISO text. `catchup` False makes up
    for the latest missed run only, True for all, a number for that many. `overlap` says what
    becomes of a run that is due while `max_active_runs` are active: it waits (queue; they are 16
    then by default), is passed over (skip), or takes the place of the oldest (cancel_running; 1 by
    default for these two). `max_active_tasks` limits the active tasks of each run,
    `max_active_tasks_per_dag` those of all runs together. `dagrun_timeout` is a timedelta or
    seconds; a `deadline` only tells that a run is late. With `fail_fast` the first task that fails
    ends the run: what runs is cancelled, what waits never runs, teardowns still do. After
    `max_consecutive_failed_dag_runs` (0 or None: never) the DAG is paused. `default_args` are
    arguments for every task that takes them. `dag_display_name` is shown on screens in place of the
    id. `secrets` names variables and connections (`var.x`, `conn.y`) that tasks read besides those
    they mention. With `cache` the results of all its tasks are kept and used again (see
    TaskOptions).
    `orientation` is there for Airflow's files and has no effect. Problems are not raised here but
    reported all at once by `problems()` and `to_core()`, save for the name of an argument
    that does not exist.
    """

    def __init__(
        self,
        dag_id: str,
        *,
        schedule: Schedule = None,
        timezone: str | None = None,
        start_date: datetime | date | str | None = None,
        end_date: datetime | date | str | None = None,
        catchup: bool | int = False,
        params: Mapping[str, object] | None = None,
        default_args: Mapping[str, object] | None = None,
        tags: Iterable[str] | None = None,
        description: str | None = None,
        doc_md: str | None = None,
        dag_display_name: str | None = None,
        max_active_runs: int | None = None,
        max_active_tasks: int | None = None,
        max_active_tasks_per_dag: int | None = None,
        dagrun_timeout: Duration | None = None,
        fail_fast: bool = False,
        max_consecutive_failed_dag_runs: int | None = None,
        owner: str | None = None,
        overlap: Overlap = "queue",
        is_paused_upon_creation: bool | None = None,
        notify: object = None,
        deadline: DeadlineAlert | Sequence[DeadlineAlert] | None = None,
        on_success_callback: Callbacks = None,
        on_failure_callback: Callbacks = None,
        secrets: Iterable[str] | None = None,
        cache: bool | None = None,
        user_defined_macros: Mapping[str, object] | None = None,
        user_defined_filters: Mapping[str, Callable[..., object]] | None = None,
        template_searchpath: str | PathLike[str] | Iterable[str | PathLike[str]] | None = None,
        render_template_as_native_obj: bool = False,
        orientation: str = "LR",
        **unknown: object,
    ) -> None:
        origin = caller()
        known = ("dag_id", *DAG_SETTINGS, *OF_A_DAG, *without_effect.OF_DAGS)
        settings = {
            **without_unknown("DAG", unknown, known, origin),
            "schedule": schedule,
            "timezone": timezone,
            "start_date": start_date,
            "end_date": end_date,
            "catchup": catchup,
            "params": params,
            "tags": tags,
            "description": description,
            "doc_md": doc_md,
            "dag_display_name": dag_display_name,
            "max_active_runs": max_active_runs,
            "max_active_tasks": max_active_tasks,
            "max_active_tasks_per_dag": max_active_tasks_per_dag,
            "dagrun_timeout": dagrun_timeout,
            "fail_fast": fail_fast,
            "max_consecutive_failed_dag_runs": max_consecutive_failed_dag_runs,
            "owner": owner,
            "overlap": overlap,
            "is_paused_upon_creation": is_paused_upon_creation,
            "secrets": secrets,
            "cache": cache,
            "notify": notify,
            "deadline": deadline,
        }
        super().__init__(dag_id, settings, default_args or {}, origin)
        self.templates = TemplateSettings.of(
            user_defined_macros,
            user_defined_filters,
            template_searchpath,
            native=render_template_as_native_obj,
        )
        self.callbacks = {
            "on_success_callback": on_success_callback,
            "on_failure_callback": on_failure_callback,
            "deadline": deadline_callbacks(deadline) or None,
        }

    def __enter__(self) -> Self:
        open_scope(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        close_scope()

    def __repr__(self) -> str:
        return f"<DAG {self.dag_id}: {len(self.tasks)} tasks>"

    def problems(self) -> list[Problem]:
        """Everything that is wrong with the DAG, each with its place and what to do about it."""
        return spec.build(self)[1]

    def to_core(self) -> Dag:
        """The DAG as data. Raises DefinitionError with all problems if it has an error."""
        built, problems = spec.build(self)
        if built is None:
            raise DefinitionError(problems)
        return built

    # `Any` in these three: what they return belongs to the rooms behind `displays`.
    def run(self, params: Mapping[str, Json] | None = None, **options: object) -> Any:  # noqa: ANN401
        """Run the DAG now, to its end, in a private store; gives the result. Options are those of
        `nbflow.testing.run_dag`.
        """
        return displays.find("run")(self, params=params, **options)

    def test(
        self,
        *,
        params: Mapping[str, Json] | None = None,
        logical_date: date | str | None = None,
        run_conf: Mapping[str, Json] | None = None,
        mark_success_pattern: str | Pattern[str] | None = None,
        use_executor: bool = False,
        **options: object,
    ) -> Any:  # noqa: ANN401
        """Run the DAG in this process, one task at a time, so that a debugger works in task code;
        print what became of every task, and give the result.

        `run_conf` is Airflow's word for `params`. Tasks whose id begins with what
        `mark_success_pattern` matches succeed without being run. With `use_executor` tasks run
        where the settings of the project say, and not in this process.
        """
        return displays.find("test")(
            self,
            params={**(params or {}), **(run_conf or {})},
            logical_date=logical_date,
            mark_success_pattern=mark_success_pattern,
            use_executor=use_executor,
            **options,
        )

    def view(self, **options: object) -> Any:  # noqa: ANN401
        """A live view of the DAG for the notebook."""
        return displays.find("view")(self, **options)

    # `Any`: a `Dashboard`, which this room does not know.
    def dashboard(self) -> Any:  # noqa: ANN401
        """The DAG with its runs, their params, graph and logs, for the notebook; it has to be one
        that the project's scheduler has read.
        """
        return displays.find("dashboard")(self)

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
    ) -> dict[str, str]:
        """The graph as SVG, HTML and text; as text what is wrong with it, if something is."""
        # Only a notebook draws; a worker or a parser that loads a DAG file need not import the
        # layout.
        from nbflow import picture  # noqa: PLC0415

        built, problems = spec.build(self)
        if built is None:
            return {"text/plain": "\n".join([repr(self), *map(str, problems)])}
        return picture.bundle(built)


@overload
def dag(function: Callable[Arguments, object], /) -> Callable[Arguments, DAG]: ...
@overload
def dag(
    function: None = None,
    /,
    **options: Any,  # noqa: ANN401
) -> Callable[[Callable[Arguments, object]], Callable[Arguments, DAG]]: ...
# `Any`: what `DAG` takes, which it refuses itself if it is wrong.
def dag(
    function: Callable[..., object] | None = None,
    /,
    **options: Any,
) -> Callable[..., object]:
    """Make a function that writes tasks into one that gives a DAG of that name; used with or
    without options of DAG.

    >>> @dag(schedule="@daily")
    ... def sales(region="EU"):
    ...     report(region)
    >>> sales()

    The function's arguments become params of the DAG, what it is called with their defaults;
    inside, each stands for the run's value.
    """
    if function is None:
        return functools.partial(dag, **options)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def make(*args: object, **kwargs: object) -> DAG:
        bound = signature.bind_partial(*args, **kwargs)
        bound.apply_defaults()
        defaults = {name: bound.arguments.get(name, REQUIRED) for name in signature.parameters}
        given = options.get("params") or {}
        settings = {"dag_id": function.__name__, "doc_md": inspect.getdoc(function), **options}
        settings["params"] = {**given, **{n: _param(d) for n, d in defaults.items()}}
        with DAG(**settings) as made:
            function(**{name: ParamReference(name) for name in signature.parameters})
        return made

    return make


def _param(default: object) -> Param:
    return default if isinstance(default, Param) else Param(default)
