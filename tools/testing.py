"""All tests of the project in one pytest run, in a database that is kept."""

import os
import subprocess
import sys
from collections.abc import Sequence

from . import browser, databases, odoo_process, places, postgres
from .processes import free_port

DATABASE = "campaign_master_test"
# Fast ones first.
ALL = (
    "tests/wire",
    "tests/tools",
    "tests/sandbox",
    "campaign_master_connector/tests",
    "tests/end_to_end",
)


def main(arguments: Sequence[str]) -> int:
    """Run pytest with ``arguments``, or on everything."""
    browser.ensure()
    with postgres.running() as server:
        template = databases.ensure_template(server, with_demo=False)
        stamp = places.cache() / "test-template"
        is_current = stamp.exists() and stamp.read_text(encoding="utf-8") == template
        if not is_current or not databases.exists(server, DATABASE):
            databases.copy(server, template, DATABASE)
            stamp.write_text(template, encoding="utf-8")
        configuration = odoo_process.write_configuration(
            places.cache() / "test.conf", server, DATABASE, http_port=free_port()
        )
        variables = {
            **os.environ,
            **server.variables(),
            "ODOO_RC": str(configuration),
            "CAMPAIGN_MASTER_TEMPLATE": template,
        }
        tests = list(arguments) or [folder for folder in ALL if (places.CHECKOUT / folder).is_dir()]
        command = [sys.executable, "-m", "pytest", "--odoo-http", *tests]
        return subprocess.run(command, env=variables, cwd=places.CHECKOUT, check=False).returncode
