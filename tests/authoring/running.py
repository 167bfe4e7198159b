"""What the runtime does for a Python task, without a worker: real templates, values from a dict."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import Environment

from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.references import Resolver

Values = Mapping[tuple[str, str], object]


def run(
    operator: BaseOperator,
    values: Values | None = None,
    params: Mapping[str, object] | None = None,
    **context: object,
) -> object:
    """Run the operator; `values` maps (task_id, key) to what upstream tasks handed on."""
    templates = Environment(autoescape=False)
    resolver = Resolver(
        pull=lambda task_id, key: (values or {})[task_id, key],
        render=lambda _field, text: templates.from_string(text).render(context),
        params=params or {},
    )
    return operator.run(context, resolver)
