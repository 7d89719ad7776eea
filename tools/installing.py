"""Getting things into the cache: once, whole, and with their log beside it."""

import shutil
from collections.abc import Callable
from pathlib import Path

from . import commands, places
from .progress import step

Fill = Callable[[Path, Path], None]


def once(target: Path, what: str, fill: Fill) -> None:
    """Have ``target`` filled; what was broken off half way is done anew.

    :param what: the step as a person reads it, such as "Installing queue_job"
    :param fill: is called with the folder, which is not there, and the path of a log
    :raises Problem: that says what failed
    """
    complete = target / "complete"
    if complete.exists():
        return
    log = places.logs() / f"{target.name}.log"
    log.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    with step(what):
        fill(target, log)
    complete.touch()


def packages(log: Path, what: str, *wanted: str | Path) -> None:
    """Have pip install what ``wanted`` names: requirements, and options such as ``--target``."""
    pip = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input")
    commands.run([places.environment_python(), *pip, *wanted], log, what)
