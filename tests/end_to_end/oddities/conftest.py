"""The filled table of oddities."""

from __future__ import annotations

import oddity_round
import pytest
from oddity_cells import OddCell
from odoo_server import OdooServer

from sandbox.testing import SandboxProcess


@pytest.fixture(scope="module")
def cells(threaded_odoo: OdooServer, sandbox: SandboxProcess) -> dict[tuple[str, str], OddCell]:
    """All cells of the table, carried out."""
    return oddity_round.fill(threaded_odoo, sandbox)
