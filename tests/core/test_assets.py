"""Assets, expressions over them, and what is wrong with them."""

from __future__ import annotations

import pytest

from nbflow.core.assets import (
    Asset,
    AssetAlias,
    AssetAll,
    AssetAny,
    AssetExpression,
    AssetNode,
    AssetRef,
    Emission,
    conflicts,
    emissions,
    expression_from_json,
    leaf_from_json,
    problems_of,
)

A, B, C = Asset("a"), Asset("b"), Asset("c")


def news(*names: str) -> set[AssetNode]:
    return {AssetNode("asset", name) for name in names}


def test_a_name_is_the_uri_and_a_uri_the_name_where_only_one_is_given() -> None:
    assert Asset("orders").uri == "orders"
    assert Asset(uri="s3://lake/orders").name == "s3://lake/orders"
    assert Asset("orders", "s3://lake/orders").uri == "s3://lake/orders"


@pytest.mark.parametrize(
    ("expression", "updated", "satisfied", "missing"),
    [
        (A, "", False, "a"),
        (A, "ab", True, ""),
        (A & B, "a", False, "b"),
        (A & B, "ab", True, ""),
        (A | B, "b", True, ""),
        (A | B, "c", False, "ab"),
        (A & (B | C), "a", False, "bc"),
        (A & (B | C), "ac", True, ""),
        ((A & B) | C, "b", False, "ac"),
        ((A & B) | C, "c", True, ""),
    ],
)
def test_an_expression_says_whether_it_is_satisfied_and_what_it_lacks(
    expression: AssetExpression, updated: str, satisfied: bool, missing: str
) -> None:
    assert expression.is_satisfied(news(*updated)) is satisfied
    assert {node.name for node in expression.missing(news(*updated))} == set(missing)


def test_an_expression_reads_like_one() -> None:
    assert (A & (B | C)).describe() == "a and (b or c)"
    assert AssetAll(A, B, C) == (A & B & C)
    assert AssetAny(A, B, C) == (A | B | C)


@pytest.mark.parametrize(
    "expression",
    [
        A & (Asset("b", "s3://b", group="g", extra={"x": 1}) | AssetAlias("al")),
        AssetRef("there"),
        AssetAlias("al", group="g"),
    ],
)
def test_an_expression_survives_json(expression: AssetExpression) -> None:
    assert expression_from_json(expression.to_json()) == expression


def test_a_notebook_may_write_names_and_lists() -> None:
    assert expression_from_json({"any": ["a", ["b", "c"]]}) == AssetAny(A, AssetAll(B, C))


@pytest.mark.parametrize("data", [{"some": ["a"]}, 3, {"all": "a"}, {"all": [], "any": []}])
def test_what_is_no_expression_is_refused_with_the_forms_there_are(data: object) -> None:
    with pytest.raises(ValueError, match=r'is no asset. Write a name, .*"any"'):
        expression_from_json(data)  # type: ignore[arg-type]  # that is the point


def test_a_task_cannot_make_an_expression() -> None:
    with pytest.raises(ValueError, match="a and b are several assets"):
        leaf_from_json(["a", "b"])


@pytest.mark.parametrize(
    ("asset", "message"),
    [
        (Asset(""), "The name of the asset '' is empty."),
        (Asset("x", "s3://my lake/x"), "Its URI 's3://my lake/x' is a URI with a space in it."),
        (Asset(" x"), "The name of the asset ' x' begins or ends with a space"),
        (Asset("x" * 2000), "has more than 1500 characters"),
        (AssetAlias(""), "The name of the alias '' is empty."),
    ],
)
def test_a_bad_name_or_uri_is_told_with_the_fix(asset: Asset, message: str) -> None:
    (problem,) = problems_of(asset)
    assert message in problem.message
    assert problem.fix


@pytest.mark.parametrize("name", ["orders", "daily orders", "s3://lake/a b".replace(" ", "%20")])
def test_ordinary_names_are_fine(name: str) -> None:
    assert problems_of(Asset(name)) == []


def test_one_name_with_two_uris_is_told_at_the_later_place() -> None:
    first, second = Asset("a", "s3://one"), Asset("a", "s3://two")
    ((place, problem),) = conflicts([(first, "task 'x'"), (second, "task 'y'")])
    assert place == "task 'y'"
    assert problem.message == (
        "The asset 'a' has the URI 's3://two' here and 's3://one' in task 'x'."
    )


def test_one_uri_under_two_names_is_told_too() -> None:
    first, second = Asset("a", "s3://one"), Asset("b", "s3://one")
    ((_, problem),) = conflicts([(first, "f.py"), (second, "g.py")])
    assert problem.message == "The URI 's3://one' is the asset 'b' here and 'a' in f.py."


def test_a_task_emits_each_of_its_outlets_with_what_it_said() -> None:
    outlets = [A.to_json(), B.to_json(), AssetAlias("al").to_json()]
    said = [Emission(B, {"rows": 1}), Emission(C, {"n": 2}, ("al",)), Emission(C, {}, ("other",))]
    assert emissions(outlets, said) == (
        Emission(A),
        Emission(B, {"rows": 1}),
        Emission(C, {"n": 2}, ("al",)),
    )
