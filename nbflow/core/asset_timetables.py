"""Timetables that wait for assets, alone or besides a clock.

What they wait for is an expression of `assets.py`; when it is satisfied only the store's events
can say, so the clock of these timetables never is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from nbflow.core.assets import AssetExpression, expression_from_json
from nbflow.core.json import Json, JsonObject
from nbflow.core.timetable import DagRunInfo, Timetable


@dataclass(frozen=True)
class AssetTimetable(Timetable):
    """A run whenever `assets` has been satisfied since the run before."""

    assets: AssetExpression
    kind: ClassVar[str] = "assets"

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        return None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        return None

    def describe(self) -> str:
        return f"When there is news of {self.assets.describe()}"

    def to_json(self) -> dict[str, Json]:
        return {"kind": self.kind, "assets": self.assets.to_json()}

    @classmethod
    def from_json(cls, data: JsonObject) -> AssetTimetable:
        return cls(expression_from_json(data["assets"]))


@dataclass(frozen=True)
class AssetOrTimeTimetable(Timetable):
    """The runs of `timetable`, and one whenever `assets` has been satisfied."""

    timetable: Timetable
    assets: AssetExpression
    kind: ClassVar[str] = "asset_or_time"

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        return self.timetable.next_run(after, earliest, latest)

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        return self.timetable.latest_run(now, earliest, latest)

    def describe(self) -> str:
        return f"{self.timetable.describe()}, or when there is news of {self.assets.describe()}"

    def to_json(self) -> dict[str, Json]:
        return {
            "kind": self.kind,
            "timetable": self.timetable.to_json(),
            "assets": self.assets.to_json(),
        }


def awaited_assets(timetable: Timetable) -> AssetExpression | None:
    """What a DAG with this timetable waits for besides the clock; None for most."""
    if isinstance(timetable, (AssetTimetable, AssetOrTimeTimetable)):
        return timetable.assets
    return None
