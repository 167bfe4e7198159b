"""Telling people: `BaseNotifier`, a callback with templates; `AppriseNotifier`, one for a hundred
services; and `notify=`, which the scheduler carries out by itself.
"""

from __future__ import annotations

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import ClassVar, cast

from nbflow.authoring.context import Context
from nbflow.authoring.findings import Findings
from nbflow.core.errors import NbflowError
from nbflow.core.notifications import OCCASIONS, Notify, masked, without_secrets
from nbflow.core.spelling import did_you_mean

BAD_NOTIFY = "NBF214"


class BaseNotifier(ABC):
    """A callback as an object: name the fields that hold templates, and write `notify`.

    >>> class Ring(BaseNotifier):
    ...     template_fields = ("words",)
    ...
    ...     def __init__(self, words):
    ...         super().__init__()
    ...         self.words = words
    ...
    ...     def notify(self, context):
    ...         bell(self.words)
    >>> DAG("sales", on_failure_callback=Ring("{{ dag.dag_id }} failed"))
    """

    template_fields: ClassVar[Sequence[str]] = ()

    def __init__(self, **given: object) -> None:
        """Keeps what files from Airflow hand on, and does nothing with it."""
        self.given = given

    @abstractmethod
    def notify(self, context: Context) -> None:
        """Tell people. The template fields are rendered by then."""

    def __call__(self, *args: Context) -> None:
        """Render the template fields with the context, on a copy, and notify."""
        context = args[-1] if args else {}
        ready = copy(self)
        for name in self.template_fields:
            setattr(ready, name, _rendered(getattr(self, name), context))
        ready.notify(context)


class AppriseNotifier(BaseNotifier):
    """Sends a message through apprise: mail, Slack and a hundred others, from the worker.

    `urls` is an address or a list of them, as apprise writes them. `notify_type` is info, success,
    warning or failure. Raises NbflowError if some address does not take the message.
    """

    template_fields = ("body", "title", "urls")

    def __init__(
        self,
        body: str,
        urls: str | Sequence[str],
        title: str = "",
        notify_type: str = "info",
    ) -> None:
        super().__init__()
        self.body = body
        self.title = title
        self.urls = urls
        self.notify_type = notify_type

    def notify(self, context: Context) -> None:
        # A quarter of a second to import, which only who sends something has to wait for.
        import apprise  # noqa: PLC0415

        urls = [self.urls] if isinstance(self.urls, str) else list(self.urls)
        for url in urls:
            channel = apprise.Apprise()
            if not channel.add(url):
                raise NbflowError(f"{masked(url)} is no address that apprise knows. Correct it.")
            # apprise leaves this one call untyped.
            with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
                kind = self.notify_type
                if not channel.notify(body=self.body, title=self.title, notify_type=kind):
                    why = without_secrets(" ".join(said.getvalue().split()), url)
                    raise NbflowError(f"{masked(url)} did not take the message. {why}".strip())


def notify_rules(given: object, findings: Findings) -> tuple[Notify, ...]:
    """What `notify=` says: an address or a list of addresses, dicts, or both."""
    if given is None:
        return ()
    is_one = isinstance(given, (str, Mapping)) or not isinstance(given, Iterable)
    rules = [
        _rule(one, findings) for one in ([given] if is_one else cast("Iterable[object]", given))
    ]
    return tuple(rule for rule in rules if rule is not None)


def email_rules(options: Mapping[str, object], findings: Findings) -> tuple[Notify, ...]:
    """What Airflow's `email`, `email_on_failure` and `email_on_retry` say."""
    given = options.get("email")
    if given is None:
        return ()
    addresses = [given] if isinstance(given, str) else given
    words = _words(addresses) or ()
    found = tuple(one for word in words for one in re.split(r"[,;\s]+", word) if one)
    if not found:
        _refuse(findings, f"email is {given!r}.", "Give an address, or a list of them.")
    asked = {"failure": "email_on_failure", "retry": "email_on_retry"}
    on = tuple(word for word, name in asked.items() if options.get(name, True))
    return (Notify(found, on),) if found and on else ()


_KEYS = ("urls", "on", "title", "body")


def _rule(given: object, findings: Findings) -> Notify | None:
    if isinstance(given, str):
        return Notify((given,))
    if not isinstance(given, Mapping):
        _refuse(findings, f"notify holds {given!r}, which is no address.", "Write it in quotes.")
        return None
    unknown = [str(key) for key in given if key not in _KEYS]
    urls, on = _words(given.get("urls")), _words(given.get("on", "failure"))
    wrong = [one for one in on or () if one not in OCCASIONS]
    for one in unknown:
        _refuse(findings, f"notify takes no '{one}'.", did_you_mean(one, _KEYS))
    for one in wrong:
        _refuse(findings, f"Nobody can be told on '{one}'.", did_you_mean(one, OCCASIONS))
    if not urls or on is None:
        _refuse(findings, "notify says nobody, or no occasion.", "Give it `urls` and `on`.")
    if unknown or wrong or not urls or on is None:
        return None
    return Notify(urls, on, str(given.get("title") or ""), str(given.get("body") or ""))


def _words(given: object) -> tuple[str, ...] | None:
    if isinstance(given, str):
        return (given,)
    if isinstance(given, (list, tuple)) and all(isinstance(one, str) for one in given):
        return tuple(given)
    return None


def _refuse(findings: Findings, message: str, fix: str) -> None:
    findings.error(BAD_NOTIFY, message, fix)


def _rendered(value: object, context: Context) -> object:
    # Half a tenth of a second, for callbacks with templates only.
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    if isinstance(value, str):
        environment = SandboxedEnvironment(undefined=StrictUndefined)
        return environment.from_string(value).render(**context) if "{" in value else value
    if type(value) is dict:
        return {key: _rendered(item, context) for key, item in value.items()}
    if type(value) is list:
        return [_rendered(item, context) for item in value]
    return tuple(_rendered(item, context) for item in value) if type(value) is tuple else value
