"""A real Odoo for tests: worker processes and cron, on a database of its own."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

import psutil
from odoo_session import OdooSession
from psycopg2.extensions import cursor

from tools import databases, odoo_process, places
from tools.postgres import Server
from tools.problem import Problem
from tools.processes import Processes, free_port

SECONDS_TO_START = 90
SECONDS_TO_DIE = 10
LAST_CHARACTERS = 6000


class OdooServer:
    """Odoo with two workers and one cron worker. ``start`` before use, ``remove`` at the end.

    ``options`` are Odoo's own and replace these numbers, ``variables`` are added to its
    environment. Without a ``template`` it joins the database of this name, which another one
    removes.
    Attributes: ``url`` (without a path), ``database``, ``log`` (the file of its output).
    """

    def __init__(
        self,
        server: Server,
        template: str | None,
        folder: Path,
        name: str,
        variables: dict[str, str] | None = None,
        **options: object,
    ) -> None:
        self.database = name
        self.log = folder / f"{name}.log"
        self._server = server
        # Odoo takes the server from the environment before it looks into its configuration.
        self._variables = {**server.variables(), **(variables or {})}
        self._processes = Processes()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        if template:
            databases.copy(server, template, name)
        self._configuration = odoo_process.write_configuration(
            folder / f"{name}.conf",
            server,
            name,
            http_port=port,
            gevent_port=free_port(),
            **{"workers": 2, "max_cron_threads": 1, **options},
        )

    def start(self) -> OdooServer:
        """Start it and wait for its login page.

        :raises AssertionError: with the end of its log
        """
        command = odoo_process.command(self._configuration)
        self._processes.start("Odoo", command, self.log, self._variables)
        try:
            self._processes.wait_for("Odoo", f"{self.url}/web/login", SECONDS_TO_START)
        except Problem as problem:
            raise AssertionError(f"{problem}\n{self.end_of_log()}") from None
        return self

    def stop(self) -> None:
        """End it as a service manager would."""
        self._processes.end()

    def kill(self) -> None:
        """End it and all its workers without warning, as a loss of power would."""
        [leader, *workers] = (psutil.Process(pid) for pid in self.pids())
        os.killpg(leader.pid, signal.SIGKILL)
        self._processes.end()
        psutil.wait_procs(workers, timeout=SECONDS_TO_DIE)

    def ensure_it_runs(self) -> bool:
        """Start it again when it has ended by itself, as a service manager does; whether it had.

        Odoo's first process ends when PostgreSQL refuses connections while it starts a worker.
        """
        [process] = self._processes.running.values()
        has_ended = process.poll() is not None
        if has_ended:
            self.restart()
        return has_ended

    def restart(self) -> OdooServer:
        """Start it again on the same port and database, whether it runs or not."""
        self.stop()
        return self.start()

    def remove(self) -> None:
        """End it, and drop its database and files."""
        self.stop()
        databases.drop(self._server, self.database)
        files = places.cache() / "odoo-data" / "filestore" / self.database
        shutil.rmtree(files, ignore_errors=True)

    def pids(self) -> list[int]:
        """Process ids of the server and all its workers, the server's own first."""
        [process] = self._processes.running.values()
        children = psutil.Process(process.pid).children(recursive=True)
        return [process.pid, *(child.pid for child in children)]

    def log_in(self, login: str = "admin", password: str = "admin") -> OdooSession:
        """The models as that person sees them."""
        return OdooSession(self.url, self.database, login, password)

    @cached_property
    def admin(self) -> OdooSession:
        """The models as the administrator sees them."""
        return self.log_in()

    def cursor(self) -> AbstractContextManager[cursor]:
        """Straight into the database, for what no person can do: let time pass, for one."""
        return self._server.cursor(self.database)

    def end_of_log(self) -> str:
        """The last lines that it wrote."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return text[-LAST_CHARACTERS:]
