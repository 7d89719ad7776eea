"""All tests of the project in one pytest run, in a database that is kept."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from . import browser, databases, javascript, locks, odoo_process, places, postgres
from .packaged_addon import DARK_MODE
from .processes import free_port

DATABASE = "campaign_master_test"
SECONDS_TO_END = 20
# Fast ones first.
ALL = (
    "tests/wire",
    "tests/tools",
    "tests/sandbox",
    "tests/end_to_end",
    "tests/life_cycle",
    "campaign_master_connector/tests",
)
# Each worker has a copy of the database; `conftest.py` says what stays together.
SIDE_BY_SIDE = ("--numprocesses=2", "--dist=loadscope", "--no-loadscope-reorder")


def main(arguments: Sequence[str]) -> int:
    """Run pytest with ``arguments``, or on everything."""
    browser.ensure()
    with locks.held("test", "Another test run is under way"), postgres.running() as server:
        template = databases.ensure_template(server, with_demo=False)
        stamp = places.cache() / "test-template"
        is_current = stamp.exists() and stamp.read_text(encoding="utf-8") == template
        if not is_current or not databases.exists(server, DATABASE):
            databases.copy(server, template, DATABASE)
            stamp.write_text(template, encoding="utf-8")
        configuration = odoo_process.write_configuration(
            places.cache() / "test.conf",
            server,
            DATABASE,
            http_port=free_port(),
            addons_path=odoo_process.addons_path(DARK_MODE.addons()),
        )
        variables = {
            **os.environ,
            **server.variables(),
            "ODOO_RC": str(configuration),
            "CAMPAIGN_MASTER_TEMPLATE": template,
            "CAMPAIGN_MASTER_AXE": str(javascript.axe()),
            "PATH": os.pathsep.join([str(postgres.PROGRAMS), os.environ["PATH"]]),
        }
        tests = list(arguments) or [*SIDE_BY_SIDE, *ALL]
        command = [sys.executable, "-m", "pytest", "--odoo-http", *tests]
        return _run(command, variables)


def _run(command: Sequence[str], variables: dict[str, str]) -> int:
    """Run pytest; when it is broken off, let it end the servers that its tests have started."""
    with subprocess.Popen(command, env=variables, cwd=places.CHECKOUT) as process:
        try:
            return process.wait()
        except KeyboardInterrupt as wish:
            if wish.args != (signal.SIGINT,):  # the terminal sends that one to pytest too
                process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_END)
            process.kill()
            raise
