"""What the commands for variables and connections share."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from nbflow import app
from nbflow.cli.project import project, user
from nbflow.core.errors import RequestError
from nbflow.core.json import Json

ShowSecretsOption = Annotated[
    bool, typer.Option("--show-secrets", help="Print passwords and other secrets as they are.")
]


def opened(store: str | None) -> app.SecretBook:
    """The variables and connections of the project, on behalf of this user."""
    here = project(store)
    return app.secret_book(here.settings, here.database, user(), "cli")


def read_json(file: Path) -> dict[str, Json]:
    """The object in a JSON file. Raises RequestError."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RequestError(f"{file} cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise RequestError(f"{file} has to hold a JSON object: names with what they stand for.")
    return found


def write_json(file: Path, found: Mapping[str, Json]) -> None:
    """Write a JSON file that only its owner may read. Raises RequestError."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            os.fchmod(descriptor, 0o600)  # also where it was there before
            json.dump(found, out, indent=2, ensure_ascii=False)
    except OSError as error:
        raise RequestError(f"{file} cannot be written: {error}.") from error
