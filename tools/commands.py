"""Running other programs, with their output in a file and their failure as a sentence."""

import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .problem import Problem

NETWORK_SIGNS = (
    "Could not resolve",
    "Temporary failure",
    "Failed to establish a new connection",
    "Connection refused",
    "Network is unreachable",
    "Failed to fetch",
)
RELEASE_SIGN = "No matching distribution found for "
DISK_SIGN = "No space left on device"


def run(command: Sequence[str | Path], log: Path, what: str, **options: object) -> None:
    """Run ``command`` with its output in ``log``.

    :raises Problem: that names ``what`` failed, why if that can be told, and the log
    """
    with log.open("a", encoding="utf-8") as output:
        finished = subprocess.run(  # type: ignore[call-overload]
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            **options,
        )
    if finished.returncode:
        raise Problem(f"{what} failed: {reason(log)} The log is {log}.")


def reason(log: Path) -> str:
    """Why a program failed, as far as its log tells."""
    text = log.read_text(encoding="utf-8", errors="replace")[-20000:]
    if DISK_SIGN in text:
        return "the disk is full."
    if any(sign in text for sign in NETWORK_SIGNS):
        return "the network or the package registry can't be reached."
    if RELEASE_SIGN in text:
        name = text.rpartition(RELEASE_SIGN)[2].split()[0]
        return f"the registry has no {name} for this Python {platform.python_version()}."
    lines = [line for line in text.splitlines() if line.strip()]
    return f"{lines[-1].strip()[:200]}." if lines else "it said nothing."
