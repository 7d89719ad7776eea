"""Odoo as a process: its configuration file and its command line."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import commands, odoo_source, permissions, places
from .postgres import Server
from .problem import Problem

LAUNCH = "import odoo.cli; odoo.cli.main()"


def addons_path(*further: Path) -> str:
    """The folders of addons as Odoo's configuration has them."""
    return ",".join(map(str, [*odoo_source.addons_path(), *further]))


def write_configuration(path: Path, server: Server, database: str, **options: object) -> Path:
    """A configuration file for one database, which has passwords; ``options`` are Odoo's own."""
    values = {
        "addons_path": addons_path(),
        "admin_passwd": "demo",
        "data_dir": places.odoo_data(),
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "db_name": database,
        "dbfilter": f"^{database}$",
        "http_interface": "127.0.0.1",
        "list_db": False,
        **({"db_password": server.password} if server.password else {}),
        **options,
    }
    lines = ["[options]", *(f"{name} = {value}" for name, value in values.items())]
    permissions.write_private(path, "\n".join(lines) + "\n")
    return path


def command(configuration: Path, *arguments: str, subcommand: str = "server") -> list[str]:
    """The command line of an Odoo with this configuration."""
    python = str(places.environment_python())
    return [python, str(_program()), subcommand, "-c", str(configuration), *arguments]


def _program() -> Path:
    """A file, since Odoo starts itself and its gevent worker again by their file's name."""
    path = places.cache() / "odoo-bin"
    if not path.exists():
        path.write_text(LAUNCH + "\n", encoding="utf-8")
    return path


def run_to_end(configuration: Path, arguments: Sequence[str], log: Path, what: str) -> None:
    """Run Odoo until it has done what ``arguments`` ask for, an installation say."""
    commands.run(command(configuration, *arguments, "--stop-after-init", "--no-http"), log, what)


def run_script(configuration: Path, script: Path, variables: dict[str, str], log: Path) -> None:
    """Run a Python script in Odoo's shell, with ``env`` of the superuser."""
    with log.open("a", encoding="utf-8") as output, script.open(encoding="utf-8") as text:
        finished = subprocess.run(
            command(configuration, "--no-http", subcommand="shell"),
            stdin=text,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=variables,
            check=False,
        )
    if finished.returncode:
        raise Problem(f"{script.name} failed: {commands.reason(log)} The log is {log}.")
