"""The Odoo Community Association's own hooks for XML, CSV and translations, in the cache."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from .. import installing, places

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
INSTALLING = "Installing the community's hooks"
MODULE = "import sys; from oca_pre_commit_hooks.cli import main; sys.exit(main())"
TRANSLATIONS = "import sys; from oca_pre_commit_hooks.cli_po import main; sys.exit(main())"


def ensure() -> None:
    """Have the hooks at hand."""
    installing.once(_folder(), INSTALLING, _install)


def check() -> int:
    """Run the hooks over the addons; their exit status."""
    status = max(_run(MODULE, addon.name) for addon in places.ADDONS)
    translations = sorted(str(path) for addon in places.ADDONS for path in addon.glob("i18n/*.po*"))
    # It wants a text that reads the same in both languages empty, as if nobody had translated it.
    return max(status, _run(TRANSLATIONS, "--disable=po-pretty-format", *translations))


def _install(target: Path, log: Path) -> None:
    wanted = ("--no-deps", "--target", target, "--requirement", REQUIREMENTS)
    installing.packages(log, INSTALLING, *wanted)


def _run(program: str, *arguments: str) -> int:
    command = [sys.executable, "-c", program, *arguments]
    variables = {**os.environ, "PYTHONPATH": str(_folder())}
    return subprocess.run(command, cwd=places.CHECKOUT, env=variables, check=False).returncode


def _folder() -> Path:
    key = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return places.cache() / f"community-{key}"
