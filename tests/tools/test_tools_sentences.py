"""What a person reads when something is in the way: one sentence, an exit status, no traceback."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import commands, places
from tools.problem import Problem

Run = Callable[..., str]


@pytest.fixture
def refusal(tmp_path: Path) -> Run:
    """Run a command of `tools` with an empty cache, and give what it says as it fails."""

    def run(module: str, command: str, **variables: str) -> str:
        own = {
            "CAMPAIGN_MASTER_CACHE": str(tmp_path / "cache"),
            "XDG_RUNTIME_DIR": str(tmp_path),
        }
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        finished = subprocess.run(
            [sys.executable, "-m", module, command],
            cwd=places.CHECKOUT,
            env={**kept, **own, **variables},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )
        assert finished.returncode == 1
        assert "Traceback" not in finished.stderr
        return finished.stderr.strip()

    return run


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"ODOO_PORT": "abc"}, "ODOO_PORT must be a port number, but is abc."),
        ({"SANDBOX_PORT": "65536"}, "SANDBOX_PORT must be a port number, but is 65536."),
        ({"ODOO_PORT": "8025", "SANDBOX_PORT": "8025"}, "ODOO_PORT and SANDBOX_PORT are both 8025"),
        ({"PGHOST": "127.0.0.1", "PGPORT": "x"}, "PGPORT must be a port number, but is x."),
        ({"PGHOST": "127.0.0.1", "PGUSER": "postgres"}, "Odoo refuses to work as the role"),
        ({"PGHOST": "127.0.0.1", "PGPORT": "1"}, "The PostgreSQL server that PGHOST names can't"),
    ],
)
def test_a_wrong_variable_of_the_demo(
    refusal: Run, variables: dict[str, str], sentence: str, unused_ports: dict[str, str]
) -> None:
    assert refusal("tools.inside", "demo", **{**unused_ports, **variables}).startswith(sentence)


@pytest.fixture
def unused_ports() -> dict[str, str]:
    with socket.socket() as first, socket.socket() as second:
        ports = []
        for probe in (first, second):
            probe.bind(("127.0.0.1", 0))
            ports.append(str(probe.getsockname()[1]))
    return {"ODOO_PORT": ports[0], "SANDBOX_PORT": ports[1]}


def test_a_command_that_is_none(refusal: Run) -> None:
    assert refusal("tools", "nonsense").startswith("There is no command nonsense; `make help`")


def test_a_cache_that_cannot_be(refusal: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = refusal("tools", "demo", CAMPAIGN_MASTER_CACHE=str(tmp_path / "file"))

    assert said.startswith(f"The cache folder {tmp_path / 'file'} can't be made (File exists).")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("E: Failed to fetch x  Could not resolve 'host.example'", "the network or the package"),
        ("cp: x: No space left on device", "the disk is full."),
        ("ERROR: No matching distribution found for thing==9.9", "the registry has no thing==9.9"),
        ("first\nthe last line", "the last line."),
        ("", "it said nothing."),
    ],
)
def test_why_a_program_failed(output: str, sentence: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", f"print({output!r}); raise SystemExit(3)"]

    with pytest.raises(Problem) as caught:
        commands.run(command, log, "Doing it")

    assert str(caught.value).startswith(f"Doing it failed: {sentence}")
    assert str(log) in str(caught.value)
