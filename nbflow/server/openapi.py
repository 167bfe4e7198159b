"""The API described as an OpenAPI document, made from the routes, what their verbs say of
themselves, and the shapes of bodies and views.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from nbflow import _version
from nbflow.server.bodies.base import Sent
from nbflow.server.handlers import NbflowHandler, Operation
from nbflow.views.shapes import ProblemReport

REFS = "#/components/schemas/{model}"
METHODS = ("get", "post", "put", "patch", "delete")
FREE_JSON = {"type": "object"}
_REFUSALS = {
    "400": "What was sent does not fit.",
    "403": "Not logged in, or not allowed.",
    "404": "It does not exist.",
    "409": "It makes no sense now.",
    "503": "The store does not answer.",
}

# `Any`: a document in JSON, whose form is not ours.
Document = dict[str, Any]
Routes = Sequence[tuple[str, type[NbflowHandler]]]


def document(routes: Routes, address: str) -> str:
    """The document as JSON text; `address` is where the API is on this server."""
    schemas = _Schemas()
    paths = {f"/{route}": _path(route, handler, schemas) for route, handler in routes}
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "nbflow",
                "version": _version.__version__,
                "description": "What the Jupyter server tells of DAGs and runs, and takes requests "
                "for. Changes are told as they happen by the websocket at `feed`.",
            },
            "servers": [{"url": address}],
            "security": [{"token": []}],
            "paths": paths,
            "components": {
                "schemas": schemas.found,
                "securitySchemes": {
                    "token": {"type": "apiKey", "in": "header", "name": "Authorization"}
                },
            },
        }
    )


def operations(handler: type[NbflowHandler]) -> Iterator[tuple[str, Operation, str]]:
    """The verbs of a handler: method, what it takes and gives, and its sentence."""
    for method in METHODS:
        verb = getattr(handler, method)
        if hasattr(verb, "operation"):
            yield method, verb.operation, inspect.getdoc(verb) or ""


class _Schemas:
    """The shapes met so far, by name, and references to them."""

    def __init__(self) -> None:
        self.found: Document = {}

    def of(self, shape: type, mode: JsonSchemaMode) -> Document:
        schema = TypeAdapter(shape).json_schema(mode=mode, ref_template=REFS)
        self.found.update(schema.pop("$defs", {}))
        self.found[shape.__name__] = schema
        return {"$ref": REFS.format(model=shape.__name__)}


def _path(route: str, handler: type[NbflowHandler], schemas: _Schemas) -> Document:
    names = re.findall(r"\{(\w+)\}", route)
    parts = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    verbs = {
        method: _verb(told, sentence, schemas) for method, told, sentence in operations(handler)
    }
    return {"parameters": parts, **verbs} if parts else verbs


def _verb(told: Operation, sentence: str, schemas: _Schemas) -> Document:
    gives = FREE_JSON if told.gives is None else schemas.of(told.gives, "serialization")
    refusal = _content(schemas.of(ProblemReport, "serialization"))
    verb: Document = {
        "summary": sentence.split("\n", maxsplit=1)[0],
        "responses": {
            str(told.status): {"description": "Done.", **_content(gives)},
            **{code: {"description": text, **refusal} for code, text in _REFUSALS.items()},
        },
    }
    if told.body is not None:
        verb["requestBody"] = _content(schemas.of(told.body, "validation"))
    if told.query is not None:
        verb["parameters"] = _query(told.query)
    return verb


def _query(query: type[Sent]) -> list[Document]:
    fields: Mapping[str, Document] = TypeAdapter(query).json_schema()["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]


def _content(schema: Document) -> Document:
    return {"content": {"application/json": {"schema": schema}}}
