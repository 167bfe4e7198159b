"""Notifications: who is told what, once, through apprise, without holding up the scheduler."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.notifications import Notify
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.notify import NotifySettings, NotSent
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.views.runs import run_detail
from nbflow.views.shapes import CallbackView
from tests.mailbox import Mailbox, open_mailbox
from tests.scheduler.stage import BAD, Clock, Hands, a_dag, run_state, start_run

NOBODY = NotifySettings(Notify(()), Notify((), ()))


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with open_mailbox() as box:
        yield box


class Woken(Scheduler):
    """A scheduler that lets the test wait for its being woken."""

    def __init__(self, *args: object, **settings: object) -> None:
        self.woken = threading.Event()
        super().__init__(*args, **settings)  # type: ignore[arg-type]  # those of Scheduler

    def wake(self) -> None:
        super().wake()
        self.woken.set()


class Stage:
    """A scheduler that notifies, woken by what it sent."""

    def __init__(
        self, database: Database, folder: Path, hands: Hands, settings: NotifySettings
    ) -> None:
        self.database, self.hands = database, hands
        loop = SchedulerSettings(str(folder / "artifacts"), schedules=False, notify=settings)
        self.scheduler = Woken(database, hands, loop, clock=Clock())
        self.woken = self.scheduler.woken

    def fail(self, task_id: str) -> None:
        self.scheduler.tick()
        self.hands.finish(task_id, BAD)
        self.scheduler.tick()

    def told(self) -> list[CallbackView]:
        """What became of all notifications, once they have ended."""
        while not self.scheduler.callbacks.is_idle:
            assert self.woken.wait(30)
            self.woken.clear()
            self.scheduler.tick()
        return run_detail(self.database, "d", "r").callbacks


def test_a_dag_has_failures_of_its_runs_told(
    database: Database, tmp_path: Path, hands: Hands, mailbox: Mailbox
) -> None:
    start_run(database, a_dag("a", notify=(Notify((mailbox.url,)),)))
    stage = Stage(database, tmp_path, hands, replace(NOBODY, link="https://lab.example/lab"))
    stage.fail("a")
    letter = mailbox.wait_for(1)[0]
    assert letter["title"] == "d failed"
    assert letter["message"] == ("Did not succeed: a.\nRun r.\nhttps://lab.example/lab?nbflow=d/r")
    assert letter["type"] == "failure"
    assert [(one.kind, one.state) for one in stage.told()] == [("notify", "success")]


def test_a_task_has_its_failures_told_in_its_own_words(
    database: Database, tmp_path: Path, hands: Hands, mailbox: Mailbox
) -> None:
    rule = Notify((mailbox.url,), ("failure",), "{{ task_id }} {{ verb }}", "{{ message }}!")
    task = Task("a", TaskKind.PYTHON, notify=(rule,))
    start_run(database, a_dag(tasks=[task]))
    Stage(database, tmp_path, hands, NOBODY).fail("a")
    letter = mailbox.wait_for(1)[0]
    assert (letter["title"], letter["message"]) == ("a failed", "ValueError: no!")


def test_the_project_is_told_of_every_dag_and_names_its_addresses(
    database: Database, tmp_path: Path, hands: Hands, mailbox: Mailbox
) -> None:
    settings = NotifySettings(
        Notify(("ops",)), Notify(("ops",), ("failure",)), named={"ops": mailbox.url}
    )
    start_run(database, a_dag("a"))
    stage = Stage(database, tmp_path, hands, settings)
    stage.fail("a")
    assert {letter["title"] for letter in mailbox.wait_for(2)} == {"d failed", "d.a failed"}
    assert {one.name for one in stage.told()} == {"ops"}


def test_what_nobody_asked_for_is_not_told(
    database: Database, tmp_path: Path, hands: Hands, mailbox: Mailbox
) -> None:
    start_run(database, a_dag("a", notify=(Notify((mailbox.url,), ("success",)),)))
    stage = Stage(database, tmp_path, hands, NOBODY)
    stage.fail("a")
    assert (stage.told(), mailbox.letters) == ([], [])


def test_an_address_that_refuses_harms_nothing_and_shows_no_secret(
    database: Database, tmp_path: Path, hands: Hands
) -> None:
    with open_mailbox(status=500) as box:
        start_run(database, a_dag("a", notify=(Notify((box.url,), ("failure",)),)))
        stage = Stage(database, tmp_path, hands, NOBODY)
        stage.fail("a")
        (told,) = stage.told()
    assert (told.state, told.name) == ("failed", "json://***")
    assert "did not take the message" in told.message
    assert run_state(database) == "failed"
    with database.reading() as session:
        lines = str(journal.after(session, 0))
    assert "s3cret-word" not in lines


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (Notify(("nobody",)), "no address named 'nobody'"),
        (Notify(("nonsense://x",)), "no address that apprise knows"),
        (Notify(("json://127.0.0.1:1",), title="{{ oops }}"), "'oops' is undefined"),
    ],
)
def test_what_cannot_be_sent_says_why(
    database: Database, tmp_path: Path, hands: Hands, rule: Notify, why: str
) -> None:
    start_run(database, a_dag("a", notify=(rule,)))
    stage = Stage(database, tmp_path, hands, NOBODY)
    stage.fail("a")
    (told,) = stage.told()
    assert told.state == "failed"
    assert why in told.message


def test_an_address_that_never_answers_does_not_hold_up_the_scheduler(
    database: Database, tmp_path: Path, hands: Hands
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        start_run(database, a_dag("a", notify=(Notify((f"json://127.0.0.1:{port}/?rto=60",)),)))
        stage = Stage(database, tmp_path, hands, replace(NOBODY, timeout=0.2))
        stage.fail("a")
        assert run_state(database) == "failed"
        while not stage.scheduler.callbacks.is_idle:
            stage.woken.wait(0.05)
            stage.scheduler.tick()
        (told,) = run_detail(database, "d", "r").callbacks
    assert told.message == "No answer from json://*** within its time limit."


def test_without_settings_nobody_is_told_whatever_a_dag_says(
    database: Database, tmp_path: Path, hands: Hands, mailbox: Mailbox
) -> None:
    start_run(database, a_dag("a", notify=(Notify((mailbox.url,)),)))
    scheduler = Scheduler(database, hands, SchedulerSettings(str(tmp_path)), clock=Clock())
    scheduler.tick()
    hands.finish("a", BAD)
    scheduler.tick()
    assert scheduler.callbacks.is_idle
    assert mailbox.letters == []


def test_mail_goes_by_the_address_that_the_settings_have_for_it() -> None:
    mail = replace(NOBODY, mail="mailtos://me:pw@smtp.example?to={to}")
    assert mail.address("ann@x.org") == "mailtos://me:pw@smtp.example?to=ann@x.org"
    with pytest.raises(NotSent, match="not known how to send mail to ann@"):
        NOBODY.address("ann@x.org")
