"""What is wrong with a page that nobody sees: errors of our code, and answers that our server
should not have given.
"""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Error, Page, Response

ADDRESS = "/nbflow/"
BROWSERS_OWN = ("Failed to load resource", "WebSocket connection to ")


class Complaints:
    """Listens to a page from now on."""

    def __init__(self, page: Page) -> None:
        self._said: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", self._catch)
        page.on("response", self._read)

    def ours(self) -> list[str]:
        """Those that come from our files, or speak of them."""
        return [text for text in self._said if "nbflow" in text]

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser's own lines about answers and connections are not the page's; `_read` judges
        # answers, and a page has to get along with a server that is away.
        if message.type == "error" and not message.text.startswith(BROWSERS_OWN):
            self._said.append(f"{message.text} ({message.location['url']})")

    def _catch(self, error: Error) -> None:
        self._said.append(f"{error.message}\n{error.stack}")

    def _read(self, answer: Response) -> None:
        if ADDRESS in answer.url and answer.status >= 500:
            self._said.append(f"{answer.status} from {answer.url}")
