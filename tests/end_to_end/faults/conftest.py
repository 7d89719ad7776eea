"""The filled table."""

from __future__ import annotations

import os
from collections.abc import Iterator

import fault_table
import pytest
from fault_cells import Cell
from odoo_server import OdooServer

from sandbox.testing import SandboxProcess
from tools import postgres


@pytest.fixture(scope="module")
def threaded_odoo(
    database_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OdooServer]:
    """One process that serves many at once, and runs schedules only when it is told to."""
    server = OdooServer(
        database_server,
        os.environ["CAMPAIGN_MASTER_TEMPLATE"],
        tmp_path_factory.mktemp("odoo"),
        f"cm_faults_{os.getpid()}",
        workers=0,
        max_cron_threads=0,
    )
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="module")
def cells(threaded_odoo: OdooServer, sandbox: SandboxProcess) -> dict[tuple[str, str], Cell]:
    """All cells of the table, carried out."""
    return fault_table.fill(threaded_odoo, sandbox)
