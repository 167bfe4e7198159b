"""Params: schemas, defaults, what a run may be given; core's plain checks against jsonschema's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nbflow import DAG, Param
from nbflow.authoring.params import schema_errors
from nbflow.core import params as core_params
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.json import Json, JsonObject


def params_of(**given: object) -> core_params.Params:
    return DAG("d", params=given).to_core().params


def problems_of(**given: object) -> list[Problem]:
    return DAG("d", params=given).problems()


def validated(params: core_params.Params, given: JsonObject) -> tuple[JsonObject, list[str]]:
    values, problems = core_params.validate(params, given, schema_errors)
    return values, [problem.message for problem in problems]


# --- the spec -------------------------------------------------------------------------------------


def test_a_param_becomes_its_default_and_its_schema() -> None:
    assert params_of(region=Param("EU", "Whose sales", enum=["EU", "US"]), limit=10) == {
        "region": {
            "default": "EU",
            "schema": {"description": "Whose sales", "enum": ["EU", "US"]},
        },
        "limit": {"default": 10, "schema": {}},
    }


def test_a_param_without_default_has_none_in_the_spec() -> None:
    assert params_of(day=Param(type="string")) == {"day": {"schema": {"type": "string"}}}


@dataclass(frozen=True)
class Broken:
    name: str
    param: object
    says: str


BROKEN = [
    Broken("wrong type", Param("ten", type="integer"), '"ten", which is not of type integer'),
    Broken("no choice", Param("MARS", enum=["EU", "US"]), 'is not one of "EU", "US"'),
    Broken("too small", Param(0, type="integer", minimum=1), "which is less than 1"),
    Broken("too long", Param("abcd", maxLength=3), "longer than 3 characters"),
    Broken("null", Param(None, type=["string", "integer"]), "not of type integer or string"),
    Broken("deep", Param([1, "x"], items={"type": "integer"}), "at [1]: 'x' is not of type"),
    Broken("no date", Param("tomorrow", format="date"), "is not a 'date'"),
    Broken("no schema", Param("x", type="sting"), "is no JSON Schema, at type"),
    Broken("no bound", Param(1, minimum="one"), "is no JSON Schema, at minimum"),
    Broken("no JSON", Param(object), "which JSON cannot say"),
    Broken("not finite", Param(float("nan")), "which JSON cannot say"),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_broken_param_is_a_problem_that_names_it(case: Broken) -> None:
    (problem,) = problems_of(region=case.param)
    assert case.says in problem.message
    assert "param 'region'" in problem.message
    assert problem.file == "test_params.py"


def test_a_dag_with_a_schedule_needs_a_default_for_every_param() -> None:
    made = DAG("d", schedule="@daily", params={"day": Param(type="string"), "n": 1})
    (problem,) = made.problems()
    assert problem.message.startswith("The DAG has a schedule, and its param 'day' has no default")


# --- a run's values -------------------------------------------------------------------------------

SALES: core_params.Params = {
    "region": {"default": "EU", "schema": {"enum": ["EU", "US"]}},
    "limit": {"default": 10, "schema": {"type": "integer", "minimum": 1}},
    "day": {"schema": {"type": "string", "format": "date"}},
}


def test_defaults_fill_what_is_not_given() -> None:
    values, problems = validated(SALES, {"day": "2026-01-01", "limit": 5})
    assert values == {"region": "EU", "limit": 5, "day": "2026-01-01"}
    assert problems == []


def test_everything_wrong_with_the_given_values_is_said_at_once() -> None:
    _, problems = validated(SALES, {"regoin": "EU", "region": "MARS", "limit": True})
    assert problems == [
        "The DAG has no param 'regoin'.",
        "The param 'day' has no default and was given no value.",
        'The param \'region\' is "MARS", which is not one of "EU", "US".',
        "The param 'limit' is true, which is not of type integer.",
    ]


def test_a_format_is_checked() -> None:
    _, problems = validated(SALES, {"day": "soon"})
    assert problems == ["The param 'day' is \"soon\", which is not a 'date' such as 2026-03-01."]


def test_a_misspelt_param_gets_the_closest_name_as_fix() -> None:
    _, problems = core_params.validate(SALES, {"regoin": 1, "day": "2026-01-01"}, schema_errors)
    assert problems[0].fix == "Did you mean 'region'?"


@dataclass(frozen=True)
class Typed:
    name: str
    param: JsonObject
    text: str
    value: Json


TYPED = [
    Typed("text stays text", {"schema": {"type": "string"}}, "10", "10"),
    Typed("a default of text says so too", {"default": "x", "schema": {}}, "10", "10"),
    Typed("a number", {"schema": {"type": "integer"}}, "10", 10),
    Typed("a number by its default", {"default": 1, "schema": {}}, "2.5", 2.5),
    Typed("JSON", {"schema": {"type": "array"}}, "[1, 2]", [1, 2]),
    Typed("Python's words", {"schema": {"type": "boolean"}}, "True", True),
    Typed("what is no JSON", {"schema": {}}, "Paris", "Paris"),
    Typed("text or null", {"schema": {"type": ["string", "null"]}}, "null", None),
    Typed("text or null, a number", {"schema": {"type": ["string", "null"]}}, "10", "10"),
    Typed("an unknown param", {}, "10", 10),
]


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.name)
def test_a_value_typed_on_a_command_line_is_read_as_its_param_asks(case: Typed) -> None:
    assert core_params.from_text({"p": case.param}, {"p": case.text}) == {"p": case.value}


# --- plain schemas --------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, 0.5, -2.0, 1e300]),
    st.sampled_from(["", "a", "ab", "abc"]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.just("k"), SCALARS))
TYPES = st.sampled_from(["null", "boolean", "string", "number", "integer", "array", "object"])
PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=3, unique=True)),
        "enum": st.lists(SCALARS, min_size=1, max_size=3),
        "const": SCALARS,
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2),
        "exclusiveMinimum": st.sampled_from([-1, 0.5]),
        "exclusiveMaximum": st.sampled_from([1, 0.5]),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "title": st.just("T"),
    },
)


@given(schema=PLAIN, value=VALUES)
def test_a_plain_schema_is_judged_as_jsonschema_judges_it(schema: JsonObject, value: Json) -> None:
    def never(_schema: JsonObject, _value: Json) -> list[core_params.SchemaError]:
        raise AssertionError("a plain schema needs no library")

    refused = bool(core_params.why_not(schema, value, never))
    assert refused == (not Draft202012Validator(schema).is_valid(value))


def test_plain_params_do_not_import_jsonschema() -> None:
    program = (
        "import sys; from nbflow import DAG, Param;"
        "DAG('d', params={'n': Param(1, type='integer', minimum=0), 'm': 2}).to_core();"
        "sys.exit('jsonschema' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- what Airflow's Param can do ------------------------------------------------------------------


def test_a_param_gives_its_value_if_it_fits() -> None:
    assert Param(5, type="integer").value == 5
    assert Param(5, type="integer").resolve(7) == 7
    assert Param(5, type="integer").resolve("x", suppress_exception=True) is None
    with pytest.raises(DefinitionError, match="not of type integer"):
        Param(5, type="integer").resolve("x")
    with pytest.raises(DefinitionError, match="no default"):
        assert Param(type="integer").value


def test_a_param_can_be_looked_at_as_a_dict() -> None:
    told = {"value": 5, "description": "How many", "schema": {"type": "integer"}}
    assert Param(5, "How many", type="integer").dump() == told


FORMATS: list[tuple[str, str, bool]] = [
    ("date", "2026-03-01", True),
    ("date", "2026-02-30", False),
    ("date-time", "2026-03-01T06:00:00+00:00", True),
    ("date-time", "2026-03-01T06:00:00Z", True),
    ("date-time", "2026-03-01T06:00:00", False),
    ("time", "06:00:00", True),
    ("time", "25:00", False),
    ("multiline", "a\nb", True),
    ("password", "anything", True),
    ("email", "ana@example.org", True),
    ("email", "nobody", False),
]


@pytest.mark.parametrize(("name", "text", "fits"), FORMATS)
def test_formats_are_checked(name: str, text: str, fits: bool) -> None:
    params = params_of(x=Param(type="string", format=name))
    assert (validated(params, {"x": text})[1] == []) is fits


def test_a_list_may_be_typed_with_commas() -> None:
    params = params_of(tags=Param([], type="array"), both=Param(None, type=["null", "array"]))
    typed = {"tags": "a, b", "both": "null"}
    assert core_params.from_text(params, typed) == {"tags": ["a", "b"], "both": None}
    assert core_params.from_text(params, {"tags": '["a", 1]'}) == {"tags": ["a", 1]}


def test_what_values_are_shown_as_may_be_said_of_numbers_and_of_none() -> None:
    with DAG(
        "d", params={"n": Param(1, enum=[1, None], values_display={1: "One", None: "Any"})}
    ) as dag:
        pass

    schema = dag.to_core().params["n"]["schema"]

    assert schema["values_display"] == {"1": "One", "null": "Any"}  # type: ignore[index,call-overload] # JSON
