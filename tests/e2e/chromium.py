"""The browser: the system's Chromium without a window, and what its pages must not do."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, WebError, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, and end it with the block."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        complain = pytest.fail if os.environ.get("REQUIRE_PROGRAMS") else pytest.skip
        complain(f"no browser on this machine: none of {', '.join(NAMES)} is in PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """Keeps what the pages of one browser context log, throw and ask for, and says what of it is wrong."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.complaints: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium notes every refused form as an error; a file that is missing stays one.
        refused = REFUSED.match(message.text) and "/static/" not in message.location["url"]
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self.complaints.append(f"thrown: {error.error}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.complaints.append(f"foreign address: {request.url}")
