"""Notifications: who is to be told of what, and in which words. Sending them is the scheduler's.

A target is an address in apprise's form (`mailto://...`, `slack://...`) or the name of one that the
settings hold, so that no secret has to stand in a DAG's file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbflow.core.json import Json, JsonObject

OCCASIONS = ("success", "failure", "retry", "skipped", "deadline")
"""What one can be notified of: words of `callbacks.Occasion`."""

_VERBS = {
    "success": "succeeded",
    "failure": "failed",
    "retry": "failed and will be tried again",
    "skipped": "was skipped",
    "deadline": "missed its deadline",
    "execute": "has started",
}


@dataclass(frozen=True)
class Notify:
    """Whom to notify: `urls` are addresses or names of them, `on` the occasions.

    `title` and `body` are Jinja templates over `message_names`; empty ones stand for nbflow's own
    words.
    """

    urls: tuple[str, ...]
    on: tuple[str, ...] = ("failure",)
    title: str = ""
    body: str = ""


@dataclass(frozen=True)
class Target:
    """One message to one address."""

    url: str
    title: str = ""
    body: str = ""


@dataclass(frozen=True)
class Message:
    """A message in words. `occasion` lets the channel choose a colour."""

    title: str
    body: str
    occasion: str


def targets(rules: Sequence[Notify], occasion: str) -> list[Target]:
    """Every address that these rules want to be told of this occasion, in order, each once."""
    found: dict[str, Target] = {}
    for rule in rules:
        if occasion in rule.on:
            for url in rule.urls:
                found.setdefault(url, Target(url, rule.title, rule.body))
    return list(found.values())


def masked(url: str) -> str:
    """An address without what may be secret in it: only its scheme. A name stays as it is."""
    scheme, separator, _ = url.partition("://")
    return f"{scheme}://***" if separator else url


def without_secrets(text: str, url: str) -> str:
    """`text` in which the address, and what stands in it, is not to be read."""
    _, separator, rest = url.partition("://")
    text = text.replace(url, masked(url))
    secrets = sorted({part for part in _parts(rest) if len(part) >= 5}, key=len, reverse=True)
    for secret in secrets if separator else ():
        text = text.replace(secret, "***")
    return text


def message_names(
    run: JsonObject, task: JsonObject, occasion: str, facts: JsonObject, link: str
) -> dict[str, Json]:
    """What a template may name.

    `run` brings dag_id, run_id, run_type and logical_date, `task` task_id (None for the run
    itself), map_index and try_number.
    """
    return {
        **run,
        **task,
        "occasion": occasion,
        "verb": _VERBS.get(occasion, occasion),
        "state": facts.get("state"),
        "reason": facts.get("reason"),
        "message": facts.get("message") or "",
        "started_at": facts.get("started_at"),
        "ended_at": facts.get("ended_at"),
        "link": link,
    }


def own_title(names: Mapping[str, Json]) -> str:
    """`sales.load failed`."""
    index = names["map_index"]
    mapped = f"[{index}]" if isinstance(index, int) and index >= 0 else ""
    task = f".{names['task_id']}{mapped}" if names["task_id"] else ""
    return f"{names['dag_id']}{task} {names['verb']}"


def own_body(names: Mapping[str, Json]) -> str:
    """Why, which run, and where to look."""
    attempt = f", try {names['try_number']}" if names["task_id"] else ""
    lines = [names["message"], f"Run {names['run_id']}{attempt}.", names["link"]]
    return "\n".join(str(line) for line in lines if line)


def _parts(rest: str) -> list[str]:
    for separator in "/?&=@:":
        rest = rest.replace(separator, " ")
    return rest.split()
