"""People in the loop: tasks that ask a person, and wait for the answer without a worker.

What is asked is data (`core/questions.py`); the scheduler waits, and takes the answer from the
panel, the terminal or the API. A worker is only needed where the question holds templates.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, cast

from nbflow.authoring.arguments import Duration
from nbflow.authoring.context import Context
from nbflow.authoring.fields import poke_policy
from nbflow.authoring.findings import Findings
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.params import params_fields
from nbflow.core.dag import Decides
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.poking import PokePolicy
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import TaskState
from nbflow.core.waiting import HandedOver, Kind

BAD_QUESTION = "NBF221"
APPROVE, REJECT, OK = "Approve", "Reject", "OK"

log = logging.getLogger(__name__)


class HITLOperator(BaseOperator):
    """Asks a person to choose among `options`, and to fill in `params` if there are any.

    `subject` and `body` (Markdown) may hold templates. With `multiple` several options may be
    chosen. `assigned_users` are the names of those who may answer, by default anyone. Nobody having
    answered within `response_timeout` or `execution_timeout`, the answer is `defaults`; without
    defaults the task fails. Its value is a dict of `chosen_options`, `params_input`,
    `responded_by_user` and `responded_at`. `notifiers` are called before it begins to wait.
    """

    template_fields: ClassVar[Sequence[str]] = ("subject", "body")

    def __init__(
        self,
        task_id: str,
        *,
        subject: str,
        options: Iterable[str],
        body: str | None = None,
        defaults: str | Iterable[str] | None = None,
        multiple: bool = False,
        params: Mapping[str, object] | None = None,
        notifiers: object = None,
        assigned_users: object = None,
        response_timeout: Duration | None = None,
        **others: Any,  # noqa: ANN401 - TaskOptions
    ) -> None:
        super().__init__(task_id, **others)
        self.subject = subject
        self.body = body
        self.options = [str(option) for option in options]
        self.defaults = _texts(defaults)
        self.multiple = multiple
        self.form = dict(params or {})
        self.notifiers = _many(notifiers)
        self.assigned_users = [_user_name(user) for user in _many(assigned_users)]
        self.response_timeout = response_timeout

    @classmethod
    def policy_from(cls, arguments: Mapping[str, object], findings: Findings) -> PokePolicy | None:
        limit = arguments.get("response_timeout")
        return None if limit is None else poke_policy({"timeout": limit}, findings)

    def waits_for(self, findings: Findings) -> JsonObject | None:
        self._check(findings)
        question = self.question(findings)
        templates = any("{" in text for text in (self.subject, self.body or ""))
        return None if templates or self.notifiers else question

    def question(self, findings: Findings) -> dict[str, Any]:  # JSON
        """The question as the scheduler keeps it (`core.questions.Question`)."""
        return {
            "kind": Kind.ANSWER.value,
            "subject": self.subject,
            "body": self.body or "",
            "options": self.options,
            "defaults": self.defaults,
            "multiple": self.multiple,
            "params": params_fields(self.form, findings),
            "assigned_users": self.assigned_users,
        }

    def execute(self, context: Context) -> object:
        for notifier in self.notifiers:
            _notify(notifier, context)
        waits_for = self.question(Findings())
        raise HandedOver(Outcome(TaskState.DEFERRED, waits_for=waits_for))

    def _check(self, findings: Findings) -> None:
        if not self.options:
            findings.error(
                BAD_QUESTION,
                "A question needs options to choose from.",
                "Use options=['Yes', 'No'].",
            )
        for option in self.defaults or ():
            if option not in self.options:
                fix = did_you_mean(option, self.options)
                findings.error(BAD_QUESTION, f"The default {option!r} is no option.", fix)
        if len(self.defaults or ()) > 1 and not self.multiple:
            findings.error(
                BAD_QUESTION,
                "There are several defaults, and only one option may be chosen.",
                "Set multiple=True, or name one default.",
            )


class ApprovalOperator(HITLOperator):
    """Asks a person to approve. What is directly downstream is skipped on rejection; everything
    downstream is with `ignore_downstream_trigger_rules`. With `fail_on_reject` the task fails.
    """

    decides = Decides.SHORT_CIRCUIT

    def __init__(
        self,
        task_id: str,
        *,
        options: Iterable[str] = (APPROVE, REJECT),
        ignore_downstream_trigger_rules: bool = False,
        fail_on_reject: bool = False,
        **others: Any,  # noqa: ANN401 - those of HITLOperator
    ) -> None:
        super().__init__(task_id, options=options, **others)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules
        self.fail_on_reject = fail_on_reject

    def question(self, findings: Findings) -> dict[str, Any]:
        return {
            **super().question(findings),
            "stops": [REJECT],
            "stops_all": self.ignore_downstream_trigger_rules,
            "stop_fails": self.fail_on_reject,
        }

    def _check(self, findings: Findings) -> None:
        super()._check(findings)
        if self.options != [APPROVE, REJECT] or self.multiple:
            findings.error(
                BAD_QUESTION,
                f"An approval has the options {APPROVE} and {REJECT}, of which one is chosen.",
                "Leave options and multiple out, or use HITLOperator.",
            )


class HITLEntryOperator(HITLOperator):
    """Asks a person to fill in `params`; by default the only option, and the default, is OK."""

    def __init__(
        self,
        task_id: str,
        *,
        options: Iterable[str] | None = None,
        defaults: str | Iterable[str] | None = None,
        **others: Any,  # noqa: ANN401 - those of HITLOperator
    ) -> None:
        if options is None:
            options, defaults = [OK], [OK] if defaults is None else defaults
        super().__init__(task_id, options=options, defaults=defaults, **others)


class HITLBranchOperator(HITLOperator):
    """Asks a person which of the downstream tasks to go on with.

    An option is the id of a task, or stands for one by `options_mapping`.
    """

    decides = Decides.BRANCH

    def __init__(
        self,
        task_id: str,
        *,
        options_mapping: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401 - those of HITLOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.options_mapping = dict(options_mapping or {})

    def question(self, findings: Findings) -> dict[str, Any]:
        follow = {option: self.options_mapping.get(option, option) for option in self.options}
        return {**super().question(findings), "follow": follow}

    def _check(self, findings: Findings) -> None:
        super()._check(findings)
        for option in set(self.options_mapping) - set(self.options):
            fix = did_you_mean(option, self.options)
            findings.error(
                BAD_QUESTION, f"options_mapping has {option!r}, which is no option.", fix
            )
        tasks = cast("Sequence[BaseOperator]", getattr(self.dag, "tasks", ()))
        known = [task.task_id for task in tasks if self in task.upstream_nodes]
        for option in self.options:
            target = self.options_mapping.get(option, option)
            if target not in known:
                findings.error(
                    BAD_QUESTION,
                    f"The option {option!r} leads to '{target}', which is no task directly "
                    f"downstream of '{self.task_id}'.",
                    did_you_mean(target, known) or "Put the task behind it with >>.",
                )


def _notify(notifier: object, context: Context) -> None:
    """Call a notifier; one that fails must not keep the question from being asked."""
    try:
        cast("Callable[[Context], object]", notifier)(context)
    except Exception:  # the boundary to the user's code
        log.exception("A notifier failed; the question is asked all the same.")


def _many(given: object) -> list[object]:
    if given is None:
        return []
    is_many = isinstance(given, Iterable) and not isinstance(given, (str, Mapping))
    return list(cast("Iterable[object]", given)) if is_many else [given]


def _texts(given: str | Iterable[str] | None) -> list[str] | None:
    return None if given is None else [str(one) for one in _many(given)]


def _user_name(user: object) -> str:
    """A user by name, or as Airflow writes one: {"id": ..., "name": ...}."""
    if isinstance(user, Mapping):
        return str(user.get("name") or user.get("id"))
    return str(getattr(user, "name", user))
