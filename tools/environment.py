"""The virtual environment with the pinned packages."""

import shutil
import sys

from . import commands, places
from .problem import Problem
from .progress import step

WANTED = (3, 11)


def check_python() -> None:
    """The pinned packages are those for this version of Python."""
    if sys.version_info[:2] != WANTED:
        version = ".".join(map(str, sys.version_info[:2]))
        raise Problem(
            f"This is Python {version}; the project needs Python 3.11. Install it, or name it: "
            "make PYTHON=/path/to/python3.11 ..."
        )


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
