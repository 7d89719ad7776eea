"""`python -m sandbox`."""

from __future__ import annotations

import logging
import sys

from . import options, server
from .errors import UsageError


def main() -> int:
    """Run the sandbox; the exit status."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        server.run(options.parse())
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
