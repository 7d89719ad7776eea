"""The Odoo Community Association's own hooks for XML, CSV and translations, in the cache."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .. import commands, places
from ..progress import step

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
MODULE = "import sys; from oca_pre_commit_hooks.cli import main; sys.exit(main())"
TRANSLATIONS = "import sys; from oca_pre_commit_hooks.cli_po import main; sys.exit(main())"


def ensure() -> None:
    """Have the hooks at hand; half of them are installed anew."""
    target = _folder()
    if (target / "complete").exists():
        return
    log = places.logs() / "community.log"
    log.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    pip = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps")
    where = ("--target", str(target), "--requirement", str(REQUIREMENTS))
    with step("Installing the community's hooks"):
        command = [str(places.environment_python()), *pip, *where]
        commands.run(command, log, "Installing the community's hooks")
    (target / "complete").touch()


def check() -> int:
    """Run the hooks over the addons; their exit status."""
    status = max(_run(MODULE, addon.name) for addon in places.ADDONS)
    translations = sorted(str(path) for addon in places.ADDONS for path in addon.glob("i18n/*.po*"))
    # It wants a text that reads the same in both languages empty, as if nobody had translated it.
    return max(status, _run(TRANSLATIONS, "--disable=po-pretty-format", *translations))


def _run(program: str, *arguments: str) -> int:
    command = [sys.executable, "-c", program, *arguments]
    variables = {**os.environ, "PYTHONPATH": str(_folder())}
    return subprocess.run(command, cwd=places.CHECKOUT, env=variables, check=False).returncode


def _folder() -> Path:
    key = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return places.cache() / f"community-{key}"
