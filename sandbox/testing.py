"""A sandbox process for tests, and its control API as methods.

Needs nothing but `requests` and an importable (or neighbouring) `sandbox` package::

    with SandboxProcess(seed=1) as sandbox:
        list_id = sandbox.control.create_list("Customers")
        connector = MyConnector(sandbox.url, sandbox.username, sandbox.password)
        connector.add(list_id, ["person-1@example.com"])
        assert sandbox.control.emails_on_list(list_id) == ["person-1@example.com"]
        assert sandbox.control.call_counts() == {"authenticate": 1, "addListRecipients": 1}

Leaving the block ends the process, and fails if the sandbox broke its own contract.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from .control_client import Control, ControlError

_SECONDS_TO_START = 20
_SECONDS_TO_STOP = 10
_READY = "ready: "
_VIOLATION = "CONTRACT VIOLATION"

__all__ = ["Control", "ControlError", "SandboxProcess"]


class SandboxProcess:
    """`python -m sandbox` on a free port. `options` are those of the command line.

    `SandboxProcess(database="/tmp/x.db", hourly_limit=10, empty=True)` starts it with
    `--database /tmp/x.db --hourly-limit 10 --empty`. Attributes: `url` (without `/api/v1`),
    `username`, `password`, `control`, `process`.
    """

    def __init__(
        self, *, username: str = "demo", password: str = "demo", port: int = 0, **options: Any
    ) -> None:
        self.username = username
        self.password = password
        self.url = ""
        self.control = Control("")
        self.process: subprocess.Popen[str] | None = None
        self._port = port
        self._options = options
        self._log = tempfile.TemporaryFile(mode="w+", encoding="utf-8")  # noqa: SIM115

    def __enter__(self) -> SandboxProcess:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        log = self.log_text()
        self._log.close()
        if _VIOLATION in log and error is None:
            raise AssertionError(f"The sandbox broke its contract:\n{log}")

    def start(self) -> SandboxProcess:
        """Start the process and wait until it answers. Raises RuntimeError with its log."""
        self.process = subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=os.environ | {"PYTHONPATH": _python_path()},
        )
        line = self._first_line(self.process)
        if _READY not in line:
            self.kill()
            raise RuntimeError(f"The sandbox didn't start: {line}{self.log_text()}")
        self.url = line.split(_READY, 1)[1].strip()
        self._port = int(self.url.rsplit(":", 1)[1])
        self.control = Control(self.url)
        return self

    def stop(self) -> int | None:
        """End it as Ctrl-C or a service manager would; its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int | None:
        """End it without warning, as a crash would."""
        return self._end(signal.SIGKILL)

    def restart(self) -> SandboxProcess:
        """Start it again on the same port, after `stop` or `kill` or while it runs."""
        self.stop()
        return self.start()

    def log_text(self) -> str:
        """What the process has written to standard error."""
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def _end(self, number: signal.Signals) -> int | None:
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(number)
        try:
            status = process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()
        return status

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "sandbox", "--port", str(self._port)]
        command += ["--username", self.username, "--password", self.password]
        command += ["--stop-at-end-of-input"]
        for name, value in self._options.items():
            option = f"--{name.replace('_', '-')}"
            if value is True:
                command.append(option)
            elif value not in (None, False):
                command += [option, str(value)]
        return command

    def _first_line(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if select.select([process.stdout], [], [], 0.1)[0]:
                return process.stdout.readline()
        return ""


def _python_path() -> str:
    root = str(Path(__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
