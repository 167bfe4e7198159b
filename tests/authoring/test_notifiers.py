"""Callbacks, notifiers and `notify=` as a person writes them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from nbflow import DAG, AppriseNotifier, BaseNotifier, Context, EmptyOperator, task
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, NbflowError
from nbflow.core.notifications import Notify, without_secrets
from nbflow.testing import run_dag
from tests.mailbox import Mailbox, open_mailbox


def tell(context: Context, word: str = "") -> None:
    """Nobody hears it."""


class Ring(BaseNotifier):
    template_fields = ("words",)

    def __init__(self, words: object) -> None:
        super().__init__()
        self.words = words
        self.heard: list[object] = []

    def notify(self, context: Context) -> None:
        self.heard.append(self.words)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with open_mailbox() as box:
        yield box


def test_the_spec_names_callbacks_by_occasion() -> None:
    with DAG("d", on_failure_callback=tell, on_success_callback=Ring("x")) as dag:
        EmptyOperator(
            task_id="a", on_failure_callback=[tell, partial(tell, word="x")], on_retry_callback=[]
        )
    core = dag.to_core()
    assert core.callbacks == {"success": ("Ring",), "failure": ("tell",)}
    assert core.by_id["a"].callbacks == {"failure": ("tell", "tell")}
    assert Dag.from_json(core.to_json()) == core


def test_callbacks_may_be_default_args() -> None:
    with DAG("d", default_args={"on_failure_callback": tell}) as dag:
        EmptyOperator(task_id="a")
    assert dag.to_core().by_id["a"].callbacks == {"failure": ("tell",)}


def test_what_cannot_be_called_is_refused() -> None:
    with DAG("d", on_failure_callback="tell") as dag:  # type: ignore[arg-type]  # the mistake
        EmptyOperator(task_id="a", on_success_callback=[3])  # type: ignore[list-item]  # as above
    with pytest.raises(DefinitionError) as found:
        dag.to_core()
    assert "on_failure_callback is 'tell', which cannot be called" in str(found.value)
    assert "on_success_callback is 3" in str(found.value)


def test_callbacks_are_called_in_order_with_what_happened() -> None:
    heard: list[tuple[str, str, str]] = []

    def note(context: Context) -> None:
        heard.append((context["ti"].task_id, context["reason"], str(context["exception"])))

    def of_run(context: Context) -> None:
        pulled = context["ti"].xcom_pull(task_ids="good")
        heard.append((context["dag_run"].state, context["reason"], str(pulled)))

    @task(on_success_callback=note)
    def good() -> int:
        return 3

    @task(on_failure_callback=note, on_retry_callback=note, retries=1)
    def bad() -> None:
        raise ValueError("no")

    with DAG("d", on_failure_callback=of_run) as dag:
        good() >> bad()
    assert run_dag(dag).state == "failed"
    failed = ("bad", "task_error", "ValueError: no")
    assert heard == [("good", "", "None"), failed, failed, ("failed", "task_failure", "3")]


def test_a_callback_that_raises_harms_nothing() -> None:
    def breaks(_: Context) -> None:
        raise RuntimeError("no channel")

    with DAG("d", on_success_callback=breaks) as dag:
        EmptyOperator(task_id="a", on_success_callback=breaks)
    assert run_dag(dag).state == "success"


def test_a_notifier_renders_its_fields_and_stays_as_it_was() -> None:
    ring = Ring({"text": ["{{ dag.dag_id }} failed"]})
    heard = ring.heard

    def failing(context: Context) -> None:
        ring(context)

    @task(on_failure_callback=failing)
    def bad() -> None:
        raise ValueError("no")

    with DAG("d") as dag:
        bad()
    run_dag(dag)
    assert heard == [{"text": ["d failed"]}]
    assert ring.words == {"text": ["{{ dag.dag_id }} failed"]}


def test_apprise_tells_a_hundred_services(mailbox: Mailbox) -> None:
    notifier = AppriseNotifier("{{ ds }}: {{ exception }}", mailbox.url, "Failed")
    notifier({"ds": "2026-03-01", "exception": ValueError("no")})
    assert mailbox.letters[0]["message"] == "2026-03-01: no"


def test_a_service_that_refuses_is_an_error_without_the_address() -> None:
    with open_mailbox(status=500) as box, pytest.raises(NbflowError) as refused:
        AppriseNotifier("x", [box.url])({})
    assert "json://*** did not take the message" in str(refused.value)
    assert "s3cret-word" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ("mailto://a", (Notify(("mailto://a",)),)),
        (["ops", "json://b"], (Notify(("ops",)), Notify(("json://b",)))),
        (
            {"urls": "ops", "on": ["success", "failure"], "title": "{{ dag_id }}"},
            (Notify(("ops",), ("success", "failure"), "{{ dag_id }}"),),
        ),
    ],
)
def test_notify_takes_addresses_names_and_dicts(given: object, rules: tuple[Notify, ...]) -> None:
    with DAG("d", notify=given) as dag:
        EmptyOperator(task_id="a", notify=given)
    core = dag.to_core()
    assert (core.notify, core.by_id["a"].notify) == (rules, rules)
    assert Dag.from_json(core.to_json()) == core


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (3, "notify holds 3, which is no address"),
        ({"urls": "ops", "onn": "failure"}, "notify takes no 'onn'"),
        ({"urls": "ops", "on": "fail"}, "Nobody can be told on 'fail'"),
        ({"on": "failure"}, "notify says nobody"),
    ],
)
def test_what_notify_cannot_mean_is_refused(given: object, why: str) -> None:
    with pytest.raises(DefinitionError, match=why):
        DAG("d", notify=given).to_core()


def test_an_address_is_not_to_be_read_in_a_message() -> None:
    text = "slack://T123456/B7654321/secret: refused for B7654321"
    assert without_secrets(text, "slack://T123456/B7654321/secret") == (
        "slack://***: refused for ***"
    )


def test_airflow_s_words_for_mail_mean_notifications() -> None:
    with DAG("d", default_args={"email": "ann@x.org, bob@x.org"}) as dag:
        EmptyOperator(task_id="both")
        EmptyOperator(task_id="failures", email_on_retry=False)
        EmptyOperator(task_id="none", email_on_retry=False, email_on_failure=False)
    core = dag.to_core()
    told = ("ann@x.org", "bob@x.org")
    assert core.by_id["both"].notify == (Notify(told, ("failure", "retry")),)
    assert core.by_id["failures"].notify == (Notify(told, ("failure",)),)
    assert core.by_id["none"].notify == ()
