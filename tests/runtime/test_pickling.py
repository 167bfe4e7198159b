"""What travels by name: classes and functions that the notebook of the reader has defined too."""

from __future__ import annotations

import ast
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy
import pytest

from nbflow.runtime.code_digest import digest_of
from nbflow.runtime.pickling import dumps

CODE = """
from dataclasses import dataclass
from enum import Enum

class Color(Enum):
    RED = "red"

@dataclass
class Point:
    x: int = 0

    @property
    def double(self): return self.x * 2

def scaled(n, by={"a", "b"}): return [factor * n for _ in by]
"""


@contextmanager
def notebook(code: str) -> Iterator[dict[str, Any]]:
    """The names of a kernel that has run `code`."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        names = vars(sys.modules["__main__"])
        exec(code, names)
        yield names
    finally:
        sys.modules["__main__"] = before


def sent(code: str, expression: str) -> bytes:
    with notebook(code) as names:
        return dumps(eval(expression, names))


def test_an_instance_finds_its_class_again() -> None:
    data = sent(CODE, "Point(3)")
    with notebook(CODE) as names:
        point = pickle.loads(data)
        assert isinstance(point, names["Point"])
        assert point == names["Point"](3)
        assert point.double == 6


def test_the_member_of_an_enum_is_itself() -> None:
    data = sent(CODE, "[Color.RED]")
    with notebook(CODE) as names:
        assert pickle.loads(data)[0] is names["Color"].RED


def test_a_function_reads_the_names_of_the_notebook_it_comes_to() -> None:
    data = sent(f"{CODE}\nfactor = 2", "{'f': scaled}")
    with notebook(f"{CODE}\nfactor = 5"):
        assert pickle.loads(data)["f"](1) == [5, 5]


def test_a_class_nobody_has_defined_there_comes_along() -> None:
    data = sent(CODE, "Point(3)")
    with notebook(""):
        assert pickle.loads(data).double == 6


@pytest.mark.parametrize("other", [CODE.replace("* 2", "* 3"), CODE.replace("Point", "Spot")])
def test_another_class_of_that_name_is_not_taken(other: str) -> None:
    data = sent(CODE, "Point(3)")
    with notebook(other):
        assert pickle.loads(data).double == 6


def test_where_a_definition_stands_and_how_it_is_laid_out_does_not_matter() -> None:
    written_anew = "\n\n\n" + ast.unparse(ast.parse(CODE))
    for name in ("Point", "Color", "scaled"):
        with notebook(CODE) as names:
            digest = digest_of(names[name])
        with notebook(written_anew) as names:
            assert digest_of(names[name]) == digest


class Refused(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def test_an_exception_comes_back_whatever_its_constructor_takes() -> None:
    error = Refused(5, "no")
    error.__cause__ = KeyError("why")

    found = pickle.loads(dumps(error))

    assert (type(found), found.args, found.code) == (Refused, ("no",), 5)
    assert repr(found.__cause__) == "KeyError('why')"


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "no", "f.txt"),
        UnicodeDecodeError("utf8", b"a", 0, 1, "why"),
        StopIteration(3),
    ],
    ids=repr,
)
def test_what_an_exception_of_python_knows_comes_along(error: BaseException) -> None:
    found = pickle.loads(dumps(error))

    names = ("args", "errno", "filename", "reason", "value")
    assert [getattr(found, name, None) for name in names] == [
        getattr(error, name, None) for name in names
    ]


def test_an_instance_of_a_class_with_a_cached_property_comes_along() -> None:
    code = """
from functools import cached_property
class Lazy:
    @cached_property
    def answer(self): return 42
"""
    data = sent(code, "Lazy()")
    with notebook(""):
        assert pickle.loads(data).answer == 42


def test_an_array_in_a_list_that_nobody_may_write_to_stays_so() -> None:
    array = numpy.arange(3)
    array.flags.writeable = False

    found, other = pickle.loads(dumps([array, numpy.arange(3)]))

    assert (found.flags.writeable, other.flags.writeable) == (False, True)
