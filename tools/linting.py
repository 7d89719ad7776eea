"""The project's conventions: ruff, pylint-odoo, the community's hooks, mypy, prettier, eslint."""

import subprocess
import sys
from collections.abc import Callable, Sequence

from . import community, javascript, places
from .problem import Problem


def _python(*arguments: str) -> Callable[[], int]:
    def check() -> int:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=places.CHECKOUT, check=False).returncode

    return check


CHECKS: dict[str, Callable[[], int]] = {
    "ruff": _python("ruff", "check", "."),
    "ruff format": _python("ruff", "format", "--check", "--quiet", "."),
    "prettier": lambda: javascript.prettier("--check"),
    "eslint": javascript.eslint,
    # A model of many subjects is one file a subject here, so its classes aren't merged.
    "pylint-odoo": _python(
        *("pylint", "--rcfile=tools/pylintrc"),
        *("--disable=consider-merging-classes-inherited", *(path.name for path in places.ADDONS)),
    ),
    "community": community.check,
    "mypy": _python("mypy"),
}


def main(arguments: Sequence[str]) -> int:
    """Run each check, or those that ``arguments`` name; the status is that of the worst."""
    if unknown := set(arguments) - CHECKS.keys():
        raise Problem(f"There is no check {min(unknown)}; there are {', '.join(CHECKS)}.")
    worst = 0
    for name in arguments or CHECKS:
        print(f"== {name}", flush=True)
        worst = max(worst, abs(CHECKS[name]()))
    return worst
