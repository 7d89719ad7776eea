"""The virtual environment with the pinned packages."""

import re
import sys
from pathlib import Path

from . import commands, installing, places
from .problem import Problem

INSTALLING = "Installing Python packages"
BUILDER = "setuptools"


def ensure() -> None:
    """Have the virtual environment at hand."""
    installing.once(places.environment(), INSTALLING, _install)


def _install(target: Path, log: Path) -> None:
    commands.run([sys.executable, "-m", "venv", target], log, "Making a virtual environment")
    builder = target / "builder.txt"
    builder.write_text(requirement(BUILDER), encoding="utf-8")
    installing.packages(log, INSTALLING, "--require-hashes", "--requirement", builder)
    # Some are on the index as source only; what builds them is what was just installed.
    pinned = ("--no-build-isolation", "--require-hashes", "--requirement", places.REQUIREMENTS)
    installing.packages(log, INSTALLING, *pinned)


def requirement(name: str) -> str:
    """The lines of one package in the requirements: its version and its hashes."""
    text = places.REQUIREMENTS.read_text(encoding="utf-8")
    found = re.search(rf"^{name}==(?:.*\\\n)*.*\n", text, re.MULTILINE)
    if not found:
        raise Problem(f"{places.REQUIREMENTS} doesn't name {name}.")
    return found[0]
