"""The params of a DAG as a form of ipywidgets: a field for each, made from its JSON Schema. What a
value has to be is decided where the run is asked for, not here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import ipywidgets

from nbflow.core.errors import RequestError
from nbflow.core.json import Json, JsonObject

# No Layout: each is a widget, which a notebook would hold though it shows none.
_WIDE = {"width": "480px"}
_NAMES = {"description_width": "190px"}


class ParamsForm:
    """The fields by the name of their param; `box` holds them all. Use `value` to trigger a run.

    >>> form.fields["region"].value = "US"
    >>> form.value
    {'region': 'US'}
    """

    def __init__(self, params: Mapping[str, JsonObject]) -> None:
        self._params = params
        self.fields: dict[str, ipywidgets.Widget] = {
            name: _field(name, spec) for name, spec in params.items()
        }
        self.box = ipywidgets.VBox(list(self.fields.values()))

    @property
    def value(self) -> JsonObject:
        """What differs from the defaults. Raises RequestError for JSON that cannot be read."""
        given: dict[str, Json] = {}
        problems: list[str] = []
        for name, field in self.fields.items():
            try:
                found = _value(field, _types(self._params[name]))
            except ValueError as error:
                problems.append(f"The param {name!r} is no JSON: {error}.")
                continue
            if found != self._params[name].get("default"):
                given[name] = found
        if problems:
            raise RequestError("\n".join(problems))
        return given


def _types(spec: JsonObject) -> tuple[str, ...]:
    schema = spec.get("schema")
    said = schema.get("type", ()) if isinstance(schema, Mapping) else ()
    if isinstance(said, str):
        return (said,)
    return tuple(map(str, said)) if isinstance(said, Sequence) else ()


def _field(name: str, spec: JsonObject) -> ipywidgets.Widget:
    found = spec.get("schema")
    schema = found if isinstance(found, Mapping) else {}
    default = spec.get("default")
    types = _types(spec)
    common = {
        "description": str(schema.get("title") or name),
        "tooltip": str(schema.get("description") or ""),
        "layout": _WIDE,
        "style": _NAMES,
    }
    choices = schema.get("enum")
    if isinstance(choices, Sequence):
        options = [(str(one), one) for one in choices]
        return ipywidgets.Dropdown(options=options, value=default, **common)
    if types == ("boolean",):
        return ipywidgets.Checkbox(value=bool(default), indent=True, **common)
    if types == ("integer",) and isinstance(default, int):
        return ipywidgets.IntText(value=default, **common)
    if types == ("number",) and isinstance(default, int | float):
        return ipywidgets.FloatText(value=default, **common)
    if "string" in types and (default is None or isinstance(default, str)):
        kind = ipywidgets.Textarea if schema.get("format") == "multiline" else ipywidgets.Text
        return kind(value=default or "", **common)
    return ipywidgets.Textarea(value=json.dumps(default), **common)


def _value(field: ipywidgets.Widget, types: tuple[str, ...]) -> Json:
    found: Json = field.value
    if not isinstance(found, str) or isinstance(field, ipywidgets.Dropdown):
        return found
    if "string" in types:
        return None if found == "" and "null" in types else found
    value: Json = json.loads(found) if found.strip() else None
    return value
