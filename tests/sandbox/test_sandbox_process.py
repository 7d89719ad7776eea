"""The program: its command line, its end, and whom it answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from sandbox.testing import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program with arguments that it can't start with."""
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "0.0.0.0"], "--allow-remote"),
        (["--contract", "/nowhere/contract.yaml"], "can't be read"),
        (["--contract", str(ROOT / "pyproject.toml")], "line"),
        (["--contract", str(Path(__file__))], "line"),
        (["--database", "/nowhere/sandbox.db"], "can't be used"),
        (["--username", "a", "--username", "b", "--password", "c"], "as many --password"),
        (["--username", "a", "--username", "a", "--password", "b", "--password", "c"], "once"),
        (["--port", "99999"], "0 to 65535"),
        (["--token-minutes", "0"], "above 0"),
        (["--hourly-limit", "-1"], "negative"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("--port", port)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert f"Port {port} on 127.0.0.1 can't be used" in ended.stderr


def test_sigterm_and_the_end_of_input_end_it_cleanly() -> None:
    sandbox = SandboxProcess(empty=True).start()
    assert sandbox.stop() == 0
    assert sandbox.log_text() == ""
    sandbox.start()
    process = sandbox.process
    assert process is not None and process.stdin is not None
    process.stdin.close()
    assert process.wait(10) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(sandbox.url, timeout=2)
    sandbox.stop()


def test_sigterm_during_a_slow_answer_does_not_wait_for_it() -> None:
    sandbox = SandboxProcess(empty=True).start()
    sandbox.control.set_fault("latency", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{sandbox.url}/api/v1/authenticate", timeout=0.3)
    started = time.monotonic()
    assert sandbox.stop() == 0
    assert time.monotonic() - started < 5


def test_several_accounts_by_command_line() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--stop-at-end-of-input"]
    for name in ("first", "second"):
        command += ["--username", name, "--password", f"{name}-word"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().rsplit(" ", 1)[1]
        for name in ("first", "second"):
            headers = {"username": name, "password": f"{name}-word"}
            answer = requests.post(f"{url}/api/v1/authenticate", headers=headers, timeout=10)
            assert answer.status_code == 200
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.parametrize("path", ["/api/v1/lists", "/control/state", "/campaigns"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "attacker.example:8025"},
        {"Host": "127.0.0.1.attacker.example"},
        {"Host": ""},
        {"Host": "[::"},
        {"Origin": "http://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
def test_other_sites_get_no_answer(
    sandbox: SandboxProcess, path: str, headers: dict[str, str]
) -> None:
    answer = requests.get(f"{sandbox.url}{path}", headers=headers, timeout=10)
    assert answer.status_code in (400, 403)
    assert "demo" not in answer.text


def test_forms_of_other_sites_do_nothing(sandbox: SandboxProcess) -> None:
    before = sandbox.control.account_state()["lists"]
    for headers in ({"Origin": "https://attacker.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = requests.post(
            f"{sandbox.url}/lists", data={"name": "Foreign"}, headers=headers, timeout=10
        )
        assert answer.status_code == 403
    assert sandbox.control.account_state()["lists"] == before


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_names_of_this_computer_are_answered(sandbox: SandboxProcess, name: str) -> None:
    host = f"{name}:{sandbox.url.rsplit(':', 1)[1]}"
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert requests.get(f"{sandbox.url}/lists", headers=headers, timeout=10).status_code == 200


def test_remote_names_are_answered_when_that_is_meant() -> None:
    with SandboxProcess(empty=True, allow_remote=True) as sandbox:
        headers = {"Host": "sandbox.test"}
        assert requests.get(sandbox.url, headers=headers, timeout=10).status_code == 200
        headers["Origin"] = "http://attacker.example"
        assert requests.get(sandbox.url, headers=headers, timeout=10).status_code == 403
