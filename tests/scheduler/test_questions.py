"""Questions to people in a scheduler: asked without a worker, answered once, by those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nbflow.commands import Commands
from nbflow.core.dag import Decides, Task, TaskKind
from nbflow.core.errors import DefinitionError, NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.core.poking import PokePolicy
from nbflow.scheduler.loop import Scheduler
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.views.questions import questions
from nbflow.views.runs import task_instance_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Clock, a_dag, start_run, states

ASK: JsonObject = {
    "kind": "answer",
    "subject": "Ship it?",
    "options": ["Yes", "No"],
    "params": {"size": {"default": 1, "schema": {"type": "integer"}}},
    "assigned_users": ["ana", "ben"],
    "stops": ["No"],
}


@pytest.fixture
def scheduler(database: Database, make_scheduler: MakeScheduler) -> Scheduler:
    """Task `a` of run `r` has asked; `b` comes after it."""
    ask = Task(
        "a",
        TaskKind.PYTHON,
        waits_for=ASK,
        poke=PokePolicy(timeout=3600),
        decides=Decides.SHORT_CIRCUIT,
    )
    start_run(database, a_dag("a>b", tasks=[ask]))
    scheduler = make_scheduler()
    scheduler.tick()
    return scheduler


def test_an_open_question_is_listed_with_its_time_limit(
    database: Database, scheduler: Scheduler
) -> None:
    (asked,) = questions(database).questions
    assert (asked.subject, asked.options) == ("Ship it?", ["Yes", "No"])
    assert asked.until == (START + timedelta(hours=1)).isoformat()
    assert questions(database, "another").questions == []
    detail = task_instance_detail(database, "d", "r", "a", now=START)
    assert detail.question == asked
    assert [c.text for c in detail.why if c.name == "wait"] == [
        'It waits for a person\'s answer to "Ship it?". At 2026-03-02 13:00:00 UTC it gives up.'
    ]


def test_an_answer_is_audited_and_lets_the_task_go_on(
    database: Database, scheduler: Scheduler, clock: Clock
) -> None:
    Commands(database, "ana", clock).answer_question("d", "r", "a", ["Yes"], {"size": 2})
    scheduler.tick()
    assert states(database) == {"a": "success", "b": "queued"}
    assert questions(database).questions == []
    with database.reading() as session:
        lines = [line for line in journal.after(session, 0, 100) if line.kind == "request"]
    assert [line.actor for line in lines] == ["ana"]
    detail = task_instance_detail(database, "d", "r", "a")
    assert detail.instance.message == "ana chose: Yes."
    assert '"size": 2' in detail.values[0].preview


def test_only_the_first_of_two_answers_counts(
    database: Database, scheduler: Scheduler, clock: Clock
) -> None:
    ana, ben = (Commands(database, name, clock) for name in ("ana", "ben"))
    ana.answer_question("d", "r", "a", ["No"])
    late = ben.answer_question("d", "r", "a", ["Yes"])
    scheduler.tick()
    assert states(database) == {"a": "success", "b": "skipped"}
    answer = ben.answer(late, 0)
    assert answer is not None
    assert answer.outcome == "refused"


def test_the_time_limit_ends_the_question(
    database: Database, scheduler: Scheduler, clock: Clock
) -> None:
    clock.pass_(hours=1)
    scheduler.tick()
    assert states(database) == {"a": "failed", "b": "upstream_failed"}
    with pytest.raises(RequestError, match="is closed: it is failed"):
        Commands(database, "ana", clock).answer_question("d", "r", "a", ["Yes"])


@pytest.mark.parametrize(
    ("actor", "chosen", "why"),
    [
        ("eve", ["Yes"], "for ana, ben to answer"),
        ("ana", ["Yse"], "none of the options"),
        ("ana", ["Yes", "No"], "only one"),
        ("ana", [], "Choose one of: Yes, No"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_at_once(
    database: Database,
    scheduler: Scheduler,
    clock: Clock,
    actor: str,
    chosen: list[str],
    why: str,
) -> None:
    with pytest.raises(RequestError, match=why):
        Commands(database, actor, clock).answer_question("d", "r", "a", chosen)


def test_a_form_is_checked_as_params_are(
    database: Database, scheduler: Scheduler, clock: Clock
) -> None:
    with pytest.raises(DefinitionError, match="size"):
        Commands(database, "ana", clock).answer_question("d", "r", "a", ["Yes"], {"size": "big"})


def test_a_task_that_asks_nothing_cannot_be_answered(
    database: Database, scheduler: Scheduler, clock: Clock
) -> None:
    commands = Commands(database, "ana", clock)
    with pytest.raises(RequestError, match="asks nothing"):
        commands.answer_question("d", "r", "b", ["Yes"])
    with pytest.raises(NotFoundError):
        commands.answer_question("d", "r", "x", ["Yes"])
