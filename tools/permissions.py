"""Who may look into the folders above the cache."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASS_THROUGH = stat.S_IXGRP | stat.S_IXOTH


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
