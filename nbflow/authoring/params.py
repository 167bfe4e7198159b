"""`Param`, and the JSON Schema check behind it. How values are merged and refused is core's
(`core/params.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbflow.authoring.findings import Findings
from nbflow.authoring.references import to_payload
from nbflow.core import params as core_params
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

    def __repr__(self) -> str:
        return f"Param({self.default!r}, {self.schema})"


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
    schema = to_payload(param.schema, findings, f"The schema of param '{name}'")
    if isinstance(param.default, Required):
        return {"schema": schema}
    default = to_payload(param.default, findings, f"The default of param '{name}'")
    return {"default": default, "schema": schema}


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
