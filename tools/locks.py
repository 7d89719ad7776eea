"""Locks between several runs that share the cache. The system frees them when a run dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from . import places
from .problem import Problem


@contextmanager
def held(name: str, waiting_for: str) -> Iterator[None]:
    """Wait until no other run holds the lock ``name``, telling what is waited for."""
    with (places.cache() / f"{name}.lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{waiting_for}; waiting for it ...", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def held_at_once(name: str, refusal: str) -> Iterator[None]:
    """Hold the lock ``name``.

    :raises Problem: that says ``refusal`` when another run holds it
    """
    with (places.cache() / f"{name}.lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(refusal) from None
        yield
