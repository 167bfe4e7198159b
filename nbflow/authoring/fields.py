"""From what a person writes about a DAG or a task to the fields of core's values, with a finding
for everything that is wrong.

Python DAGs bring keyword arguments and notebook DAGs bring metadata under the same names, so both
come through here. What needs the whole graph is in `spec.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum
from typing import Any, TypeVar, cast, get_args
from zoneinfo import ZoneInfo

from nbflow.authoring import without_effect
from nbflow.authoring.callbacks import callback_names
from nbflow.authoring.custom_timetables import as_core, is_custom
from nbflow.authoring.deadlines import read_deadlines
from nbflow.authoring.findings import Findings
from nbflow.authoring.notifiers import email_rules, notify_rules
from nbflow.authoring.params import params_fields
from nbflow.authoring.retrying import retry_rules
from nbflow.core import params as core_params
from nbflow.core.assets import BAD_ASSET, AssetLeaf, AssetNode, leaf_from_json, problems_of
from nbflow.core.dag import DEFAULT_POOL, Isolation, Overlap
from nbflow.core.errors import DefinitionError
from nbflow.core.json import Json, JsonObject
from nbflow.core.kept import KEPT_SECONDS
from nbflow.core.poking import OnError, PokePolicy
from nbflow.core.retries import RetryPolicy
from nbflow.core.spelling import did_you_mean
from nbflow.core.trigger_rules import TriggerRule
from nbflow.core.weights import WeightRule
from nbflow.core.zones import ZoneError, as_utc, zone_named

BAD_ID = "NBF102"
BAD_SETTING = "NBF103"
UNKNOWN_SETTING = "NBF101"
BAD_DATE = "NBF304"
NEEDS_PARAMS = "NBF405"

MAX_ID_LENGTH = 250

Chosen = TypeVar("Chosen", bound=Enum)

DAG_SETTINGS = (
    "schedule",
    "timezone",
    "start_date",
    "end_date",
    "catchup",
    "max_active_runs",
    "max_active_tasks",
    "max_active_tasks_per_dag",
    "overlap",
    "dagrun_timeout",
    "params",
    "default_args",
    "tags",
    "owner",
    "description",
    "doc_md",
    "dag_display_name",
    "fail_fast",
    "max_consecutive_failed_dag_runs",
    "is_paused_upon_creation",
    "secrets",
    "notify",
    "deadline",
    "cache",
)
"""Everything `DAG(...)` takes besides its id."""


def check_id(findings: Findings, noun: str, given: object) -> None:
    """A DAG's or task's id becomes part of paths and addresses: letters, digits, `_`, `-` and `.`,
    and not too long.
    """
    if isinstance(given, str) and len(given) <= MAX_ID_LENGTH and re.fullmatch(r"\w[\w.-]*", given):
        return
    findings.error(
        BAD_ID,
        f"The {noun} {given!r} is no id, or has more than {MAX_ID_LENGTH} characters.",
        "Begin with a letter, digit or underscore, and use only these, '-' and '.'.",
    )


def check_names(findings: Findings, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse settings that nothing reads, with the closest names; for settings that are not Python
    arguments.
    """
    names = set(known)
    for name in given:
        if name not in names:
            fix = did_you_mean(name, names)
            findings.error(UNKNOWN_SETTING, f"There is no setting '{name}'.", fix)


# `Any` in the two results: they are keyword arguments for core's constructors.
def dag_fields(settings: Mapping[str, object], findings: Findings) -> dict[str, Any]:
    """The fields of `core.Dag` that come from DAG_SETTINGS; what is missing or None gets its
    default.
    """
    read = _Reader(settings, findings)
    without_effect.warn_of(settings, without_effect.OF_DAGS, findings)
    zone = _zone(read)
    params = params_fields(read.mapping("params"), findings)
    timetable = _timetable(settings.get("schedule"), zone.key, findings)
    if timetable["kind"] != "none":
        _check_can_be_scheduled(params, findings)
    overlap = read.literal("overlap", get_args(Overlap), "queue")
    start = read.moment("start_date", zone)
    end = read.moment("end_date", zone)
    if start and end and end < start:
        read.refuse("end_date", "before the start_date", "Exchange them.", code=BAD_DATE)
    return {
        "timetable": timetable,
        "start_date": start,
        "end_date": end,
        "catchup": _catchup(read),
        "max_active_runs": read.whole("max_active_runs", 16 if overlap == "queue" else 1, least=1),
        "max_active_tasks": read.whole_or_none("max_active_tasks", least=1),
        "max_active_tasks_per_dag": read.whole_or_none("max_active_tasks_per_dag", least=1),
        "overlap": overlap,
        "run_timeout": read.seconds_or_none("dagrun_timeout"),
        "params": params,
        "tags": _tags(read),
        "owner": read.text("owner", ""),
        "description": read.text("description", ""),
        "doc": read.text("doc_md", ""),
        "display_name": read.text("dag_display_name", ""),
        "fail_fast": read.flag("fail_fast", False),
        "max_consecutive_failed_runs": read.whole("max_consecutive_failed_dag_runs", 0) or None,
        "notify": notify_rules(settings.get("notify"), findings),
        "paused_upon_creation": read.flag("is_paused_upon_creation", False),
        "deadlines": read_deadlines(settings.get("deadline"), findings),
    }


def task_fields(options: Mapping[str, object], findings: Findings) -> dict[str, Any]:
    """The fields of `core.Task` that come from TaskOptions; what is missing or None gets its
    default.
    """
    read = _Reader(options, findings)
    without_effect.warn_of(options, without_effect.OF_TASKS, findings)
    return {
        "params": params_fields(read.mapping("params"), findings),
        "trigger_rule": read.member("trigger_rule", TriggerRule.ALL_SUCCESS),
        "retry": retry_policy(options, findings),
        "pool": read.text("pool", DEFAULT_POOL),
        "pool_slots": read.whole("pool_slots", 1, least=1),
        "priority_weight": read.whole("priority_weight", 1),
        "weight_rule": read.member("weight_rule", WeightRule.DOWNSTREAM),
        "max_active_tis_per_dag": read.whole_or_none("max_active_tis_per_dag", least=1),
        "max_active_tis_per_dagrun": read.whole_or_none("max_active_tis_per_dagrun", least=1),
        "do_xcom_push": read.flag("do_xcom_push", True),
        "depends_on_past": read.flag("depends_on_past", False),
        "wait_for_downstream": read.flag("wait_for_downstream", False),
        "ignore_first_depends_on_past": read.flag("ignore_first_depends_on_past", True),
        "queue": read.text("queue", "") or None,
        "resources": _resources(read),
        "execution_timeout": read.seconds_or_none("execution_timeout"),
        "keep_failed_kernel": _keep_failed_kernel(read),
        "isolation": read.literal("isolation", get_args(Isolation), "process"),
        "callbacks": callback_names(options, findings),
        "notify": (
            *notify_rules(options.get("notify"), findings),
            *email_rules(options, findings),
        ),
        "min_success_ratio": _ratio(read),
        "map_index_template": read.text("map_index_template", ""),
        "outlets": _assets(read, "outlets"),
        "inlets": _assets(read, "inlets"),
        "display_name": read.text("task_display_name", ""),
        "tags": _tags(read),
    }


def retry_policy(options: Mapping[str, object], findings: Findings) -> RetryPolicy:
    """The RetryPolicy that a task's options ask for."""
    read = _Reader(options, findings)
    plain = RetryPolicy()
    return RetryPolicy(
        retries=read.whole("retries", plain.retries),
        delay=read.duration("retry_delay", plain.delay),
        backoff=_backoff(read),
        max_delay=read.duration("max_retry_delay", plain.max_delay),
        jitter=read.number("retry_jitter", plain.jitter),
        infra_retries=read.whole("infra_retries", plain.infra_retries),
        **retry_rules(options.get("retry_policy"), findings),
    )


# --- one reader per kind of field -----------------------------------------------------------------


@dataclass(frozen=True)
class _Reader:
    """Reads settings by name: each method gives the value as core wants it, or finds what is wrong
    and gives the default.
    """

    settings: Mapping[str, object]
    findings: Findings

    def refuse(self, name: str, why: str, fix: str, code: str = BAD_SETTING) -> None:
        given = self.settings.get(name)
        self.findings.error(code, f"{name} is {given!r}, which is {why}.", fix)

    def text(self, name: str, default: str) -> str:
        given = self.settings.get(name)
        if given is None or isinstance(given, str):
            return default if given is None else given
        self.refuse(name, "no text", "Write it in quotes.")
        return default

    def flag(self, name: str, default: bool) -> bool:
        given = self.settings.get(name)
        if given is None or isinstance(given, bool):
            return default if given is None else given
        self.refuse(name, "neither True nor False", "Use one of them.")
        return default

    def whole(self, name: str, default: int, least: int = 0) -> int:
        found = self.whole_or_none(name, least)
        return default if found is None else found

    def whole_or_none(self, name: str, least: int = 0) -> int | None:
        given = self.settings.get(name)
        if given is None:
            return None
        if isinstance(given, int) and not isinstance(given, bool) and given >= least:
            return given
        self.refuse(name, f"no whole number from {least}", f"Use one, for example {max(least, 1)}.")
        return None

    def number(self, name: str, default: float) -> float:
        given = self.settings.get(name)
        if given is None:
            return default
        if _is_number(given) and cast("float", given) >= 0:
            return float(cast("float", given))
        self.refuse(name, "no number from 0", "Use one, for example 0.5.")
        return default

    def duration(self, name: str, default: timedelta) -> timedelta:
        found = self.seconds_or_none(name)
        return default if found is None else timedelta(seconds=found)

    def seconds_or_none(self, name: str) -> float | None:
        given = self.settings.get(name)
        if given is None:
            return None
        seconds = given.total_seconds() if isinstance(given, timedelta) else given
        if _is_number(seconds) and cast("float", seconds) >= 0:
            return float(cast("float", seconds))
        self.refuse(name, "no span of time", "Use a timedelta, or a number of seconds such as 300.")
        return None

    def literal(self, name: str, words: Sequence[str], default: str) -> str:
        given = self.settings.get(name)
        if given is None or given in words:
            return default if given is None else str(given)
        self.refuse(name, f"none of {', '.join(words)}", did_you_mean(str(given), words))
        return default

    def member(self, name: str, default: Chosen) -> Chosen:
        """One of an enum's members, given as it is or as its word."""
        words = {str(member.value): member for member in type(default)}
        given = self.settings.get(name)
        if given is None or str(given) in words:
            return default if given is None else words[str(given)]
        self.refuse(name, f"no {name.replace('_', ' ')}", did_you_mean(str(given), words))
        return default

    def mapping(self, name: str) -> Mapping[str, object]:
        given = self.settings.get(name)
        if given is None or isinstance(given, Mapping):
            return given or {}
        self.refuse(name, "no dict", "Write it as a dict: {'name': value}.")
        return {}

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """An instant in UTC, given as a date or datetime or as ISO text; without a zone it is read
        in `zone`.
        """
        given = self.settings.get(name)
        if given is None:
            return None
        moment = _moment(given)
        if moment is None:
            fix = "Use ISO text such as '2026-01-31' or '2026-01-31T06:00', or a datetime."
            self.refuse(name, "no date", fix, code=BAD_DATE)
            return None
        return as_utc(moment.replace(tzinfo=zone) if moment.utcoffset() is None else moment)


def as_moment(given: object) -> datetime | None:
    """The instant in UTC that a date, datetime or ISO text means; without a zone it is in UTC."""
    moment = _moment(given)
    if moment is None:
        return None
    return as_utc(moment.replace(tzinfo=timezone.utc) if moment.utcoffset() is None else moment)


def _is_number(value: object) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(cast("float", value))


def _moment(given: object) -> datetime | None:
    if isinstance(given, str):
        try:
            # Python 3.10 does not know the Z.
            return datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", given.strip()))
        except ValueError:
            return None
    if isinstance(given, datetime):
        # A plain one also for pendulum's and pandas' own classes.
        return datetime.combine(
            date(given.year, given.month, given.day),
            time(given.hour, given.minute, given.second, given.microsecond, given.tzinfo),
        ).replace(fold=given.fold)
    if isinstance(given, date):
        return datetime.combine(given, time())
    return None


# --- fields with rules of their own ---------------------------------------------------------------


def poke_policy(settings: Mapping[str, object], findings: Findings) -> PokePolicy:
    """How often and how long a sensor looks, from its arguments."""
    read = _Reader(settings, findings)
    read.literal("mode", ("poke", "reschedule"), "poke")
    given = settings.get("exponential_backoff")
    backoff = read.number("exponential_backoff", 1.0) if given and given is not True else 1.0
    interval = read.seconds_or_none("poke_interval")
    return PokePolicy(
        poke_interval=60.0 if interval is None else interval,
        timeout=read.seconds_or_none("timeout"),
        soft_fail=read.flag("soft_fail", False),
        backoff=2.0 if given is True else max(1.0, backoff),
        max_wait=read.seconds_or_none("max_wait"),
    )


def on_error_of(settings: Mapping[str, object], findings: Findings) -> OnError | None:
    """What an error in a look of a sensor means, from its arguments; None: that it fails."""
    read = _Reader(settings, findings)
    skips = read.flag("never_fail", False)
    if read.flag("silent_fail", False):
        return OnError.LOOK_AGAIN
    return OnError.SKIP if skips else None


def zone_of(settings: Mapping[str, object], findings: Findings) -> str:
    """The name of the zone of a DAG with these settings."""
    return _zone(_Reader(settings, findings)).key


def _zone(read: _Reader) -> ZoneInfo:
    """The DAG's zone: as given, else the start date's, as Airflow's files have it, else UTC."""
    given = read.settings.get("timezone")
    if given is None:
        given = getattr(read.settings.get("start_date"), "tzinfo", None)
        given = given if _zone_name(given) else "UTC"
    try:
        return zone_named(_zone_name(given) or str(given))
    except ZoneError as error:
        read.findings.adopt(error.problems)
        return ZoneInfo("UTC")


def _zone_name(zone: object) -> str:
    """The IANA name of a zone object or of text; empty for a mere offset."""
    if isinstance(zone, str):
        return zone
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    return name if isinstance(zone, tzinfo) and isinstance(name, str) else ""


def _timetable(schedule: object, timezone: str, findings: Findings) -> JsonObject:
    # Cron costs 70 ms to import, and a worker that loads a DAG's file for a task reads no schedule.
    from nbflow.core.timetables import awaited_assets, timetable_from  # noqa: PLC0415

    if is_custom(schedule):
        custom = as_core(schedule, findings)
        return {"kind": "none"} if custom is None else custom.to_json()
    try:
        timetable = timetable_from(schedule, timezone)
        awaited = awaited_assets(timetable)
        for leaf in awaited.leaves() if awaited is not None else ():
            findings.adopt(problems_of(leaf))
        return timetable.to_json()
    except DefinitionError as error:
        findings.adopt(error.problems)
        return {"kind": "none"}


def _check_can_be_scheduled(params: core_params.Params, findings: Findings) -> None:
    for name in core_params.required(params):
        findings.error(
            NEEDS_PARAMS,
            f"The DAG has a schedule, and its param '{name}' has no default, "
            "so a scheduled run would lack it.",
            f"Give '{name}' a default, or take the schedule away.",
        )


def _assets(read: _Reader, name: str) -> tuple[JsonObject, ...]:
    given = read.settings.get(name)
    several = isinstance(given, Sequence) and not isinstance(given, str)
    found: dict[AssetNode, AssetLeaf] = {}
    for one in cast("Sequence[object]", given) if several else [given]:
        if one is None:
            continue
        try:
            leaf = one if isinstance(one, AssetLeaf) else leaf_from_json(cast("Json", one))
        except ValueError as error:
            read.findings.error(BAD_ASSET, f"{name}: {error}", "")
            continue
        read.findings.adopt(problems_of(leaf))
        found.setdefault(leaf.node, leaf)
    return tuple(leaf.to_json() for leaf in found.values())


def _catchup(read: _Reader) -> bool | int:
    given = read.settings.get("catchup")
    if given is None or isinstance(given, bool):
        return bool(given)
    if isinstance(given, int) and given >= 1:
        return given
    read.refuse(
        "catchup", "neither True, False nor a whole number from 1", "Use one of them, such as 1."
    )
    return False


def _ratio(read: _Reader) -> float:
    ratio = read.number("min_success_ratio", 1.0)
    if ratio <= 1:
        return ratio
    read.refuse("min_success_ratio", "no number from 0 to 1", "Use one, for example 0.9.")
    return 1.0


def _keep_failed_kernel(read: _Reader) -> float | None:
    given = read.settings.get("keep_failed_kernel")
    if isinstance(given, bool):
        return KEPT_SECONDS if given else 0.0
    return read.seconds_or_none("keep_failed_kernel")


def _tags(read: _Reader) -> tuple[str, ...]:
    given = read.settings.get("tags") or ()
    if isinstance(given, str) or not isinstance(given, Iterable):
        read.refuse("tags", "no list of words", "Write it as a list: ['sales'].")
        return ()
    words = [str(tag) for tag in given]
    # A set has no order of its own, and the spec must not change with it.
    return tuple(words if isinstance(given, Sequence) else sorted(words))


def _backoff(read: _Reader) -> float:
    """Airflow's field: True doubles each delay, a number multiplies it, False and 0 leave it as it
    is.
    """
    given = read.settings.get("retry_exponential_backoff")
    if given is True:
        return 2.0
    factor = read.number("retry_exponential_backoff", 1.0) if given else 1.0
    if factor >= 1:
        return factor
    read.refuse("retry_exponential_backoff", "less than 1", "Use True, or a factor such as 1.5.")
    return 1.0


def _resources(read: _Reader) -> dict[str, float]:
    given = read.mapping("resources")
    if all(_is_number(amount) and cast("float", amount) >= 0 for amount in given.values()):
        return {str(name): float(cast("float", amount)) for name, amount in given.items()}
    read.refuse("resources", "no dict of amounts", "Write it as {'GPU': 1}.")
    return {}
