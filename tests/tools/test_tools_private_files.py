"""Other users of the machine read nothing of the cache: no password, no database, no attachment."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import demo, odoo_process, permissions, places
from tools.postgres import Server
from tools.processes import Processes, free_port

SERVER = Server("localhost", 5432, "odoo", "db-pass-7f3a91c2")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder that isn't there yet, made with the usual rights of a new file."""
    monkeypatch.setenv("CAMPAIGN_MASTER_CACHE", str(tmp_path / "cache"))
    before = os.umask(0o022)
    yield tmp_path / "cache"
    os.umask(before)


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def test_the_cache_is_its_users_own(cache: Path) -> None:
    assert mode(places.cache()) == "700"
    assert mode(places.logs()) == "700"
    assert mode(places.odoo_data()) == "700"


def test_a_cache_of_before_is_closed_but_for_passing_through(cache: Path) -> None:
    (cache / "odoo-data" / "filestore").mkdir(parents=True)
    assert mode(cache) == "755"
    assert mode(places.cache()) == "711"
    assert mode(places.odoo_data()) == "700"


def test_a_folder_that_all_users_share_is_left_alone(cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o1777)
    assert mode(places.cache()) == "1777"


def test_postgresql_passes_through_and_no_further(cache: Path) -> None:
    folder = places.cache() / "postgresql"
    with permissions.only_passed_through(folder):
        cache.chmod(0o755)
    assert mode(cache) == "711"
    assert mode(places.cache()) == "711"


def test_a_configuration_is_private_also_where_there_was_one(cache: Path) -> None:
    path = places.cache() / "demo.conf"
    path.write_text("x" * 10_000)
    assert mode(path) == "644"
    for _time in range(2):
        odoo_process.write_configuration(path, SERVER, "demo")
        assert mode(path) == "600"
        path.chmod(0o644)
    text = path.read_text()
    assert "db_password = db-pass-7f3a91c2" in text
    assert "xx" not in text


def test_the_sandbox_of_the_demo_keeps_its_database_for_itself(cache: Path) -> None:
    old = places.cache() / "sandbox.sqlite"
    old.touch(mode=0o644)
    with Processes() as processes:
        demo._start_sandbox(processes, free_port())
        parts = sorted(cache.glob("sandbox.sqlite*"))
        assert {mode(part) for part in parts} == {"600"}
        assert old in parts
