"""What was answered stays, whatever happens to the process."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import requests
from sandbox_support import Api, first_template, people

from sandbox.testing import SandboxProcess


def test_nothing_answered_is_lost_by_a_sudden_death(tmp_path: Path) -> None:
    answered: list[str] = []
    with SandboxProcess(database=tmp_path / "sandbox.db") as sandbox:
        list_id = sandbox.control.create_list("Added to while it dies")
        api = Api(sandbox.url).log_in()
        enough = threading.Event()

        def add_on_and_on() -> None:
            for number in range(100_000):
                emails = people(1000, f"batch-{number}.example")
                try:
                    assert api.add(list_id, emails) == ["added"] * 1000
                except requests.RequestException:
                    return
                answered.extend(emails)
                if number == 5:
                    enough.set()

        thread = threading.Thread(target=add_on_and_on)
        thread.start()
        assert enough.wait(30)
        sandbox.kill()
        thread.join(30)
        sandbox.start()
        kept = sandbox.control.emails_on_list(list_id)
        assert set(answered) <= set(kept)
        assert len(kept) - len(answered) in (0, 1000), "a batch is added whole or not at all"
        lists = sandbox.control.account_state()["lists"]
        assert {item["id"]: item["recipient_count"] for item in lists}[list_id] == len(kept)


def test_everything_but_faults_outlives_a_restart(tmp_path: Path) -> None:
    with SandboxProcess(database=tmp_path / "sandbox.db") as sandbox:
        api = Api(sandbox.url).log_in()
        campaign_id = api.create_campaign(templateId=first_template(sandbox))
        sandbox.control.suppress(people(1))
        sandbox.control.set_limits(hourly_limit=77, calls_this_hour=5)
        sandbox.control.freeze_clock()
        sandbox.control.advance_clock(hours=1)
        list_id = sandbox.control.create_list("Some", people(50))
        sandbox.control.launch(campaign_id, list_id, speed=60)
        sandbox.control.advance_clock(minutes=2)
        sandbox.control.set_fault("server_error")
        before = sandbox.control.state(recipients=True)
        sandbox.kill()
        sandbox.start()
        assert sandbox.control.state(recipients=True) == before | {"faults": []}
        sandbox.control.advance_clock(hours=3)
        assert sandbox.control.campaign(campaign_id)["statistics"]["uniqueOpens"] > 5
        assert api.get("/lists").status_code == 200, "the token lives on"


def test_memory_leaves_nothing_behind() -> None:
    with SandboxProcess(empty=True) as other:
        other.control.create_list("Gone")
        other.restart()
        assert other.control.account_state()["lists"] == []


def test_a_file_has_one_sandbox_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    with (
        SandboxProcess(database=file),
        pytest.raises(RuntimeError, match="another sandbox is using it") as failure,
    ):
        SandboxProcess(database=file).start()
    assert "Traceback" not in str(failure.value)


@pytest.mark.parametrize("kind", ["text", "foreign", "folder"])
def test_a_wrong_file_is_refused_in_a_sentence(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "other"
    if kind == "text":
        file.write_text("This is no database. " * 100)
    elif kind == "folder":
        file.mkdir()
    else:
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE precious (value TEXT)")
        connection.close()
    with pytest.raises(RuntimeError, match="database") as failure:
        SandboxProcess(database=file).start()
    assert "Traceback" not in str(failure.value)
    if kind == "foreign":
        with sqlite3.connect(file) as connection:
            tables = connection.execute("SELECT name FROM sqlite_schema").fetchall()
        connection.close()
        assert tables == [("precious",)]
