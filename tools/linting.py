"""The project's conventions: ruff, pylint-odoo, mypy."""

import subprocess
import sys
from collections.abc import Sequence

from . import places

CHECKS = {
    "ruff": ("-m", "ruff", "check", "."),
    # A model of many subjects is one file a subject here, so its classes aren't merged.
    "pylint-odoo": (
        *("-m", "pylint", "--rcfile=tools/pylintrc"),
        *("--disable=consider-merging-classes-inherited", "campaign_master_connector"),
    ),
    "mypy": ("-m", "mypy"),
}


def main(arguments: Sequence[str]) -> int:
    """Run each check; the status is that of the worst."""
    worst = 0
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        finished = subprocess.run([sys.executable, *command], cwd=places.CHECKOUT, check=False)
        worst = max(worst, finished.returncode)
    return worst
