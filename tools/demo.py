"""The demo: PostgreSQL, the sandbox and Odoo, with the account set up."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import databases, locks, odoo_process, permissions, places, postgres
from .problem import Problem
from .processes import Processes, check_port_is_free
from .progress import step

DATABASE = "campaign_master_demo"
SCRIPT = Path(__file__).parent / "demo_data.py"
# Odoo takes views from their files and starts again by itself when Python code changes.
DEVELOPMENT = ("--dev=reload,xml",)
LOGINS = (
    ("admin", "admin", "administrator"),
    ("sales", "sales", "salesperson, own documents only"),
    ("marketing", "marketing", "marketing user"),
)


def port(variable: str, usual: int) -> int:
    """The port that an environment variable names, else the usual one."""
    text = os.environ.get(variable) or str(usual)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"{variable} must be a port number, but is {text}.")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Start everything, print where it is, and end all of it on Ctrl-C."""
    odoo_port, sandbox_port = _free_ports()
    with (
        locks.held_at_once("demo", "The demo is running already. End that one first."),
        postgres.running() as server,
        Processes() as processes,
    ):
        start(
            server,
            processes,
            odoo_port,
            sandbox_port,
            is_fresh="--fresh" in arguments,
            options=DEVELOPMENT if "--dev" in arguments else (),
        )
        _print_addresses(odoo_port, sandbox_port)
        _wait(processes, server)
    return 0


def _free_ports() -> tuple[int, int]:
    odoo_port, sandbox_port = port("ODOO_PORT", 8069), port("SANDBOX_PORT", 8025)
    if odoo_port == sandbox_port:
        raise Problem(f"ODOO_PORT and SANDBOX_PORT are both {odoo_port}; choose another for one.")
    check_port_is_free(odoo_port, "ODOO_PORT")
    check_port_is_free(sandbox_port, "SANDBOX_PORT")
    return odoo_port, sandbox_port


def start(
    server: postgres.Server,
    processes: Processes,
    odoo_port: int,
    sandbox_port: int,
    is_fresh: bool = False,
    options: Sequence[str] = (),
) -> None:
    """Start sandbox and Odoo and wait until both answer; ``options`` are Odoo's."""
    template = databases.ensure_template(server, with_demo=True)
    stamp = places.cache() / "demo-template"
    wanted = f"{template} {sandbox_port} {SCRIPT.stat().st_mtime}"
    is_known = stamp.exists() and stamp.read_text(encoding="utf-8") == wanted
    is_kept = is_known and databases.exists(server, DATABASE) and not is_fresh
    if not is_kept:
        stamp.unlink(missing_ok=True)
        _forget_sandbox()
    configuration = _configure(server, odoo_port)
    _start_sandbox(processes, sandbox_port)
    if not is_kept:
        with step("Setting up the demo"):
            databases.copy(server, template, DATABASE)
            _run_script(configuration, sandbox_port)
            stamp.write_text(wanted, encoding="utf-8")
    with step("Starting Odoo"):
        command = odoo_process.command(configuration, *options)
        processes.start("Odoo", command, places.logs() / "odoo.log")
        processes.wait_for("Odoo", f"http://127.0.0.1:{odoo_port}/web/login", 120)


def _configure(server: postgres.Server, odoo_port: int) -> Path:
    return odoo_process.write_configuration(
        places.cache() / "demo.conf",
        server,
        DATABASE,
        http_port=odoo_port,
        gevent_port=odoo_port + 3,
        max_cron_threads=2,
    )


def _forget_sandbox() -> None:
    for part in places.cache().glob("sandbox.sqlite*"):
        part.unlink()


def _start_sandbox(processes: Processes, sandbox_port: int) -> None:
    for part in places.cache().glob("sandbox.sqlite*"):
        permissions.make_private(part)
    processes.start(
        "The sandbox",
        [
            *(sys.executable, "-m", "sandbox", "--port", str(sandbox_port)),
            *("--database", str(places.cache() / "sandbox.sqlite")),
        ],
        places.logs() / "sandbox.log",
    )
    processes.wait_for("The sandbox", f"http://127.0.0.1:{sandbox_port}", 30)


def _run_script(configuration: Path, sandbox_port: int) -> None:
    log = places.logs() / "demo-data.log"
    log.unlink(missing_ok=True)
    variables = {**os.environ, "SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}"}
    odoo_process.run_script(configuration, SCRIPT, variables, log)


def _print_addresses(odoo_port: int, sandbox_port: int) -> None:
    print(f"\nOdoo:    http://127.0.0.1:{odoo_port}/odoo/campaign-master")
    for login, password, who in LOGINS:
        print(f"         {login} / {password}  ({who})")
    print(f"Sandbox: http://127.0.0.1:{sandbox_port}  (Campaign Master's part: launch it here)")
    print("\nCtrl-C ends all of it.", flush=True)


def _wait(processes: Processes, server: postgres.Server) -> None:
    try:
        while True:
            server.check()
            processes.check()
            time.sleep(1)
    except KeyboardInterrupt:
        print("\nEnding ...", flush=True)
