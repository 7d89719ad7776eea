"""Problems are sentences: what happened and what to do, never a traceback."""

import errno
import signal
import sys
from collections.abc import Callable
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Problem(Exception):
    """Something that the person at the terminal can do something about."""


def run_main(main: Callable[[], int]) -> int:
    """Call ``main``; print a problem as one sentence. Gives the exit status."""
    for number in ENDINGS:
        signal.signal(number, _interrupt)
    try:
        return main()
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Start again to go on where it was broken off.", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EACCES, errno.EROFS):
            raise
        print(f"\n{_about_disk(error)}", file=sys.stderr)
        return 1


def _interrupt(wish: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does, whoever asks for it; a second wish doesn't break off the ending."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt(wish)


def _about_disk(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "The disk is full. Free 4 GB, or set CAMPAIGN_MASTER_CACHE to a folder elsewhere."
    return (
        f"No permission to write {error.filename}. Set CAMPAIGN_MASTER_CACHE to a folder of yours."
    )
