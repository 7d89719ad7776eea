"""Bring every file into the form that the lint wants."""

import subprocess
import sys
from collections.abc import Sequence

from . import javascript, places


def main(arguments: Sequence[str]) -> int:
    """Format Python by ruff, and the addon's XML, JavaScript and styles by prettier."""
    ruff = [sys.executable, "-m", "ruff", "format", "."]
    status = subprocess.run(ruff, cwd=places.CHECKOUT, check=False).returncode
    return max(status, javascript.prettier("--write"))
