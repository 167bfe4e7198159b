"""DAGs as people write them: with-blocks, the algebra of `>>`, default_args, `@dag`, displays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow import (
    DAG,
    EmptyOperator,
    Param,
    TriggerRule,
    XComArg,
    chain,
    cross_downstream,
    dag,
    task,
)
from nbflow.authoring import displays
from nbflow.authoring.operators import BaseOperator
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError

Op = BaseOperator
Edges = set[tuple[str, str]]


def edges_of(dag: DAG) -> Edges:
    return {(edge.upstream, edge.downstream) for edge in dag.to_core().edges}


def pairs(text: str) -> Edges:
    """`"ab ac"` for the edges a -> b and a -> c."""
    return {(pair[0], pair[1]) for pair in text.split()}


# --- belonging ------------------------------------------------------------------------------------


def test_a_task_made_inside_the_with_block_belongs_to_the_dag() -> None:
    with DAG("d") as made:
        inside = EmptyOperator(task_id="inside")
    outside = EmptyOperator(task_id="outside")
    assert (inside.dag, outside.dag) == (made, None)
    assert made.task_ids == ["inside"]


def test_of_nested_with_blocks_the_inner_one_takes_the_task() -> None:
    with DAG("outer") as outer:
        EmptyOperator(task_id="a")
        with DAG("inner") as inner:
            EmptyOperator(task_id="b")
        EmptyOperator(task_id="c")
    assert (outer.task_ids, inner.task_ids) == (["a", "c"], ["b"])


def test_an_exception_inside_the_with_block_closes_it() -> None:
    with pytest.raises(ZeroDivisionError), DAG("broken"):
        _ = 1 / 0
    assert EmptyOperator(task_id="later").dag is None


def test_a_task_can_name_its_dag_instead() -> None:
    made = DAG("d")
    EmptyOperator(task_id="a", dag=made) >> EmptyOperator(task_id="b", dag=made)
    assert edges_of(made) == pairs("ab")


def test_a_task_of_no_dag_joins_the_dag_of_the_task_it_is_linked_to() -> None:
    loose = EmptyOperator(task_id="b")
    with DAG("d") as made:
        EmptyOperator(task_id="a") >> loose
    assert loose.dag is made
    assert edges_of(made) == pairs("ab")


def test_roots_and_leaves_are_the_ends_of_the_graph() -> None:
    with DAG("d") as made:
        chain(*[EmptyOperator(task_id=name) for name in "abc"])
    assert [t.task_id for t in made.roots] == ["a"]
    assert [t.task_id for t in made.leaves] == ["c"]


def test_asking_for_a_task_that_is_not_there_names_those_that_are() -> None:
    with DAG("d") as made:
        EmptyOperator(task_id="load")
    with pytest.raises(KeyError, match="'d' has no task 'lod'; it has \\['load'\\]"):
        made.get_task("lod")


# --- the algebra ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Algebra:
    name: str
    write: Callable[[Op, Op, Op, Op], object]
    edges: str


ALGEBRA = [
    Algebra("right", lambda a, b, c, d: a >> b, "ab"),
    Algebra("left", lambda a, b, c, d: a << b, "ba"),
    Algebra("a row", lambda a, b, c, d: a >> b >> c >> d, "ab bc cd"),
    Algebra("a row backwards", lambda a, b, c, d: a << b << c << d, "ba cb dc"),
    Algebra("both ways", lambda a, b, c, d: a >> b << c, "ab cb"),
    Algebra("into a list", lambda a, b, c, d: a >> [b, c], "ab ac"),
    Algebra("out of a list", lambda a, b, c, d: [a, b] >> c, "ac bc"),
    Algebra("back into a list", lambda a, b, c, d: a << [b, c], "ba ca"),
    Algebra("list on the left of <<", lambda a, b, c, d: [a, b] << c, "ca cb"),
    Algebra("through a list", lambda a, b, c, d: a >> [b, c] >> d, "ab ac bd cd"),
    Algebra("nested lists", lambda a, b, c, d: a >> [b, [c, d]], "ab ac ad"),
    Algebra("a tuple", lambda a, b, c, d: a >> (b, c), "ab ac"),
    Algebra("an empty list", lambda a, b, c, d: a >> [], ""),
    Algebra("said twice", lambda a, b, c, d: (a >> b, a >> b), "ab"),
    Algebra("set_downstream", lambda a, b, c, d: a.set_downstream([b, c]), "ab ac"),
    Algebra("set_upstream", lambda a, b, c, d: a.set_upstream([b, c]), "ba ca"),
    Algebra("an output", lambda a, b, c, d: a.output >> b.output["key"] >> c, "ab bc"),
    Algebra("outputs in a list", lambda a, b, c, d: [a.output, b] >> c.output, "ac bc"),
    Algebra("chain", chain, "ab bc cd"),
    Algebra("chain with a list", lambda a, b, c, d: chain(a, [b, c], d), "ab ac bd cd"),
    Algebra("chain of lists", lambda a, b, c, d: chain([a, b], [c, d]), "ac bd"),
    Algebra("cross", lambda a, b, c, d: cross_downstream([a, b], [c, d]), "ac ad bc bd"),
]


@pytest.mark.parametrize("case", ALGEBRA, ids=lambda case: case.name)
def test_the_algebra_of_dependencies(case: Algebra) -> None:
    with DAG("d") as made:
        case.write(*[EmptyOperator(task_id=name) for name in "abcd"])
    assert edges_of(made) == pairs(case.edges)


def test_chain_refuses_lists_of_different_lengths() -> None:
    with DAG("d"):
        a, b, c = (EmptyOperator(task_id=name) for name in "abc")
        with pytest.raises(ValueError, match="lists of 2 and 1 tasks"):
            chain([a, b], [c])


@pytest.mark.parametrize("nothing", [None, "b", 7, {"b": 1}], ids=repr)
def test_what_is_no_task_cannot_be_linked(nothing: object) -> None:
    with DAG("d"), pytest.raises(TypeError, match="is no task"):
        EmptyOperator(task_id="a") >> nothing


# --- arguments ------------------------------------------------------------------------------------


def test_default_args_reach_every_task_that_takes_them_and_give_way_to_its_own() -> None:
    with DAG("d", default_args={"retries": 2, "bash_command": "true"}) as made:
        EmptyOperator(task_id="a")
        EmptyOperator(task_id="b", retries=0)
    assert [t.retry.retries for t in made.to_core().tasks] == [2, 0]


def test_dates_and_owner_in_default_args_are_the_dags_as_in_airflow() -> None:
    made = DAG("d", default_args={"start_date": "2026-01-01", "owner": "ana"}).to_core()
    assert made.start_date is not None
    assert (made.start_date.year, made.owner) == (2026, "ana")


def test_an_unknown_argument_of_a_dag_is_refused_with_the_closest_name() -> None:
    with pytest.raises(DefinitionError) as caught:
        DAG("d", shedule="@daily")
    (problem,) = caught.value.problems
    assert problem.message == "DAG takes no argument 'shedule'."
    assert "'schedule'" in problem.fix
    assert problem.file == __file__
    assert isinstance(caught.value, TypeError)


# --- @dag -----------------------------------------------------------------------------------------


def test_a_function_under_dag_gives_a_dag_of_its_name() -> None:
    @dag
    def sales() -> None:
        """What was sold."""
        EmptyOperator(task_id="a")

    made = sales().to_core()
    assert (made.dag_id, made.doc, len(made.tasks)) == ("sales", "What was sold.", 1)


def test_arguments_of_a_function_under_dag_become_params() -> None:
    @dag(schedule="@daily", params={"limit": 10})
    def sales(region: object = Param("EU", enum=["EU", "US"])) -> None:
        EmptyOperator(task_id="a")

    assert sales().to_core().params == {
        "limit": {"default": 10, "schema": {}},
        "region": {"default": "EU", "schema": {"enum": ["EU", "US"]}},
    }


def test_what_a_function_under_dag_is_called_with_is_the_default() -> None:
    @dag
    def sales(region: str) -> None:
        EmptyOperator(task_id="a")

    assert sales("US").to_core().params == {"region": {"default": "US", "schema": {}}}
    assert sales().to_core().params == {"region": {"schema": {}}}  # type: ignore[call-arg]


# --- displays -------------------------------------------------------------------------------------


@pytest.fixture
def display_registry() -> Iterator[None]:
    before = dict(displays._registered)
    yield
    displays._registered.clear()
    displays._registered.update(before)


@pytest.mark.usefixtures("display_registry")
def test_run_test_and_view_call_what_is_registered_with_the_dag_and_the_options() -> None:
    for name in ("run", "test", "view"):
        displays.register(name, lambda dag, name=name, **options: (name, dag, options))
    made = DAG("d")
    assert made.view(height=200) == ("view", made, {"height": 200})
    assert made.run({"n": 1}) == ("run", made, {"params": {"n": 1}})
    name, dag, options = made.test(run_conf={"n": 2}, mark_success_pattern="wait")
    assert (name, dag, options["params"]) == ("test", made, {"n": 2})
    assert options["mark_success_pattern"] == "wait"


def test_a_dag_displays_as_svg_and_as_text() -> None:
    with DAG("d") as made:
        EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")
    shown = made._repr_mimebundle_()
    assert shown["image/svg+xml"].lstrip().startswith("<svg")
    assert "first" in shown["text/plain"]


def test_a_broken_dag_displays_its_problems() -> None:
    with DAG("d") as made:
        EmptyOperator(task_id="a", retries=-1)
    assert "retries is -1" in made._repr_mimebundle_()["text/plain"]


# --- the spec survives its JSON -------------------------------------------------------------------

NAMES = st.text("abcxyz_09", min_size=1, max_size=8)
DURATIONS = st.one_of(
    st.integers(0, 10**6), st.floats(0, 10**6), st.integers(0, 10**4).map(lambda n: timedelta(0, n))
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "trigger_rule": st.sampled_from([*TriggerRule, *map(str, TriggerRule)]),
        "retries": st.integers(0, 10),
        "retry_delay": DURATIONS,
        "retry_exponential_backoff": st.one_of(st.booleans(), st.floats(1, 5)),
        "max_retry_delay": DURATIONS,
        "execution_timeout": st.one_of(st.none(), DURATIONS),
        "pool": NAMES,
        "pool_slots": st.integers(1, 9),
        "priority_weight": st.integers(0, 99),
        "queue": st.one_of(st.none(), NAMES),
        "resources": st.dictionaries(NAMES, st.floats(0, 8), max_size=2),
        "isolation": st.sampled_from(["process", "thread"]),
        "doc_md": st.text(max_size=20),
    },
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "schedule": st.sampled_from([None, "@daily", "0 6 * * 1-5", "@once", timedelta(hours=1)]),
        "timezone": st.sampled_from(["UTC", "Europe/Paris", "Pacific/Chatham"]),
        "start_date": st.datetimes()
        .filter(lambda d: 1 < d.year < 9999)
        .map(lambda d: d.isoformat()),
        "catchup": st.one_of(st.booleans(), st.integers(1, 9)),
        "max_active_runs": st.integers(1, 99),
        "max_active_tasks": st.one_of(st.none(), st.integers(1, 99)),
        "overlap": st.sampled_from(["queue", "skip", "cancel_running"]),
        "dagrun_timeout": DURATIONS,
        "tags": st.one_of(st.lists(NAMES), st.sets(NAMES)),
        "params": st.dictionaries(NAMES, st.one_of(st.integers(), st.text(), st.none())),
        "is_paused_upon_creation": st.booleans(),
    },
)


@given(
    settings=SETTINGS,
    tasks=st.lists(st.tuples(OPTIONS, st.integers(0, 6), st.booleans()), max_size=7),
)
def test_a_spec_read_back_from_its_json_is_the_same(
    settings: dict[str, object], tasks: list[tuple[dict[str, object], int, bool]]
) -> None:
    @task
    def step(*values: object) -> object:
        return values

    made: list[XComArg] = []
    with DAG("d", **settings) as written:  # type: ignore[arg-type]  # whatever hypothesis makes
        for options, back, uses_value in tasks:
            before = made[-back] if 0 < back <= len(made) else None
            called = step.override(**options)(
                *[before] if before is not None and uses_value else []
            )
            if before is not None:
                before >> called
            made.append(called)
    built = written.to_core()
    again = Dag.from_json(json.loads(json.dumps(built.to_json())))
    assert again == built
    assert again.fingerprint() == built.fingerprint() == written.to_core().fingerprint()
