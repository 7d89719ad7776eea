"""Starting programs that serve, waiting until they answer, and ending all of them again."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from .problem import Problem

SECONDS_TO_END = 10
OTHERS = 0o077


@dataclass
class Processes:
    """A group of servers; leaving the block ends all of them and their children."""

    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: dict[str, Path] = field(default_factory=dict)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def start(
        self, name: str, command: Sequence[str], log: Path, variables: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a server in a process group of its own, with its output in ``log``.

        What it writes is for this user alone.
        """
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(variables or {})},
                start_new_session=True,
                umask=OTHERS,
            )
        self.running[name] = process
        self.logs[name] = log
        return process

    def wait_for(self, name: str, url: str, seconds: float) -> None:
        """Wait until ``url`` answers."""
        end = time.monotonic() + seconds
        while not answers(url):
            self.check()
            if time.monotonic() > end:
                raise Problem(
                    f"{name} didn't answer within {seconds:.0f} seconds. "
                    f"Its log is {self.logs[name]}."
                )
            time.sleep(0.2)

    def check(self) -> None:
        """:raises Problem: when one of the servers has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Problem(f"{name} has ended unexpectedly. Its log is {self.logs[name]}.")

    def end(self) -> None:
        """End all of them, the last started first; who doesn't end is killed."""
        for process in reversed(self.running.values()):
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_END
        for process in reversed(self.running.values()):
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self.running.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def answers(url: str) -> bool:
    """Whether a server answers at ``url``, with whatever but an internal error."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30) as answer:
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def check_port_is_free(port: int, variable: str) -> None:
    """:raises Problem: that says which variable names another port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Problem(
                f"Port {port} is in use by another program. End that one, or choose another port: "
                f"{variable}=... make demo"
            ) from None


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
