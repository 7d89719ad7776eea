"""The virtual environment with the pinned packages."""

import sys
from pathlib import Path

from . import commands, installing, places

INSTALLING = "Installing Python packages"


def ensure() -> None:
    """Have the virtual environment at hand."""
    installing.once(places.environment(), INSTALLING, _install)


def _install(target: Path, log: Path) -> None:
    commands.run([sys.executable, "-m", "venv", target], log, "Making a virtual environment")
    installing.packages(log, INSTALLING, "--requirement", places.REQUIREMENTS)
