"""What an attempt may read, and what of it is hidden."""

from __future__ import annotations

import pytest

from nbflow.core.connections import Connection
from nbflow.core.secrets import SecretNotThere, Secrets, looks_secret, not_found

DB = Connection(
    "db", uri="postgres://me:hunter2@host/?__extra__=%7B%22private_key%22%3A%22k-1234%22%7D"
)
SECRETS = Secrets(
    {"region": "EU", "api_token": "tok-1"},
    {"db": DB.as_json()},
    {"var.gone": not_found("var.gone"), "conn.gone": not_found("conn.gone")},
)


def test_what_was_declared_and_found_can_be_read() -> None:
    assert SECRETS.variable("region") == "EU"
    assert SECRETS.connection("db").as_dict() == DB.as_dict()


def test_what_was_declared_and_is_nowhere_is_missing() -> None:
    assert SECRETS.variable("gone") is None
    with pytest.raises(SecretNotThere, match="nbflow connections add gone URI"):
        SECRETS.connection("gone")


def test_what_was_not_declared_is_refused_with_the_way_to_declare_it() -> None:
    with pytest.raises(SecretNotThere, match=r"secrets=\['var.other'\]"):
        SECRETS.variable("other")
    with pytest.raises(SecretNotThere, match=r"secrets=\['conn.other'\]"):
        SECRETS.connection("other")


def test_a_task_gets_what_it_declares_and_no_more() -> None:
    given = SECRETS.only(["var.region", "conn.gone"])
    assert (dict(given.variables), dict(given.connections)) == ({"region": "EU"}, {})
    assert list(given.missing) == ["conn.gone"]


def test_passwords_secret_extras_and_secret_variables_are_hidden() -> None:
    assert set(SECRETS.hidden_values()) == {"tok-1", "hunter2", "k-1234"}


def test_inside_json_what_is_under_a_secret_key_is_hidden() -> None:
    hidden = Secrets({"config": '{"password": "pw-1", "host": "h"}'}).hidden_values()
    assert hidden == ["pw-1"]


def test_a_variable_that_was_set_is_there_and_one_deleted_is_gone() -> None:
    after = SECRETS.with_variables({"gone": "back", "region": None})
    assert (after.variable("gone"), after.variable("region")) == ("back", None)


@pytest.mark.parametrize("name", ["DB_PASSWORD", "apiToken", "aws-secret-access-key", "API_KEY"])
def test_a_name_may_sound_like_a_secret(name: str) -> None:
    assert looks_secret(name)


def test_the_text_of_an_order_tells_no_secret() -> None:
    assert "hunter2" not in repr(SECRETS)
