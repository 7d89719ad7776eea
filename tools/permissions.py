"""Who may look into the cache, and into the folders above it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASS_THROUGH = stat.S_IXGRP | stat.S_IXOTH
LOOK_INTO = stat.S_IRWXG | stat.S_IRWXO
PRIVATE = stat.S_IRWXU
PRIVATE_FILE = stat.S_IRUSR | stat.S_IWUSR


def make_private(path: Path) -> None:
    """Take the rights of others from a file or folder of this user's."""
    _without(path, LOOK_INTO)


def hide_contents(folder: Path) -> None:
    """The same, but for passing through; not where all users share the folder, as ``/tmp``."""
    if not folder.stat().st_mode & stat.S_ISVTX:
        _without(folder, LOOK_INTO & ~PASS_THROUGH)


def _without(path: Path, rights: int) -> None:
    status = path.stat()
    if status.st_uid == os.geteuid() and status.st_mode & rights:
        path.chmod(stat.S_IMODE(status.st_mode) & ~rights)


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read at any moment, also where there is one already."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE_FILE)
    with open(number, "w", encoding="utf-8") as file:
        os.fchmod(number, PRIVATE_FILE)
        file.truncate()
        file.write(text)


@contextmanager
def only_passed_through(*paths: Path) -> Iterator[None]:
    """Let the block open the folders above ``paths`` to everybody, and narrow that at its end.

    The embedded PostgreSQL of root runs as another user, and its package makes all folders above
    readable to everybody, root's home included. To be passed through is all that it needs.
    """
    above = {folder for path in paths for folder in path.parents}
    modes = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in above}
    try:
        yield
    finally:
        for folder, mode in modes.items():
            if stat.S_IMODE(folder.stat().st_mode) != mode:
                folder.chmod(mode | PASS_THROUGH)
