"""What a screen hears on its websocket: changes from its cursor on, and health when it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from jupyter_server.serverapp import ServerApp

from nbflow import feed
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.store.journal import Change
from tests.scheduler.stage import START, a_dag, save, start_run
from tests.server.conftest import BeginWork
from tests.server.screen import Api, Screen, eventually

Connect = Callable[[], Awaitable[Screen]]


async def test_the_first_answer_comes_at_once_with_the_newest_cursor(
    connect: Connect, database: Database
) -> None:
    save(database, a_dag("a"))
    screen = await connect()

    await screen.say("from", cursor=-1)

    first = await screen.hear("changes")
    assert first == {"op": "changes", "cursor": feed.now(database), "changes": []}


async def test_changes_are_pushed_as_they_happen(
    connect: Connect, api: Api, database: Database, begin_work: BeginWork
) -> None:
    save(database, a_dag("a"))
    at_work = begin_work()
    screen = await connect()
    await screen.say("from", cursor=-1)
    await screen.hear("changes")

    run_id = (await api.post("dags", "d", "runs")).json["run_id"]
    await screen.hear_change("run_created", run_id=run_id)
    await screen.hear_change("task", run_id=run_id, task_id="a", state="running")
    at_work.finish("a")
    ended = await screen.hear_change("run", run_id=run_id, state="success")

    assert ended["cursor"] == feed.now(database)


async def test_a_screen_that_comes_back_misses_nothing(
    connect: Connect, database: Database
) -> None:
    save(database, a_dag("a"))
    before = feed.now(database)
    first = await connect()
    await first.say("from", cursor=before)
    await first.hear("changes")
    first.close()
    start_run(database, a_dag("a"), "meanwhile")

    second = await connect()
    await second.say("from", cursor=before)

    change = await second.hear_change("run_created")
    assert change["run_id"] == "meanwhile"
    assert change["cursor"] == before + 1


async def test_a_screen_that_was_away_for_long_hears_everything_in_order(
    connect: Connect, database: Database
) -> None:
    with database.transaction() as session:  # more than are read at once
        journal.append(session, [Change(START, "dag", f"d{n}") for n in range(1300)])
    screen = await connect()
    await screen.say("from", cursor=0)

    heard: list[int] = []
    while not heard or heard[-1] < feed.now(database):
        heard += [change["cursor"] for change in (await screen.hear("changes"))["changes"]]

    assert heard == list(range(1, 1301))


async def test_a_screen_that_knows_more_than_the_store_is_told_from_where_to_begin_again(
    connect: Connect, database: Database
) -> None:
    save(database, a_dag("a"))
    screen = await connect()

    await screen.say("from", cursor=1_000_000)

    assert (await screen.hear("changes"))["cursor"] == feed.now(database)


async def test_every_screen_hears_the_same(connect: Connect, database: Database) -> None:
    screens = [await connect() for _ in range(3)]
    for screen in screens:
        await screen.say("from", cursor=-1)
        await screen.hear("changes")

    start_run(database, a_dag("a"))

    for screen in screens:
        assert (await screen.hear_change("run_created"))["run_id"] == "r"


async def test_health_is_told_when_it_changes(
    connect: Connect, api: Api, database: Database, begin_work: BeginWork
) -> None:
    save(database, a_dag("a"))
    screen = await connect()
    await screen.say("from", cursor=-1)
    nobody = (await screen.hear("health"))["health"]

    begin_work()
    await api.post("dags", "d", "runs")  # it is looked at soon after a change
    somebody = nobody
    while not somebody["scheduler"]["alive"]:
        somebody = (await screen.hear("health"))["health"]

    assert nobody["scheduler"]["alive"] is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Invalid JSON"),
        ('{"cursor": 1}', "op"),
        ('{"op": "listen"}', "listen"),
        ('{"op": "from", "cursor": "x"}', "cursor"),
        ('{"op": "follow", "id": "x"}', "task_id"),
    ],
)
async def test_what_makes_no_sense_is_answered_in_a_sentence_and_the_socket_stays_open(
    connect: Connect, text: str, said: str
) -> None:
    screen = await connect()

    await screen.say_text(text)
    error = await screen.hear("error")
    await screen.say("from", cursor=-1)

    assert said in error["message"]
    assert await screen.hear("changes")


async def test_who_asks_whether_it_is_there_is_answered_also_before_anything_is_told(
    connect: Connect,
) -> None:
    screen = await connect()

    await screen.say("ping")

    assert await screen.hear("pong") == {"op": "pong"}


async def test_the_store_is_followed_only_while_somebody_listens(
    server: ServerApp, connect: Connect, database: Database
) -> None:
    hub = server.web_app.settings["nbflow_hub"]
    one, other = await connect(), await connect()
    await one.say("from", cursor=-1)
    await one.hear("changes")
    one.close()
    await other.say("from", cursor=-1)
    await other.hear("changes")
    assert hub.is_following

    other.close()

    await eventually(lambda: not hub.is_following)
