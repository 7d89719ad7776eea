"""Odoo as a process that does one thing to a database: upgrade, uninstall, install, test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools import databases, odoo_log, odoo_process
from tools.postgres import Server
from tools.processes import free_port


class OdooRuns:
    """Runs over one database. ``log`` is the file of the last one's output."""

    def __init__(self, server: Server, database: str, folder: Path) -> None:
        self.server = server
        self.database = database
        self.log = folder / f"{database}.log"
        self._configuration = odoo_process.write_configuration(
            folder / f"{database}.conf", server, database, http_port=free_port()
        )

    def install(self, *arguments: str) -> None:
        """Install the addon."""
        self._server_run("-i", databases.ADDON, *arguments)

    def upgrade(self) -> None:
        """Bring the addon to the version in the checkout."""
        self._server_run("-u", databases.ADDON, "--no-http")

    def uninstall(self) -> None:
        """Uninstall the addon, as its button in Apps does."""
        where = ("-c", str(self._configuration), "-d", self.database)
        program = [sys.executable, "-c", odoo_process.LAUNCH, "module", "uninstall"]
        self._run([*program, *where, databases.ADDON])

    def problems(self) -> list[str]:
        """What the last run's log complains of."""
        return odoo_log.problems(self.log)

    def _server_run(self, *arguments: str) -> None:
        self._run(
            odoo_process.command(self._configuration, *arguments, "--stop-after-init"),
        )

    def _run(self, command: list[str]) -> None:
        with self.log.open("w", encoding="utf-8") as output:
            ended = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
        assert ended.returncode == 0, self.log.read_text(encoding="utf-8")[-6000:]
