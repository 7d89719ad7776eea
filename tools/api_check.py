"""The API check, without Odoo."""

import os
import sys
from collections.abc import Sequence

from . import places


def main(arguments: Sequence[str]) -> int:
    """Become `python -m campaign_master_api check`, which needs the addon's folder on the path."""
    paths = [str(places.ADDON), os.environ.get("PYTHONPATH", "")]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "campaign_master_api", "check", *arguments]
    os.execve(sys.executable, command, variables)
