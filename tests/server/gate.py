"""An authoriser for tests: lets everybody do everything that is not `denied`, and writes down what
it was asked.
"""

from __future__ import annotations

from jupyter_server.auth import Authorizer, User
from jupyter_server.base.handlers import JupyterHandler


class Gate(Authorizer):
    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.asked: list[tuple[str, str]] = []
        self.denied: set[tuple[str, str]] = set()

    def is_authorized(
        self, handler: JupyterHandler, user: User, action: str, resource: str
    ) -> bool:
        self.asked.append((resource, action))
        return (resource, action) not in self.denied
