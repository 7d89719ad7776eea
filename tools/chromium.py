"""A headless Chromium that is driven over its DevTools protocol."""

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import websocket

from . import browser
from .problem import Problem

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
SECONDS = 30.0


class Chromium:
    """One browser with one page. Leaving the block ends it and forgets its profile."""

    def __init__(self, width: int = 1366, height: int = 900, dark: bool = False) -> None:
        self.width, self.height, self.dark = width, height, dark
        self._profile = Path(tempfile.mkdtemp(prefix="chromium-"))
        self._numbers = itertools.count(1)

    def __enter__(self) -> "Chromium":
        self._process = subprocess.Popen(
            [browser.ensure(), *FLAGS, f"--user-data-dir={self._profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket = websocket.create_connection(self._page_address(), timeout=SECONDS)
        self.call("Page.enable")
        self.resize(self.width, self.height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if self.dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        # Odoo Community has no dark mode of its own: Chromium darkens what doesn't know dark.
        self.call("Emulation.setAutoDarkModeOverride", enabled=self.dark)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self._profile, ignore_errors=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise Problem(f"Chromium refused {method}: {message['error']['message']}")
                result: dict[str, Any] = message["result"]
                return result

    def resize(self, width: int, height: int) -> None:
        """Another size of the page, in CSS pixels; a phone's when it is narrow."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    def set_cookie(self, url: str, name: str, value: str) -> None:
        """Set a cookie for the site of ``url``."""
        self.call("Network.setCookie", url=url, name=name, value=value)

    def open(self, url: str) -> None:
        """Go to ``url`` and wait until the document is there."""
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise Problem(f"The page failed on {expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, condition: str, seconds: float = SECONDS) -> None:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + seconds
        while True:
            try:
                if self.evaluate(condition):
                    return
            except Problem:
                pass  # the document is being replaced
            if time.monotonic() > end:
                raise Problem(f"The page never came to: {condition}")
            time.sleep(0.1)

    def wait_for(self, selector: str, seconds: float = SECONDS) -> None:
        """Wait until an element that matches the CSS selector is visible."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"{found} && {found}.getClientRects().length > 0", seconds)

    def click(self, selector: str) -> None:
        """Click the first visible element that matches the CSS selector, or ``text=`` in a list."""
        found = _visible_element(selector)
        self.wait(f"!!{found}")
        self.evaluate(f"{found}.click()")

    def scroll_to(self, selector: str) -> None:
        """Bring the first visible element that matches to the top."""
        self.evaluate(f"{_visible_element(selector)}.scrollIntoView()")
        self.settle()

    def type(self, selector: str, text: str) -> None:
        """Replace what is in the field by ``text``, as typing it does."""
        self.wait_for(selector)
        field = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"{field}.focus(), {field}.select()")
        self.call("Input.insertText", text=text)

    def settle(self, seconds: float = 0.7) -> None:
        """Wait until Odoo's client has no request under way and pictures are drawn."""
        time.sleep(seconds)
        self.evaluate("document.fonts.ready.then(() => true)")

    def screenshot(self, path: Path, full: bool = False) -> None:
        """Write what is seen, or the whole page, as PNG."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=full)["data"]
        path.write_bytes(base64.b64decode(data))

    def _page_address(self) -> str:
        end = time.monotonic() + SECONDS
        port_file = self._profile / "DevToolsActivePort"
        while time.monotonic() < end:
            if port_file.exists() and (lines := port_file.read_text().splitlines()):
                url = f"http://127.0.0.1:{lines[0]}/json/list"
                with urllib.request.urlopen(url, timeout=SECONDS) as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                if pages:
                    address: str = pages[0]["webSocketDebuggerUrl"]
                    return address
            time.sleep(0.1)
        raise Problem("Chromium didn't start.")


def _visible_element(selector: str) -> str:
    """JavaScript expression of the first visible element that matches."""
    if selector.startswith("text="):
        text = json.dumps(selector.removeprefix("text="))
        elements, matches = (
            "td.o_data_cell, .o_kanban_record span",
            f"element.textContent.trim() === {text}",
        )
    else:
        elements, matches = selector, "true"
    return (
        f"[...document.querySelectorAll({json.dumps(elements)})]"
        f".find((element) => {matches} && element.getClientRects().length)"
    )
