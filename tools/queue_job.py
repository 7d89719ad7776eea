"""The OCA's queue_job, for the addon that uses it: from the package index, in the cache."""

from pathlib import Path

from . import installing, places

PACKAGE = "odoo-addon-queue-job==19.0.2.4.0.1"
INSTALLING = "Installing queue_job"


def ensure() -> None:
    """Have it at hand."""
    installing.once(_folder(), INSTALLING, _install)


def addons() -> Path:
    """The folder for the addons path."""
    return _folder() / "odoo" / "addons"


def _install(target: Path, log: Path) -> None:
    # Without its dependencies: it asks for Odoo as a package, which is on no index.
    installing.packages(log, INSTALLING, "--no-deps", "--target", target, PACKAGE)


def _folder() -> Path:
    return places.cache() / PACKAGE.replace("==", "-")
