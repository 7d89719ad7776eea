"""Whoever asks a command to end, its servers end with it, and nothing is left locked or open."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tools import locks, permissions, places, postgres
from tools.problem import Problem

COMMAND = """\
import sys, time
from pathlib import Path
from tools import processes
from tools.problem import run_main

processes.SECONDS_TO_END = 2
STUBBORN = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)

def main():
    log = Path(sys.argv[1])
    with processes.Processes() as group:
        process = group.start("It", [sys.executable, "-c", STUBBORN], log)
        while not log.read_text():
            time.sleep(0.05)
        print(process.pid, flush=True)
        time.sleep(60)

sys.exit(run_main(main))
"""


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_wish_to_end_reaches_the_servers(wish: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(tmp_path / "log")],
        cwd=places.CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        server = psutil.Process(int(process.stdout.readline()))
        process.send_signal(wish)
        time.sleep(0.5)  # the ending is under way
        process.send_signal(wish)
        _, said = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "Traceback" not in said
    assert not server.is_running()


def test_a_lock_is_free_again_when_its_holder_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGN_MASTER_CACHE", str(tmp_path))
    holder = (
        "import time; from tools import locks\n"
        "with locks.held_at_once('it', ''): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], cwd=places.CHECKOUT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(Problem, match="It is in use"), locks.held_at_once("it", "It is in use"):
            pass
        process.kill()

    with locks.held_at_once("it", "It is in use"):
        pass


def test_a_killed_run_does_not_keep_postgresql_running(tmp_path: Path) -> None:
    users = tmp_path / "users.json"
    live = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)", "tools.inside"],
    )
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    users.write_text(json.dumps([killed.pid, os.getpid(), live.pid]))

    postgres._forget_dead_users(users)

    live.kill()
    live.wait()
    assert json.loads(users.read_text()) == [live.pid]


def test_a_postgresql_that_ended_is_noticed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    server = postgres.Server("", 5432, "odoo", "", process.pid, tmp_path / "its.log")
    server.check()

    process.kill()
    process.wait()

    with pytest.raises(Problem, match=r"PostgreSQL has ended unexpectedly.*its\.log"):
        server.check()


def test_folders_above_the_cache_stay_closed_to_readers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    cache = home / "cache"
    cache.mkdir(parents=True)
    home.chmod(0o700)
    cache.chmod(0o755)

    with permissions.only_passed_through(cache / "postgresql"):
        for folder in (home, cache):
            folder.chmod(0o755)

    assert stat.S_IMODE(home.stat().st_mode) == 0o711
    assert stat.S_IMODE(cache.stat().st_mode) == 0o755
