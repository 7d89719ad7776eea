"""Addons of the Odoo Community Association for the tests: from the package index, in the cache."""

from dataclasses import dataclass
from pathlib import Path

from . import installing, places


@dataclass(frozen=True)
class PackagedAddon:
    """One addon, by its name in Odoo and its exact distribution."""

    name: str
    distribution: str

    def ensure(self) -> None:
        """Have it at hand."""
        installing.once(self._folder(), self._what, self._install)

    def addons(self) -> Path:
        """The folder for the addons path."""
        return self._folder() / "odoo" / "addons"

    @property
    def _what(self) -> str:
        return f"Installing {self.name}"

    def _install(self, target: Path, log: Path) -> None:
        # Without its dependencies: it asks for Odoo as a package, which is on no index.
        installing.packages(log, self._what, "--no-deps", "--target", target, self.distribution)

    def _folder(self) -> Path:
        return places.cache() / self.distribution.replace("==", "-")


QUEUE_JOB = PackagedAddon("queue_job", "odoo-addon-queue-job==19.0.2.4.0.1")
# What a dark Odoo looks like: Odoo Community itself has none.
DARK_MODE = PackagedAddon("web_dark_mode", "odoo-addon-web-dark-mode==19.0.1.0.0.6")
