"""The filled table."""

from __future__ import annotations

import fault_table
import pytest
from fault_cells import Cell
from odoo_server import OdooServer

from sandbox.testing import SandboxProcess


@pytest.fixture(scope="module")
def cells(threaded_odoo: OdooServer, sandbox: SandboxProcess) -> dict[tuple[str, str], Cell]:
    """All cells of the table, carried out."""
    return fault_table.fill(threaded_odoo, sandbox)
