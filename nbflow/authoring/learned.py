"""What runs have taught about the cells of a project: values that could not be sent to another
kernel when they were made. The next plan of a notebook with such cells puts them together with
those that use the value (`dataflow/bonds.py`).

The file is by content: a cell that means something else is not known any more. It can be deleted.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from nbflow.authoring.dataflow.source import CellSource, parse_cell

PLACE = Path(".nbflow") / "learned.json"
"""In the folder of the project, or of notebooks elsewhere; it holds for all below that folder."""

MOST = 1000
"""So many cells are remembered, the newest."""

CannotTravel = Mapping[tuple[int, str], str]
"""Why the value of a name, as a cell leaves it, cannot be sent to another kernel."""


def digest_of(source: CellSource) -> str:
    """Of what the cell does: the same whatever its layout and comments are."""
    told = [ast.dump(statement) for statement in source.body] or [source.text]
    return sha256("\n".join(told).encode()).hexdigest()[:32]


def what_cannot_travel(path: Path, sources: Sequence[CellSource]) -> CannotTravel:
    """What is known of the cells of the notebook in the file `path`."""
    known: dict[str, dict[str, str]] = {}
    for folder in reversed(path.absolute().parents):
        known.update(_read(folder / PLACE))
    if not known:
        return {}
    return {
        (source.index, name): why
        for source in sources
        for name, why in known.get(digest_of(source), {}).items()
    }


def keep(folder: Path, cells: Iterable[str], reasons: Mapping[str, str]) -> None:
    """Remember in the project `folder` that the values of these names, which one of these cells
    made, cannot travel. Raises OSError.
    """
    place = folder / PLACE
    known = _read(place)
    for text in cells:
        digest = digest_of(parse_cell(0, text))
        known[digest] = {**known.pop(digest, {}), **reasons}
    newest = dict(list(known.items())[-MOST:])
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{uuid4().hex}")
    draft.write_text(json.dumps(newest, indent=1), encoding="utf-8")
    draft.replace(place)


def _read(place: Path) -> dict[str, dict[str, str]]:
    """Nothing where there is no file, or none that can be read: the next failure writes it anew."""
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
