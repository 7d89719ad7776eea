"""First stage, on any machine with Python 3.11: get what is needed, then go on inside of it."""

import os
import sys

from . import (
    browser,
    community,
    environment,
    javascript,
    locks,
    odoo_source,
    permissions,
    places,
)
from .packaged_addon import DARK_MODE, QUEUE_JOB
from .problem import Problem, run_main

NEEDS_ODOO = {
    "demo",
    "test",
    "pictures",
    "lint",
    "format",
    "matrix",
    "dump",
    "bench",
    "soak",
    "translations",
}
WITHOUT_ODOO = {"setup", "sandbox", "check"}
NEEDS_BROWSER = {"test", "matrix", "pictures", "soak"}
NEEDS_JAVASCRIPT = {"lint", "format", "test"}
NEEDS_HOOKS = {"lint"}
NEEDS_QUEUE_JOB = {"test", "translations"}
NEEDS_DARK_MODE = {"test"}


def main() -> int:
    """`python3 -m tools COMMAND [ARGUMENTS]`: setup, or one of those below."""
    command = sys.argv[1] if len(sys.argv) > 1 else "setup"
    if command not in WITHOUT_ODOO | NEEDS_ODOO:
        raise Problem(f"There is no command {command}; `make help` lists what there is.")
    with locks.held("set-up", "Another set-up is running"):
        for configuration in places.cache().glob("*.conf"):
            permissions.make_private(configuration)
        environment.ensure()
        if command in NEEDS_ODOO:
            odoo_source.ensure()
        if command in NEEDS_BROWSER:
            browser.ensure()
        if command in NEEDS_JAVASCRIPT:
            javascript.ensure()
        if command in NEEDS_HOOKS:
            community.ensure()
        if command in NEEDS_QUEUE_JOB:
            QUEUE_JOB.ensure()
        if command in NEEDS_DARK_MODE:
            DARK_MODE.ensure()
    if command == "setup":
        return 0
    python = str(places.environment_python())
    os.chdir(places.CHECKOUT)
    os.execve(python, [python, "-m", "tools.inside", *sys.argv[1:]], _variables())


def _variables() -> dict[str, str]:
    paths = [str(odoo_source.python_path()), str(places.CHECKOUT)]
    if own := os.environ.get("PYTHONPATH"):
        paths.append(own)
    binaries = os.pathsep.join([str(places.environment() / "bin"), os.environ.get("PATH", "")])
    runtime = places.cache() / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "XDG_RUNTIME_DIR": str(runtime),
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PATH": binaries,
    }


if __name__ == "__main__":
    sys.exit(run_main(main))
