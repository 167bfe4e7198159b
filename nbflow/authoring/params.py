"""`Param`, and the JSON Schema check behind it. How values are merged and refused is core's
(`core/params.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import cast

from nbflow.authoring.findings import Findings
from nbflow.authoring.references import to_payload
from nbflow.core import params as core_params
from nbflow.core.errors import DefinitionError
from nbflow.core.json import Json, JsonObject
from nbflow.core.params import SchemaError

BAD_SCHEMA = "NBF404"


class Required:
    """The default of a param that has none: every run must be given a value."""

    def __repr__(self) -> str:
        return "<required>"


REQUIRED = Required()


class Param:
    """A param of a DAG: its default, and what values may be, as JSON Schema keywords.

    >>> Param("EU", enum=["EU", "US"], description="Whose sales")

    Without a default every run must be given a value. `type`, `enum`, `minimum`, `format`, `title`,
    ... are the keywords of JSON Schema 2020-12; the form a person fills in is made from them.
    """

    def __init__(
        self, default: object = REQUIRED, description: str | None = None, **schema: object
    ) -> None:
        self.default = default
        self.schema = schema if description is None else {"description": description, **schema}

    @property
    def value(self) -> object:
        """The default, checked against the schema. Raises DefinitionError."""
        return self.resolve()

    @property
    def has_value(self) -> bool:
        """Whether a run may do without a value for it."""
        return not isinstance(self.default, Required)

    def resolve(self, value: object = REQUIRED, suppress_exception: bool = False) -> object:
        """`value`, or the default if none is given, checked against the schema.

        Raises DefinitionError for one that breaks it, or gives None with `suppress_exception`.
        """
        chosen = self.default if isinstance(value, Required) else value
        given = {} if isinstance(chosen, Required) else {"value": cast("Json", chosen)}
        field = {"schema": cast("JsonObject", self.schema)}
        _, problems = core_params.validate({"value": field}, given, schema_errors)
        if problems and not suppress_exception:
            raise DefinitionError(problems)
        return None if problems else chosen

    def dump(self) -> dict[str, object]:
        """The param as a dict: value, description and schema."""
        schema = {name: rule for name, rule in self.schema.items() if name != "description"}
        default = None if isinstance(self.default, Required) else self.default
        about = self.schema.get("description")
        return {"value": default, "description": about, "schema": schema}

    def __repr__(self) -> str:
        return f"Param({self.default!r}, {self.schema})"


def params_from_json(given: Mapping[str, object]) -> dict[str, object]:
    """Params as metadata has them: plain defaults, or objects of `default` and `schema`."""
    return {name: _from_json(value) for name, value in given.items()}


def _from_json(value: object) -> object:
    if not isinstance(value, Mapping) or not isinstance(value.get("schema"), Mapping):
        return value
    if not value.keys() <= {"default", "schema"}:
        return value
    return Param(value.get("default", REQUIRED), **value["schema"])


def params_fields(given: Mapping[str, object], findings: Findings) -> dict[str, JsonObject]:
    """`core.Dag.params` for what a person wrote: Params, or plain defaults. Finds bad schemas and
    defaults that break them.
    """
    params = {str(name): _field(str(name), value, findings) for name, value in given.items()}
    sound = {
        name: param for name, param in params.items() if _has_sound_schema(name, param, findings)
    }
    findings.adopt(core_params.check_defaults(sound, schema_errors))
    return params


def schema_errors(schema: JsonObject, value: Json) -> Iterable[SchemaError]:
    """What jsonschema says about `value`; the `check` that core's functions ask for."""
    # A second to import, and plain schemas do without (core/params.py).
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return validator.iter_errors(value)


def _field(name: str, given: object, findings: Findings) -> JsonObject:
    param = given if isinstance(given, Param) else Param(given)
    schema = to_payload(_with_text_keys(param.schema), findings, f"The schema of param '{name}'")
    if isinstance(param.default, Required):
        return {"schema": schema}
    default = to_payload(param.default, findings, f"The default of param '{name}'")
    return {"default": default, "schema": schema}


def _with_text_keys(schema: Mapping[str, object]) -> dict[str, object]:
    """The schema with what `values_display` shows for numbers and None under the text that JSON has
    for them.
    """
    shown = schema.get("values_display")
    if not isinstance(shown, Mapping):
        return dict(schema)
    texts = {k if isinstance(k, str) else json.dumps(k): word for k, word in shown.items()}
    return {**schema, "values_display": texts}


def _has_sound_schema(name: str, param: JsonObject, findings: Findings) -> bool:
    schema = core_params.schema_of(param)
    if core_params.is_plain(schema):
        return True
    # A second to import, and plain schemas do without (core/params.py).
    from jsonschema import Draft202012Validator, exceptions  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(schema)
    except exceptions.SchemaError as error:
        place = error.json_path.removeprefix("$").removeprefix(".") or "its top"
        findings.error(
            BAD_SCHEMA,
            f"The schema of param '{name}' is no JSON Schema, at {place}: {error.message}.",
            "Use the keywords of JSON Schema, for example Param(10, type='integer', minimum=1).",
        )
        return False
    return True
