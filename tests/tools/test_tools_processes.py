"""Servers are ended with all that they started, and a server that dies is named with its log."""

import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from tools.problem import Problem
from tools.processes import Processes, check_port_is_free, free_port

# A server that ignores the request to end, with a child of its own.
STUBBORN = """\
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def wait_for_text(path: Path) -> str:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if text := path.read_text().strip():
            return text
        time.sleep(0.05)
    raise AssertionError(f"{path} stayed empty.")


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_stubborn_server_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.processes.SECONDS_TO_END", 1)
    with Processes() as processes:
        process = processes.start("It", [sys.executable, "-c", STUBBORN], tmp_path / "log")
        child = int(wait_for_text(tmp_path / "log"))
        assert is_running(child)

    assert process.poll() is not None
    psutil.wait_procs([psutil.Process(child)] if psutil.pid_exists(child) else [], timeout=5)
    assert not is_running(child)


def test_a_server_that_dies_is_named_with_its_log(tmp_path: Path) -> None:
    with Processes() as processes:
        process = processes.start("The server", [sys.executable, "-c", ""], tmp_path / "its.log")
        process.wait(20)

        with pytest.raises(Problem) as caught:
            processes.check()

    assert "The server has ended" in str(caught.value)
    assert str(tmp_path / "its.log") in str(caught.value)


def test_a_server_that_does_not_answer_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with Processes() as processes:
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        processes.start("The server", command, tmp_path / "its.log")

        with pytest.raises(Problem, match="didn't answer within 1 seconds"):
            processes.wait_for("The server", f"http://127.0.0.1:{free_port()}", 1)


def test_a_taken_port_is_named_with_its_variable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Problem, match=rf"Port {port} is in use.*SOME_PORT=") as caught:
            check_port_is_free(port, "SOME_PORT")

    assert "\n" not in str(caught.value)
    check_port_is_free(port, "SOME_PORT")
