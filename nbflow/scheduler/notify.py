"""Sends notifications through apprise, each in a thread of its own, so that no address that is slow
or silent holds up the loop. What is to be sent, and that it was, is stored by `call_back`.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import quote

from nbflow.core.errors import NbflowError
from nbflow.core.json import Json
from nbflow.core.notifications import (
    Message,
    Notify,
    Target,
    masked,
    own_body,
    own_title,
    without_secrets,
)
from nbflow.store.callbacks import Ending

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
_COLOURS = {"success": "success", "failure": "failure", "deadline": "failure", "retry": "warning"}


class NotSent(NbflowError):
    """A notification did not reach its address; the message says why, without the address."""


@dataclass(frozen=True)
class NotifySettings:
    """What the project's settings say: rules for `runs` and for `tasks` of every DAG, addresses by
    name, the one of mail with `{to}` in it, where links lead, and how long sending may take in
    seconds.
    """

    runs: Notify
    tasks: Notify
    named: Mapping[str, str] = field(default_factory=dict)
    mail: str = ""
    link: str = ""
    timeout: float = 60.0

    @property
    def is_about_every_dag(self) -> bool:
        """Whether somebody is told of DAGs that ask for nothing."""
        return bool(self.runs.urls or self.tasks.urls)

    def address(self, url: str) -> str:
        """The address itself for a name, or for somebody's mail address. Raises NotSent."""
        if url in self.named or "://" in url:
            return self.named.get(url, url)
        if "@" not in url:
            raise NotSent(
                f"There is no address named {url!r}. "
                "Name it in [notifications.targets] of nbflow.toml."
            )
        if not self.mail:
            raise NotSent(
                f"It is not known how to send mail to {url}. In [notifications] of nbflow.toml set "
                'mail = "mailtos://user:password@smtp.example.org?to={to}".'
            )
        return self.mail.replace("{to}", quote(url, safe="@"))

    def link_to(self, dag_id: str, run_id: str, task_id: str | None) -> str:
        """Where a person sees what the message is about; empty without a base address."""
        if not self.link:
            return ""
        parts = [quote(part, safe="") for part in (dag_id, run_id, task_id) if part]
        return f"{self.link.rstrip('/')}?nbflow={'/'.join(parts)}"


@dataclass(frozen=True)
class Job:
    """A message to be worded from `names`, for a target, on behalf of a stored callback."""

    callback_id: str
    target: Target
    names: Mapping[str, Json]


class Notifier:
    """Sends jobs. `wake` is called when `drain` has something to tell."""

    def __init__(self, settings: NotifySettings, wake: Callable[[], None]) -> None:
        self.settings = settings
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._sending: dict[str, tuple[Job, float]] = {}
        self._ended: list[Ending] = []

    def has(self, callback_id: str) -> bool:
        """Whether this notification is still on its way, or its end not drained."""
        with self._lock:
            return (
                callback_id in self._sending
                or any(job.callback_id == callback_id for job in self._waiting)
                or any(end.callback_id == callback_id for end in self._ended)
            )

    def send(self, job: Job) -> None:
        """Send it as soon as there is a thread for it."""
        with self._lock:
            self._waiting.append(job)
        self._begin_more()

    def drain(self) -> list[Ending]:
        """Those that have ended since the last call, and those that took too long."""
        with self._lock:
            for callback_id, (job, began) in list(self._sending.items()):
                if monotonic() - began > self.settings.timeout:
                    # Its thread may hang for ever; nobody waits for it any more.
                    del self._sending[callback_id]
                    why = f"No answer from {masked(job.target.url)} within its time limit."
                    self._ended.append(Ending(callback_id, "failed", why))
            ended, self._ended = self._ended, []
        if ended:
            self._begin_more()
        return ended

    @property
    def look_again(self) -> float | None:
        """Seconds until one has taken too long; None if none is on its way."""
        with self._lock:
            begun = [began for _, began in self._sending.values()]
        return None if not begun else max(0.0, min(begun) + self.settings.timeout - monotonic())

    def _begin_more(self) -> None:
        with self._lock:
            while self._waiting and len(self._sending) < SIDE_BY_SIDE:
                job = self._waiting.popleft()
                self._sending[job.callback_id] = (job, monotonic())
                name = f"nbflow-notify-{job.callback_id[:8]}"
                threading.Thread(target=self._run, args=(job,), name=name, daemon=True).start()

    def _run(self, job: Job) -> None:
        ending = Ending(job.callback_id, "success")
        url = job.target.url
        try:
            url = self.settings.address(url)
            deliver(url, worded(job.target, job.names))
        # Whatever a template, apprise or one of its hundred services raises is the outcome.
        except Exception as error:  # noqa: BLE001
            why = (
                str(error) if isinstance(error, NbflowError) else f"{type(error).__name__}: {error}"
            )
            ending = Ending(job.callback_id, "failed", without_secrets(why, url))
        with self._lock:
            if self._sending.pop(job.callback_id, None) is None:
                return  # it took too long, and was told so
            self._ended.append(ending)
        self._wake()


def worded(target: Target, names: Mapping[str, Json]) -> Message:
    """The message in words. Raises jinja2's errors for a template that cannot be rendered."""
    title = _rendered(target.title, names) if target.title else own_title(names)
    body = _rendered(target.body, names) if target.body else own_body(names)
    return Message(title, body, str(names["occasion"]))


def deliver(url: str, message: Message) -> None:
    """Send one message and wait for it. Raises NotSent."""
    # A quarter of a second to import, which a scheduler that has nobody to tell need not wait for.
    import apprise  # noqa: PLC0415

    channel = apprise.Apprise()
    if not channel.add(url):
        raise NotSent(f"{masked(url)} is no address that apprise knows. Correct it.")
    kind = _COLOURS.get(message.occasion, "info")
    # apprise leaves this one call untyped.
    with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
        sent = channel.notify(body=message.body, title=message.title, notify_type=kind)
        if not sent:
            why = " ".join(said.getvalue().split())
            raise NotSent(f"{masked(url)} did not take the message. {why}".strip())


def _rendered(template: str, names: Mapping[str, Json]) -> str:
    # As above.
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    return SandboxedEnvironment(undefined=StrictUndefined).from_string(template).render(names)
