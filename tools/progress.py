"""Long steps tell that they are at work, and how long they took."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(text: str) -> Iterator[None]:
    """Print ``text`` with the seconds running while the block runs (on a terminal)."""
    done = threading.Event()
    started = time.monotonic()
    ticker = threading.Thread(target=_tick, args=(text, started, done), daemon=True)
    if sys.stdout.isatty():
        ticker.start()
    else:
        print(f"{text} ...", flush=True)
    try:
        yield
    finally:
        done.set()
        if ticker.is_alive():
            ticker.join()
        end = "\r" if sys.stdout.isatty() else ""
        print(f"{end}{text}: {time.monotonic() - started:.0f} s ", flush=True)


def _tick(text: str, started: float, done: threading.Event) -> None:
    while not done.wait(0.5):
        print(f"\r{text} ... {time.monotonic() - started:.0f} s", end="", flush=True)
