"""Who the server takes a person for, and what it would let them do: so that a screen need not offer
what would be refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import Me

RESOURCES = ("dags", "runs", "pools", "secrets", "assets", "cluster", "cache")
ACTIONS = ("read", "write", "execute")


class MeHandler(NbflowHandler):
    """The person who asks."""

    auth_resource = "nbflow:api"

    @web.authenticated
    @authorized
    @operation(Me)
    async def get(self) -> None:
        """Who you are, and what the authoriser of this server lets you do."""
        allowed = {
            resource: [action for action in ACTIONS if await self._may(action, resource)]
            for resource in RESOURCES
        }
        await self.answer(lambda _: Me(self.actor, allowed))

    async def _may(self, action: str, resource: str) -> bool:
        asked = self.authorizer.is_authorized(self, self.current_user, action, f"nbflow:{resource}")
        return bool(await ensure_async(asked))


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [("me", MeHandler)]
