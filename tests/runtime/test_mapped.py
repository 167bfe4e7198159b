"""The list of what the instances of a mapped task handed on, as user code meets it."""

from __future__ import annotations

from pathlib import Path

import cloudpickle
import pytest

from nbflow.core.orders import ValueRef
from nbflow.runtime.mapped import MappedValues
from nbflow.runtime.values import ValueNotReadable, dump_value, load_value


def values(*items: object) -> MappedValues:
    return MappedValues([ValueRef("json", item) for item in items])  # type: ignore[arg-type]  # JSON


def test_it_is_used_as_a_list() -> None:
    found = values(3, 1, 2)
    assert (len(found), found[0], found[-1], list(found[1:])) == (3, 3, 2, [1, 2])
    assert {*found} == {1, 2, 3}
    assert 2 in found
    assert found == [3, 1, 2]
    more = [4]
    assert found + more == [3, 1, 2, 4]
    assert more + found == [4, 3, 1, 2]
    assert repr(found) == "[3, 1, 2]"


def test_a_value_is_loaded_when_it_is_asked_for() -> None:
    gone = ValueRef("pickle", url="/nowhere/x.pkl", digest="0", preview="gone")
    found = MappedValues([ValueRef("json", 1), gone])
    assert found[0] == 1
    with pytest.raises(ValueNotReadable, match="gone"):
        list(found)


def test_handed_on_it_is_a_list_as_any_other(tmp_path: Path) -> None:
    assert cloudpickle.loads(cloudpickle.dumps(values(1, 2))) == [1, 2]
    again = load_value(dump_value(values("a", "b"), str(tmp_path)))
    assert again == ["a", "b"]
    assert type(again) is list
