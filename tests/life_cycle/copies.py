"""Copies of databases that a test may do anything to."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import databases, places
from tools.postgres import Server

_numbers = itertools.count(1)

MakeDatabase = Callable[[str], str]


@contextmanager
def copies(server: Server) -> Iterator[MakeDatabase]:
    """Makes copies of the databases it is called with; they are dropped at the end."""
    names: list[str] = []

    def make(source: str) -> str:
        names.append(f"cm_life_cycle_{os.getpid()}_{next(_numbers)}")
        databases.copy(server, source, names[-1])
        return names[-1]

    try:
        yield make
    finally:
        for name in names:
            databases.drop(server, name)
            files: Path = places.cache() / "odoo-data" / "filestore" / name
            shutil.rmtree(files, ignore_errors=True)
