"""The sandbox Campaign Master alone, in this terminal."""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Become `python -m sandbox`, so that Ctrl-C is its own; what it has to say comes with it."""
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *arguments])
