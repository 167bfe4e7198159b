"""Params: what a DAG run may be given, the values it gets, and why a value is refused.

Merging, naming and the sentences live here, as do the checks of plain schemas (a type, an enum,
bounds). What only a full JSON Schema library can tell is asked of `check`: core has none, and the
one there is takes a second to import.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Protocol

from nbflow.core.errors import Problem
from nbflow.core.json import Json, JsonObject
from nbflow.core.masking import MASK
from nbflow.core.spelling import did_you_mean

BREAKS_SCHEMA = "NBF401"
UNKNOWN_PARAM = "NBF402"
MISSING_PARAM = "NBF403"

Params = Mapping[str, JsonObject]
"""What `core.Dag.params` holds: by name, `schema` and, unless a value must be given, `default`."""


class SchemaError(Protocol):
    """What a JSON Schema library says about a value; jsonschema's ValidationError is one."""

    @property
    def message(self) -> str: ...

    @property
    def json_path(self) -> str: ...


Check = Callable[[JsonObject, Json], Iterable[SchemaError]]
"""The errors of a value by a schema: `Draft202012Validator(schema).iter_errors(value)`. Called for
schemas that are not plain.
"""


def defaults(params: Params) -> dict[str, Json]:
    """The values of a run that is given none; params that have no default are left out."""
    return {name: param["default"] for name, param in params.items() if "default" in param}


def required(params: Params) -> tuple[str, ...]:
    """The names of the params that every run must be given."""
    return tuple(name for name, param in params.items() if "default" not in param)


def validate(
    params: Params, given: JsonObject, check: Check
) -> tuple[dict[str, Json], list[Problem]]:
    """The values of a run that is given `given`, and everything that is wrong with them.

    Defaults fill what is not given. Problems name unknown params, missing ones and values that
    break their schema.
    """
    values = {name: given.get(name, value) for name, value in defaults(params).items()}
    values |= {name: value for name, value in given.items() if name in params}
    problems = [_unknown(name, params) for name in given if name not in params]
    problems += [_missing(name) for name in required(params) if name not in given]
    for name, value in given.items():
        if name in params:
            reasons = why_not(schema_of(params[name]), value, check)
            problems += [_broken(name, value, reason) for reason in reasons]
    return values, problems


def check_defaults(params: Params, check: Check) -> list[Problem]:
    """The defaults that break their own schema."""
    return [
        Problem(
            BREAKS_SCHEMA,
            f"The default of param '{name}' is {_shown(value)}, which {reason}.",
            "Change the default or the schema; leave the default out to make the param required.",
        )
        for name, value in defaults(params).items()
        for reason in why_not(schema_of(params[name]), value, check)
    ]


def secret_names(params: Params) -> tuple[str, ...]:
    """The params that hold passwords: those of the format `password`."""
    return tuple(name for name, param in params.items() if is_password(schema_of(param)))


def for_task(of_dag: Params, of_task: Params, values: JsonObject) -> dict[str, Json]:
    """The params as a task sees them that has some of its own: a value that the run was given
    counts for more than the task's default, and that for more than the DAG's.
    """
    known = defaults(of_dag)
    own = {
        name: value
        for name, value in defaults(of_task).items()
        if name not in values or (name in known and _same(values[name], known[name]))
    }
    return {**values, **own}


def hidden(secret: Collection[str], values: JsonObject) -> dict[str, Json]:
    """The values of a run as anybody may see them: those of `secret` names are hidden."""
    return {
        name: MASK if name in secret and value is not None else value
        for name, value in values.items()
    }


def is_password(schema: JsonObject) -> bool:
    """Whether a value by this schema is to be hidden wherever it is shown."""
    return schema.get("format") == "password" or schema.get("writeOnly") is True


def schema_of(param: JsonObject) -> JsonObject:
    """The JSON Schema of a param; the one that allows everything if it has none."""
    schema = param.get("schema")
    return schema if isinstance(schema, Mapping) else {}


def from_text(params: Params, texts: Mapping[str, str]) -> dict[str, Json]:
    """Values as typed on a command line, read as the types their params ask for.

    A param that takes strings gets the text as it stands; others take JSON where the text is JSON;
    a list may be written with commas.
    Names are not checked here.
    """
    return {name: _read(params.get(name, {}), text) for name, text in texts.items()}


def _read(param: JsonObject, text: str) -> Json:
    types = _types(schema_of(param))
    if types == {"string"} or (not types and isinstance(param.get("default"), str)):
        return text
    try:
        value: Json = json.loads(text)
    except ValueError:
        if types - {"null"} == {"array"}:
            return [part.strip() for part in text.split(",")]
        return {"True": True, "False": False, "None": None}.get(text, text)
    return text if "string" in types and why_not(schema_of(param), value, _no_more) else value


def _no_more(schema: JsonObject, value: Json) -> Iterable[SchemaError]:  # noqa: ARG001 - a Check
    """For `_read`, which only wants to know what a plain schema says."""
    return ()


# --- what is wrong, in words ----------------------------------------------------------------------


def _unknown(name: str, params: Params) -> Problem:
    fix = did_you_mean(name, params) if params else "Declare it with DAG(..., params={...})."
    return Problem(UNKNOWN_PARAM, f"The DAG has no param '{name}'.", fix)


def _missing(name: str) -> Problem:
    message = f"The param '{name}' has no default and was given no value."
    return Problem(MISSING_PARAM, message, f"Give it one: -p {name}=...")


def _broken(name: str, value: Json, reason: str) -> Problem:
    message = f"The param '{name}' is {_shown(value)}, which {reason}."
    return Problem(BREAKS_SCHEMA, message, "Give a value that fits.")


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


# --- schemas --------------------------------------------------------------------------------------


def why_not(schema: JsonObject, value: Json, check: Check) -> list[str]:
    """Why `value` is refused by `schema`, as the rest of a sentence "which ..."; empty if it is
    not.
    """
    if is_plain(schema):
        return [reason for rule, reason in _plain_rules(schema, value) if not rule]
    return [_reason(error) for error in check(schema, value)]


def is_plain(schema: JsonObject) -> bool:
    """Whether core alone can judge by this schema: well formed, and made of nothing but types,
    choices, bounds and words.
    """
    return all(keyword in _WELL_FORMED and _WELL_FORMED[keyword](schema) for keyword in schema)


def _reason(error: SchemaError) -> str:
    at = error.json_path.removeprefix("$").removeprefix(".")
    return f"does not fit its schema{f' at {at}' if at else ''}: {error.message.rstrip('.')}"


def _plain_rules(schema: JsonObject, value: Json) -> Iterable[tuple[bool, str]]:
    types = _types(schema)
    if types:
        fits = any(_TYPES[name](value) for name in types)
        yield fits, f"is not of type {' or '.join(sorted(types))}"
    for keyword in ("enum", "const"):
        if keyword in schema:
            choices = _choices(schema, keyword)
            fits = any(_same(value, choice) for choice in choices)
            yield fits, f"is not {_or(choices)}"
    if "format" in schema and isinstance(value, str):
        name = str(schema["format"])
        fits_format, example = _FORMATS[name]
        yield fits_format(value), f"is not a '{name}' such as {example}"
    for keyword, (measure, fits_bound, words) in _BOUNDS.items():
        size = measure(value)
        if keyword in schema and size is not None:
            bound = _number(schema[keyword])
            yield fits_bound(size, bound or 0), words.format(schema[keyword])


def _types(schema: JsonObject) -> set[str]:
    named = schema.get("type", ())
    return {named} if isinstance(named, str) else {str(name) for name in _sequence(named)}


def _choices(schema: JsonObject, keyword: str) -> list[Json]:
    return [schema[keyword]] if keyword == "const" else list(_sequence(schema[keyword]))


def _or(choices: Iterable[Json]) -> str:
    shown = [_shown(choice) for choice in choices]
    return f"one of {', '.join(shown)}" if len(shown) > 1 else "".join(shown)


def _sequence(value: Json) -> list[Json]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _number(value: Json) -> float | None:
    """JSON's numbers; to JSON, true and false are none."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _length(value: Json) -> float | None:
    return len(value) if isinstance(value, str) else None


def _same(one: Json, other: Json) -> bool:
    """Equal to JSON, where 1 is 1.0 and not true."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _is_scalar(value: Json) -> bool:
    return value is None or isinstance(value, (str, int, float))


_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: _number(value) is not None,
    "integer": lambda value: (_number(value) or 0) % 1 == 0 and _number(value) is not None,
    "array": lambda value: isinstance(value, (list, tuple)),
    "object": lambda value: isinstance(value, Mapping),
}


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        try:
            # Python 3.10 does not know the Z.
            read(f"{value[:-1]}+00:00" if value[-1:] in ("z", "Z") else value)
        except ValueError:
            return False
        return True

    return fits


def _moment(value: str) -> datetime:
    """A moment in time needs its offset, else nobody knows which one is meant."""
    moment = datetime.fromisoformat(value)
    if moment.utcoffset() is None or not value[10:11].strip(" "):
        raise ValueError(value)
    return moment


def _anything(value: str) -> bool:  # noqa: ARG001 - one of the predicates below
    return True


_FORMATS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "date": (_reads(date.fromisoformat), "2026-03-01"),
    "date-time": (_reads(_moment), "2026-03-01T06:00:00+00:00"),
    "time": (_reads(time.fromisoformat), "06:00:00"),
    # What forms show in their own way.
    "multiline": (_anything, ""),
    "password": (_anything, ""),
}

_BOUNDS: Mapping[
    str, tuple[Callable[[Json], float | None], Callable[[float, float], bool], str]
] = {
    "minimum": (_number, lambda size, bound: size >= bound, "is less than {}"),
    "maximum": (_number, lambda size, bound: size <= bound, "is more than {}"),
    "exclusiveMinimum": (_number, lambda size, bound: size > bound, "is not more than {}"),
    "exclusiveMaximum": (_number, lambda size, bound: size < bound, "is not less than {}"),
    "minLength": (_length, lambda size, bound: size >= bound, "is shorter than {} characters"),
    "maxLength": (_length, lambda size, bound: size <= bound, "is longer than {} characters"),
}


def _has_types(schema: JsonObject) -> bool:
    types = _types(schema)
    return bool(types) and types <= set(_TYPES)


def _has_finite(keyword: str) -> Callable[[JsonObject], bool]:
    def well_formed(schema: JsonObject) -> bool:
        bound = _number(schema[keyword])
        return bound is not None and math.isfinite(bound)

    return well_formed


def _has_scalars(keyword: str) -> Callable[[JsonObject], bool]:
    def well_formed(schema: JsonObject) -> bool:
        choices = _choices(schema, keyword)
        return bool(choices) and all(map(_is_scalar, choices))

    return well_formed


def _is_text(keyword: str) -> Callable[[JsonObject], bool]:
    return lambda schema: isinstance(schema[keyword], str)


def _always(schema: JsonObject) -> bool:  # noqa: ARG001 - one of the predicates below
    return True


_WELL_FORMED: Mapping[str, Callable[[JsonObject], bool]] = {
    "type": _has_types,
    "enum": _has_scalars("enum"),
    "const": _has_scalars("const"),
    **{keyword: _has_finite(keyword) for keyword in _BOUNDS},
    "format": lambda schema: schema["format"] in _FORMATS,
    **{keyword: _is_text(keyword) for keyword in ("title", "description")},
    # What forms show, under the names that Airflow's forms know; no schema is broken by them.
    **dict.fromkeys(
        ("description_md", "examples", "section", "values_display", "writeOnly"), _always
    ),
}
