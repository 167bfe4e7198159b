"""Setup and teardown tasks as a person writes them, and what becomes of them in a run."""

from __future__ import annotations

import pytest

from nbflow import (
    DAG,
    EmptyOperator,
    Fail,
    Skip,
    TaskGroup,
    XComArg,
    setup,
    task,
    task_group,
    teardown,
)
from nbflow.core.errors import DefinitionError
from nbflow.core.trigger_rules import TriggerRule
from nbflow.testing import run_dag


def empty(task_id: str) -> EmptyOperator:
    return EmptyOperator(task_id=task_id)


def edges(dag: DAG) -> set[str]:
    return {f"{edge.upstream}>{edge.downstream}" for edge in dag.to_core().edges}


def roles(dag: DAG) -> dict[str, str]:
    return {task.task_id: task.role for task in dag.to_core().tasks if task.role}


@setup
def create() -> str:
    return "cluster"


@teardown
def delete() -> None: ...


@task
def work() -> None: ...


@task
def breaks() -> None:
    raise Fail("broken")


def test_as_teardown_makes_setups_of_its_setups_and_comes_after_them() -> None:
    with DAG("d") as dag:
        s, w, t = empty("s"), empty("w"), empty("t")
        s >> w >> t.as_teardown(setups=s)
    assert roles(dag) == {"s": "setup", "t": "teardown"}
    assert edges(dag) == {"s>w", "w>t", "s>t"}
    assert dag.to_core().by_id["t"].trigger_rule is TriggerRule.ALL_DONE_SETUP_SUCCESS


def test_decorated_functions_make_setups_and_teardowns() -> None:
    @teardown(on_failure_fail_dagrun=True)
    def strict() -> None: ...

    @setup
    @task(retries=2)
    def patient() -> None: ...

    with DAG("d") as dag:
        create() >> patient() >> work() >> delete() >> strict.override(task_id="last")()
    by_id = dag.to_core().by_id
    assert roles(dag) == {
        "create": "setup",
        "patient": "setup",
        "delete": "teardown",
        "last": "teardown",
    }
    assert by_id["last"].on_failure_fail_dagrun
    assert by_id["patient"].retry.retries == 2


def test_a_teardown_as_context_manager_wraps_what_is_made_inside() -> None:
    with DAG("d") as dag, delete().as_teardown(setups=create()):
        [empty("a"), empty("b")] >> empty("c")
        empty("e")
    assert edges(dag) == {
        *("create>delete", "create>a", "create>b", "create>e"),
        *("a>c", "b>c", "c>delete", "e>delete"),
    }


def test_contexts_can_be_nested_and_take_tasks_made_elsewhere() -> None:
    with DAG("d") as dag:
        elsewhere = empty("elsewhere")
        with create() >> delete() as outer:
            outer.add_task(elsewhere)
            with empty("s").as_setup() >> empty("t").as_teardown():
                empty("w")
    assert {"create>elsewhere", "elsewhere>delete", "s>w", "w>t"} <= edges(dag)
    assert {"create>s", "t>delete"} <= edges(dag)
    assert "create>w" not in edges(dag)


def test_a_setup_alone_is_a_context_manager_too() -> None:
    with DAG("d") as dag, create():
        empty("w")
    assert edges(dag) == {"create>w"}


def test_an_ordinary_task_is_no_context_manager() -> None:
    with DAG("d"), pytest.raises(TypeError, match="neither a setup nor a teardown"), empty("a"):
        pass


def test_teardowns_do_not_count_as_leaves_of_a_group() -> None:
    with DAG("d") as dag:
        with TaskGroup("g") as group:
            s, w, t = empty("s"), empty("w"), empty("t")
            s >> w >> t.as_teardown(setups=s)
        group >> empty("after")
    assert "g.w>after" in edges(dag)
    assert not {"g.t>after", "g.s>after"} & edges(dag)


def test_nobody_waits_for_the_teardowns_of_a_group_strict_ones_included() -> None:
    with DAG("d") as dag:
        with TaskGroup("g") as group:
            w, t = empty("w"), empty("t")
            w >> t.as_teardown(on_failure_fail_dagrun=True)
        group >> empty("after")
    assert "g.w>after" in edges(dag)
    assert "g.t>after" not in edges(dag)


def test_work_right_after_a_setup_cannot_have_a_rule_that_runs_without_it() -> None:
    with DAG("d") as dag:
        empty("s").as_setup() >> EmptyOperator(task_id="w", trigger_rule="all_done")
    with pytest.raises(DefinitionError, match="'w' comes right after the setup 's'"):
        dag.to_core()


def test_a_task_is_not_both() -> None:
    with DAG("d") as dag:
        empty("a").as_setup().as_teardown()
    with pytest.raises(DefinitionError, match="both a setup and a teardown"):
        dag.to_core()


def test_a_teardown_runs_though_the_work_failed_and_the_run_is_judged_by_the_work() -> None:
    with DAG("d") as dag, delete().as_teardown(setups=create()):
        breaks()
    result = run_dag(dag)
    assert result.states == {"create": "success", "breaks": "failed", "delete": "success"}
    assert result.state == "failed"


@pytest.mark.parametrize(("strict", "state"), [(False, "success"), (True, "failed")])
def test_a_failing_teardown_fails_the_run_only_if_it_is_told_to(strict: bool, state: str) -> None:
    with DAG("d") as dag:
        ends: XComArg = breaks().as_teardown(setups=create(), on_failure_fail_dagrun=strict)
        with ends:
            work()
    result = run_dag(dag)
    assert (result.states["breaks"], result.state) == ("failed", state)


@pytest.mark.parametrize(
    ("error", "state"), [(Skip("nothing to do"), "skipped"), (Fail("no"), "upstream_failed")]
)
def test_a_setup_that_did_not_succeed_decides_work_and_teardown(
    error: Exception, state: str
) -> None:
    @setup
    def tries() -> None:
        raise error

    with DAG("d") as dag, delete().as_teardown(setups=tries()):
        work()
    result = run_dag(dag)
    assert (result.states["work"], result.states["delete"]) == (state, state)


def test_a_branch_never_skips_a_teardown() -> None:
    @task.short_circuit
    def stop() -> bool:
        return False

    with DAG("d") as dag, delete().as_teardown(setups=create()):
        stop() >> work()
    states = run_dag(dag).states
    assert (states["work"], states["delete"]) == ("skipped", "success")


def test_a_branch_may_go_on_to_a_group() -> None:
    @task.branch
    def choose() -> str:
        return "g"

    with DAG("d") as dag:
        with TaskGroup("g") as group:
            empty("a") >> empty("b")
        choose() >> [group, empty("other")]
    states = run_dag(dag).states
    assert (states["g.a"], states["g.b"], states["other"]) == ("success", "success", "skipped")


def test_a_task_group_is_no_setup() -> None:
    @task_group
    def several() -> None: ...

    with pytest.raises(TypeError, match="@setup stands over"):
        setup(several)


def test_a_teardown_belongs_to_the_setup_whose_value_it_takes() -> None:
    @teardown
    def remove(cluster: str) -> None:
        assert cluster == "cluster"

    @task
    def use(cluster: str) -> None: ...

    with DAG("d") as dag:
        cluster = create()
        with remove(cluster):
            use(cluster)
            work()
    assert edges(dag) == {
        *("create>remove", "create>use", "create>work"),
        *("use>remove", "work>remove"),
    }
    assert run_dag(dag).states == dict.fromkeys(("create", "use", "work", "remove"), "success")


def test_setups_and_teardowns_inside_a_task_group_function() -> None:
    @task_group
    def section() -> None:
        made = create()
        made >> breaks() >> delete().as_teardown(setups=made)

    with DAG("d") as dag, create() >> delete():
        section() >> work()
    result = run_dag(dag)
    assert result.states == {
        "create": "success",
        "section.create": "success",
        "section.breaks": "failed",
        "section.delete": "success",
        "work": "upstream_failed",
        "delete": "success",
    }
