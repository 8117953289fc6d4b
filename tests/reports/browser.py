"""A headless Chromium, driven by its DevTools protocol through a pipe, and npm packages to run in it."""

from __future__ import annotations

import base64
import io
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
SECONDS = 120
# Chromium reads from 3 and writes to 4; they are copied out of the way first, for either may be the other.
_LAUNCH = """\
import fcntl, os, sys
into, out = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(into, 3); os.dup2(out, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One page of a running Chromium. ``said`` is what went wrong on it: errors, dialogs, requests."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._number, self._session = 0, ""
        self._held = b""
        self._events: list[dict[str, Any]] = []
        self.said: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._into, data) :]
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result

    def open(
        self, address: str, width: int = 1280, height: int = 900, *, dark: bool = False, script: bool = True
    ) -> None:
        """Load a page and wait until it is there; ``said`` starts anew."""
        self.said.clear()
        self._events.clear()
        self.view(width, height)
        media = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=media)
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Page.navigate", url=address)
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._next()

    def view(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def run(self, expression: str) -> Any:
        """The value of an expression on the page; of a promise what it becomes."""
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, *keys: str) -> None:
        for key in keys:
            text = {"text": key} if len(key) == 1 else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, *, whole: bool = False) -> bytes:
        """What is seen, as PNG; with ``whole`` all of the page. What has changed is drawn before."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._held:
            assert select.select([self._out], [], [], SECONDS)[0], "the browser does not answer"
            data = os.read(self._out, 1 << 20)
            assert data, "the browser is gone"
            self._held += data
        line, _, self._held = self._held.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self._events.append(message)
            self._note(message["method"], message["params"])
        return message

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Page.javascriptDialogOpening":
            self.said.append(f"dialog: {told['message']}")
        elif method == "Runtime.exceptionThrown":
            self.said.append(f"exception: {told['exceptionDetails']['text']}")
        elif method == "Runtime.consoleAPICalled":
            self.said.append(f"console: {told['type']}")
        elif method == "Log.entryAdded":
            self.said.append(f"log: {told['entry']['text']}")
        elif method == "Network.requestWillBeSent" and told["type"] != "Document":
            self.said.append(f"request: {told['request']['url'][:200]}")


@contextmanager
def started() -> Iterator[Browser]:
    """A browser with a profile of its own. Only where PROGRAM is one."""
    assert PROGRAM
    with tempfile.TemporaryDirectory(prefix="classmod-browser-", ignore_cleanup_errors=True) as profile:
        to_read, into = os.pipe()
        out, to_write = os.pipe()
        launch = [sys.executable, "-c", _LAUNCH, str(to_read), str(to_write), PROGRAM]
        process = subprocess.Popen(
            [*launch, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_read)
        os.close(to_write)
        try:
            yield Browser(into, out)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(SECONDS)
            os.close(into)
            os.close(out)


def package_file(cache: Path, package: str, version: str, path: str) -> str | None:
    """A file of an npm package, kept in ``cache``; None where npm cannot bring it."""
    kept = cache / f"{package}-{version}" / path.replace("/", "-")
    if kept.exists():
        return kept.read_text("utf-8")
    npm = shutil.which("npm")
    if npm is None:
        return None
    with tempfile.TemporaryDirectory(prefix="classmod-npm-") as folder:
        command = [npm, "pack", "--silent", f"{package}@{version}"]
        try:
            ended = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return None
        packed = next(Path(folder).glob("*.tgz"), None)
        if ended.returncode or packed is None:
            return None
        with tarfile.open(fileobj=io.BytesIO(packed.read_bytes())) as archive:
            member = archive.extractfile(f"package/{path}")
            assert member, f"{package} has no {path}"
            text = member.read().decode()
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    fresh.write_text(text, "utf-8")
    fresh.replace(kept)  # another worker may be reading
    return text
