"""Calling a task's function: which arguments it still lacks, and which ones the context fills in.

A function may name context variables (`ds`, `ti`, `params`, ...) as arguments, as in Airflow; what
a person passes comes first.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from inspect import Parameter, Signature
from types import FunctionType

from nbflow.authoring.context import CONTEXT_NAMES, Context

_NAMED_VALUES = re.compile(r"(?:\w+\.)*(?:dict|Dict|Mapping|MutableMapping)(?:\[str,.*|)$")
_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def wrong_with(function: object, args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """Why the function cannot be called with these arguments and a context; empty if it can."""
    if not callable(function):
        return f"{function!r} is no function; write its name without quotes and brackets"
    signature = _signature(function)
    if signature is None:
        return ""
    try:
        bound = signature.bind_partial(*args, **kwargs)
    except TypeError as error:
        return str(error)
    missing = [
        name
        for name, parameter in signature.parameters.items()
        if name not in bound.arguments and _must_be_passed(parameter)
    ]
    return f"missing {', '.join(map(repr, missing))}" if missing else ""


def call(
    function: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    context: Context,
) -> object:
    """The function's value, called with these arguments and what it names of the context; what an
    async function comes to.

    A function that takes `**kwargs` gets the whole context.
    """
    result = _called(function, args, kwargs, context)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _called(
    function: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    context: Context,
) -> object:
    signature = _signature(function)
    if signature is None:
        return function(*args, **kwargs)
    offered = {"context": context, **context}
    passed = signature.bind_partial(*args, **kwargs).arguments
    by_name = [p.name for p in signature.parameters.values() if p.kind in _BY_NAME]
    taken = context if _takes_anything(signature) else by_name
    # Positional-only parameters cannot be filled by name; one of the same name may be in **kwargs.
    filled = {name: offered[name] for name in (*by_name, *taken) if name in offered}
    free = {name: value for name, value in filled.items() if name not in passed}
    return function(*args, **{**free, **kwargs})


def may_pull_values(function: Callable[..., object]) -> bool:
    """Whether the function can reach values that are not among its arguments: it names `ti` or the
    like.
    """
    signature = _signature(function)
    if signature is None:
        return False
    reaching = {"ti", "task_instance", "context"} & set(signature.parameters)
    return bool(reaching) or _takes_anything(signature) or _mentions_context(function)


def returns_named_values(function: Callable[..., object]) -> bool:
    """Whether the function is annotated to return a dict with text keys.

    Only the words of the annotation are read: it may name types that are imported for type checkers
    alone.
    """
    annotation = getattr(function, "__annotations__", {}).get("return")
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return _NAMED_VALUES.match(text.replace(" ", "")) is not None


def _signature(function: Callable[..., object]) -> Signature | None:
    if isinstance(function, FunctionType):
        return _signature_of_function(function)
    return _signature_of(function)


def _signature_of(function: Callable[..., object]) -> Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # some builtins have none
        return None


# A function is told apart by what it is, and stays as it was defined.
_signature_of_function = lru_cache(maxsize=256)(_signature_of)


def _must_be_passed(parameter: Parameter) -> bool:
    if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
        return False
    from_context = parameter.kind in _BY_NAME and parameter.name in CONTEXT_NAMES
    return parameter.default is Parameter.empty and not from_context


def _takes_anything(signature: Signature) -> bool:
    return any(p.kind is Parameter.VAR_KEYWORD for p in signature.parameters.values())


def _mentions_context(function: Callable[..., object]) -> bool:
    code = getattr(inspect.unwrap(function), "__code__", None)
    todo = [code] if inspect.iscode(code) else []
    while todo:
        code = todo.pop()
        if "get_current_context" in code.co_names:
            return True
        todo += [constant for constant in code.co_consts if inspect.iscode(constant)]
    return False
