"""The virtual environment with the pinned packages."""

import shutil
import sys

from . import commands, places
from .progress import step


def ensure() -> None:
    """Have the virtual environment at hand; a broken off one is made anew."""
    target = places.environment()
    if (target / "complete").exists():
        return
    log = places.logs() / "environment.log"
    log.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    with step("Installing Python packages"):
        commands.run([sys.executable, "-m", "venv", target], log, "Making a virtual environment")
        commands.run(
            [
                places.environment_python(),
                *("-m", "pip", "install", "--disable-pip-version-check", "--no-input"),
                *("--requirement", places.REQUIREMENTS),
            ],
            log,
            "Installing Python packages",
        )
    (target / "complete").touch()
