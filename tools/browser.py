"""Chromium, for the browser tests and the pictures."""

import os
import shutil

from . import commands, places
from .problem import Problem
from .progress import step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of Chromium or Chrome, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> str:
    """Have Chromium at hand: installed where the user may do so.

    :raises Problem: that says what to install
    """
    if path := find():
        return path
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise Problem(
            "The browser tests need Chromium. Install it first (on Debian or Ubuntu: "
            "sudo apt-get install chromium), then start again."
        )
    log = places.logs() / "chromium.log"
    log.unlink(missing_ok=True)
    with step("Installing Chromium"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        commands.run(["apt-get", "-q", "update"], log, "Reading the package list", env=quiet)
        commands.run(
            ["apt-get", "-q", "install", "-y", "chromium"], log, "Installing Chromium", env=quiet
        )
    path = find()
    if not path:
        raise Problem("Chromium was installed, but can't be found. Put it on the PATH.")
    return path
