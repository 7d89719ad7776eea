"""Addons of the Odoo Community Association for the tests: from the package index, in the cache."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from . import commands, places
from .progress import step


@dataclass(frozen=True)
class PackagedAddon:
    """One addon, by its name in Odoo and its exact distribution."""

    name: str
    distribution: str

    def ensure(self) -> None:
        """Have it at hand; half of it is fetched anew."""
        target = self._folder()
        if (target / "complete").exists():
            return
        log = places.logs() / f"{self.name}.log"
        log.unlink(missing_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        # Without its dependencies: it asks for Odoo as a package, which is on no index.
        pip = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps")
        with step(f"Installing {self.name}"):
            where = ("--target", str(target))
            command = [str(places.environment_python()), *pip, *where, self.distribution]
            commands.run(command, log, f"Installing {self.name}")
        (target / "complete").touch()

    def addons(self) -> Path:
        """The folder for the addons path."""
        return self._folder() / "odoo" / "addons"

    def _folder(self) -> Path:
        return places.cache() / self.distribution.replace("==", "-")


QUEUE_JOB = PackagedAddon("queue_job", "odoo-addon-queue-job==19.0.2.4.0.1")
# What a dark Odoo looks like: Odoo Community itself has none.
DARK_MODE = PackagedAddon("web_dark_mode", "odoo-addon-web-dark-mode==19.0.1.0.0.6")
