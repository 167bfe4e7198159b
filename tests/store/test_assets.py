"""What the store remembers of assets: who names them, and where two files disagree."""

from __future__ import annotations

from nbflow.core.assets import Asset
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.store import asset_browsing, dags
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, save


def making(dag_id: str, *assets: Asset) -> Dag:
    outlets = tuple(asset.to_json() for asset in assets)
    return a_dag(dag_id=dag_id, tasks=[Task("t", TaskKind.PYTHON, outlets=outlets)])


def references(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(one.dag_id, one.node.name) for one in asset_browsing.references(session)]


def test_a_dag_that_no_longer_makes_an_asset_is_no_longer_listed_with_it(
    database: Database,
) -> None:
    save(database, making("d", Asset("a"), Asset("b")))
    assert references(database) == [("d", "a"), ("d", "b")]
    save(database, making("d", Asset("b")))
    assert references(database) == [("d", "b")]


def test_an_asset_is_described_as_its_dag_last_did(database: Database) -> None:
    save(database, making("d", Asset("a", "s3://old", extra={"owner": "x"})))
    save(database, making("d", Asset("a", "s3://new", group="g")))
    with database.reading() as session:
        (asset,) = asset_browsing.assets(session)
    assert (asset.uri, asset.group, asset.extra) == ("s3://new", "g", {})


def test_two_files_that_disagree_about_an_asset_are_told_once_at_the_later(
    database: Database,
) -> None:
    save(database, making("one", Asset("a", "s3://one")))
    save(database, making("two", Asset("a", "s3://two")))
    with database.reading() as session:
        (found,) = dags.import_errors(session)
    assert (found.path, found.problem.severity) == ("two.py", "warning")
    assert found.problem.message == (
        "The asset 'a' has the URI 's3://two' here and 's3://one' in one.py."
    )
    save(database, making("two", Asset("a", "s3://one")))
    with database.reading() as session:
        assert dags.import_errors(session) == []
