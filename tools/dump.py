"""Keep a database of this version for the tests of the next: make dump, when a version is released.

make dump                                # of the addon in this checkout
make dump ARGS="--checkout ../earlier"   # of the addon in another one
"""

import argparse
import ast
import os
from collections.abc import Sequence
from pathlib import Path

from sandbox.testing import SandboxProcess

from . import databases, locks, odoo_process, odoo_source, places, postgres, versions
from .progress import step

FOLDER = places.CHECKOUT / "tests" / "life_cycle" / "versions"
DATABASE = "cm_dump"


def main(arguments: Sequence[str]) -> int:
    """Install the addon, use it for a while, and write what is in the database then."""
    parser = argparse.ArgumentParser(prog="make dump")
    parser.add_argument("--checkout", type=Path, default=places.CHECKOUT)
    checkout = parser.parse_args(arguments).checkout.resolve()
    manifest = checkout / databases.ADDON / "__manifest__.py"
    version = ast.literal_eval(manifest.read_text(encoding="utf-8"))["version"]
    path = FOLDER / f"{version}.sql.gz"
    with locks.held("dump", "Another dump is being made"), postgres.running() as server:
        base = databases.ensure_base(server, with_demo=False)
        with step(f"Using version {version}"):
            _use(server, base, checkout)
        versions.dump(server, base, DATABASE, databases.ADDON, path)
        databases.drop(server, DATABASE)
    print(f"{path} has {path.stat().st_size // 1024} kB.")
    return 0


def _use(server: postgres.Server, base: str, checkout: Path) -> None:
    databases.copy(server, base, DATABASE)
    others = [folder for folder in odoo_source.addons_path() if folder != places.CHECKOUT]
    configuration = odoo_process.write_configuration(
        places.cache() / f"{DATABASE}.conf",
        server,
        DATABASE,
        addons_path=",".join(map(str, [*others, checkout])),
    )
    log = places.logs() / "dump.log"
    log.unlink(missing_ok=True)
    arguments = ["-i", databases.ADDON]
    odoo_process.run_to_end(configuration, arguments, log, "Installing the addon")
    with SandboxProcess(seed=7) as sandbox:
        variables = {**os.environ, "SANDBOX_URL": sandbox.url}
        odoo_process.run_script(configuration, FOLDER / "fill.py", variables, log)
