"""The OCA's queue_job, for the addon that uses it: from the package index, in the cache."""

import shutil
from pathlib import Path

from . import commands, places
from .progress import step

# Without its dependencies: it asks for Odoo as a package, which is on no index.
PACKAGE = "odoo-addon-queue-job==19.0.2.4.0.1"


def ensure() -> None:
    """Have it at hand; half of it is fetched anew."""
    target = _folder()
    if (target / "complete").exists():
        return
    log = places.logs() / "queue-job.log"
    log.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    pip = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps")
    with step("Installing queue_job"):
        where = ("--target", str(target))
        command = [str(places.environment_python()), *pip, *where, PACKAGE]
        commands.run(command, log, "Installing queue_job")
    (target / "complete").touch()


def addons() -> Path:
    """The folder for the addons path."""
    return _folder() / "odoo" / "addons"


def _folder() -> Path:
    return places.cache() / PACKAGE.replace("==", "-")
