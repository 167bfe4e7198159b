"""Who is at work on the pictures: without a name each request would be somebody else's."""

from __future__ import annotations

from jupyter_server.auth.identity import PasswordIdentityProvider, User
from tornado.web import RequestHandler


class Ana(PasswordIdentityProvider):
    """Whoever has the token."""

    def generate_anonymous_user(self, handler: RequestHandler) -> User:
        return User(username="ana", name="Ana", display_name="Ana", initials="A")
