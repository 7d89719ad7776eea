"""Second stage, inside the virtual environment: what a command does."""

import importlib
import sys

from .problem import run_main

COMMANDS = {
    "demo": "tools.demo",
    "test": "tools.testing",
    "lint": "tools.linting",
    "format": "tools.formatting",
    "matrix": "tools.matrix",
    "pictures": "tools.pictures",
    "bench": "tools.bench",
    "dump": "tools.dump",
    "translations": "tools.translations",
    "soak": "tools.soak",
    "sandbox": "tools.sandbox",
    "check": "tools.api_check",
}


def main() -> int:
    """Hand over to the command's module; its ``main`` takes the arguments after the command."""
    module = importlib.import_module(COMMANDS[sys.argv[1]])
    status: int = module.main(sys.argv[2:])
    return status


if __name__ == "__main__":
    sys.exit(run_main(main))
