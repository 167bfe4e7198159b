"""The book of attempts that a Dask scheduler keeps for nbflow: who may start, runs, has said what.

Pure: no Dask and no clock. `dask_scheduler_plugin.py` feeds it what happens and carries out what it
answers.

An attempt is *expected* from the moment Dask's scheduler knows its key until a worker claims it or
Dask forgets it, *running* from its claim until its end is known, and after that only a letter in
the mailbox of the session that owns it. A claim is granted only to an expected attempt and takes it
out of that table in the same step, and all claims meet in this one book: so an attempt starts at
most once, whatever Dask re-runs, steals or sends twice, and no list of finished attempts has to be
kept for it. Nor can any table outgrow what is in flight: expected attempts go with Dask's keys,
running ones with their workers, letters with their acknowledgement or their age.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from nbflow.core.orders import ReportKind, TaskReport, lost
from nbflow.core.states import Reason
from nbflow.executors.reports import cancelled

# Letters nobody has asked for in this time belong to a scheduler that will not come back.
KEEP_LETTERS = timedelta(days=7)
# An attempt that Dask has not shown us within this time is not on its way any more.
KEEP_BARS = timedelta(minutes=10)


@dataclass(frozen=True)
class Expected:
    """An attempt Dask holds a key for; `session` submitted it through Dask's `client`."""

    session: str
    client: str


@dataclass(frozen=True)
class Bar:
    """An attempt may not start, whatever key Dask may yet show us, save if `but` submits it."""

    at: datetime
    but: str | None = None


@dataclass(frozen=True)
class Running:
    """An attempt that `worker` has claimed, and when it was last known to be alive.

    `session` owns it now, `submitted_by` is the one whose key made the claim.
    """

    session: str
    submitted_by: str
    worker: str
    seen: datetime
    cancelled: bool = False


@dataclass(frozen=True)
class Letter:
    """A report on its way to a session: `body` is the pickled TaskReport, not read here."""

    number: int
    attempt_id: str
    kind: ReportKind
    body: bytes
    at: datetime


class Mailbox:
    """The letters of one session, in order, until it acknowledges them.

    Of the signs of life of an attempt only the latest is kept.
    """

    def __init__(self) -> None:
        self._letters: dict[int, Letter] = {}
        self._numbers: dict[str, dict[ReportKind, int]] = {}

    def __len__(self) -> int:
        return len(self._letters)

    def __contains__(self, attempt_id: str) -> bool:
        return attempt_id in self._numbers

    def put(self, letter: Letter) -> None:
        kinds = self._numbers.setdefault(letter.attempt_id, {})
        self._letters.pop(kinds.get(letter.kind, -1), None)
        kinds[letter.kind] = letter.number
        self._letters[letter.number] = letter

    def take(self, attempt_id: str) -> list[Letter]:
        """Remove and return all letters about this attempt, oldest first."""
        numbers = sorted(self._numbers.pop(attempt_id, {}).values())
        return [self._letters.pop(number) for number in numbers]

    def after(self, number: int) -> list[Letter]:
        """The letters later than `number`, oldest first."""
        newer: list[Letter] = []
        for letter in reversed(self._letters.values()):
            if letter.number <= number:
                break
            newer.append(letter)
        return newer[::-1]

    def acknowledge(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            letter = self._letters.pop(number, None)
            if letter is None:
                continue
            kinds = self._numbers[letter.attempt_id]
            del kinds[letter.kind]
            if not kinds:
                del self._numbers[letter.attempt_id]

    def drop_before(self, at: datetime) -> None:
        self.acknowledge([each.number for each in self._letters.values() if each.at < at])


class AttemptBook:
    """Every attempt one Dask scheduler knows of. All methods are called from its event loop."""

    def __init__(self) -> None:
        self.expected: dict[str, Expected] = {}
        self.running: dict[str, Running] = {}
        self.mailboxes: dict[str, Mailbox] = {}
        self._barred: dict[str, Bar] = {}
        self._numbers = count(1)

    def expect(self, attempt: str, session: str, client: str) -> None:
        """Dask has taken in the key under which `session` submitted this attempt."""
        bar = self._barred.get(attempt)
        if bar is not None and bar.but != session:
            return
        if attempt not in self.running and not self._has_letters(attempt):
            self.expected[attempt] = Expected(session, client)

    def claim(self, attempt: str, session: str, worker: str, at: datetime) -> bool:
        """Whether `worker` may start this attempt now: yes once, to the session that submits it."""
        expected = self.expected.get(attempt)
        if expected is None or expected.session != session:
            return False
        del self.expected[attempt]
        self.running[attempt] = Running(session, session, worker, at)
        self._put(session, TaskReport(attempt, ReportKind.STARTED, at, worker))
        return True

    def finish(self, attempt: str, worker: str, body: bytes, at: datetime) -> str | None:
        """Take the last report of a running attempt; return the session it goes to.

        None if this worker does not run it: its end has been decided without it.
        """
        running = self.running.get(attempt)
        if running is None or running.worker != worker:
            return None
        del self.running[attempt]
        self._post(running.session, attempt, ReportKind.FINISHED, body, at)
        return running.session

    def beat(self, worker: str, attempts: Collection[str], at: datetime) -> list[str]:
        """Note that these attempts are alive on `worker`; return those it has no claim on."""
        strangers = []
        for attempt in attempts:
            running = self.running.get(attempt)
            if running is None or running.worker != worker:
                strangers.append(attempt)
                continue
            self.running[attempt] = replace(running, seen=at)
            self._put(running.session, TaskReport(attempt, ReportKind.HEARTBEAT, at, worker))
        return strangers

    def cancel(self, session: str, attempts: Iterable[str], at: datetime) -> dict[str, list[str]]:
        """See that these attempts never start; return those that run, by worker."""
        by_worker: dict[str, list[str]] = {}
        for attempt in attempts:
            running = self.running.get(attempt)
            if running is not None:
                self.running[attempt] = replace(running, cancelled=True)
                by_worker.setdefault(running.worker, []).append(attempt)
            elif not self._has_letters(attempt):
                self.expected.pop(attempt, None)
                self._barred[attempt] = Bar(at)
                self._put(session, cancelled(attempt, at, "It had not started."))
        return by_worker

    def adopt(self, session: str, attempts: Collection[str], at: datetime) -> set[str]:
        """Make these attempts the session's own; return those that run or have letters waiting.

        The others can no longer start, save if this session submits them.
        """
        return {attempt for attempt in attempts if self._adopt(session, attempt, at)}

    def _adopt(self, session: str, attempt: str, at: datetime) -> bool:
        expected, running = self.expected.get(attempt), self.running.get(attempt)
        if expected is not None and expected.session == session:
            return True
        letters = self._take_letters(attempt)
        for letter in letters:
            self._post(session, attempt, letter.kind, letter.body, letter.at)
        if running is not None:
            self.running[attempt] = replace(running, session=session)
        if running is not None or letters:
            return True
        self.expected.pop(attempt, None)
        self._barred[attempt] = Bar(at, but=session)
        return False

    def worker_left(self, worker: str, at: datetime) -> None:
        """End every attempt that ran on `worker`."""
        for attempt in [each for each, run in self.running.items() if run.worker == worker]:
            self.lose(attempt, f"Its worker {worker} left the cluster while it ran.", at)

    def close_session(self, session: str) -> None:
        """Drop the letters of a session that has read them all."""
        self.mailboxes.pop(session, None)

    def unseen_since(self, at: datetime) -> list[str]:
        """The running attempts whose last sign of life is older than `at`."""
        return [attempt for attempt, running in self.running.items() if running.seen < at]

    def lose(
        self, attempt: str, message: str, at: datetime, reason: Reason = Reason.WORKER_LOST
    ) -> None:
        """End an attempt, started or not, on behalf of whoever could have; others are ignored."""
        running = self.running.pop(attempt, None)
        holder = running or self.expected.pop(attempt, None)
        if holder is None:
            return
        if running is not None and running.cancelled:
            report = cancelled(attempt, at, message)
        else:
            report = lost(attempt, at, message, reason)
        self._put(holder.session, replace(report, worker=running.worker if running else ""))

    def letters(self, session: str, after: int) -> list[Letter]:
        mailbox = self.mailboxes.get(session)
        return mailbox.after(after) if mailbox else []

    def acknowledge(self, session: str, numbers: Iterable[int]) -> None:
        if session in self.mailboxes:
            self.mailboxes[session].acknowledge(numbers)
            self._drop_empty()

    def clean(self, now: datetime) -> None:
        """Drop what nobody will ask for any more."""
        for mailbox in self.mailboxes.values():
            mailbox.drop_before(now - KEEP_LETTERS)
        self._drop_empty()
        old = now - KEEP_BARS
        self._barred = {attempt: bar for attempt, bar in self._barred.items() if bar.at >= old}

    def by_worker(self) -> Mapping[str, int]:
        """How many attempts run on each worker."""
        counts: dict[str, int] = {}
        for running in self.running.values():
            counts[running.worker] = counts.get(running.worker, 0) + 1
        return counts

    def _has_letters(self, attempt: str) -> bool:
        return any(attempt in mailbox for mailbox in self.mailboxes.values())

    def _take_letters(self, attempt: str) -> list[Letter]:
        return [each for box in self.mailboxes.values() for each in box.take(attempt)]

    def _put(self, session: str, report: TaskReport) -> None:
        self._post(session, report.attempt_id, report.kind, pickle.dumps(report), report.at)

    def _post(
        self, session: str, attempt: str, kind: ReportKind, body: bytes, at: datetime
    ) -> None:
        mailbox = self.mailboxes.setdefault(session, Mailbox())
        mailbox.put(Letter(next(self._numbers), attempt, kind, body, at))

    def _drop_empty(self) -> None:
        self.mailboxes = {session: box for session, box in self.mailboxes.items() if len(box)}
