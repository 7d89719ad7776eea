"""What `make` runs: it gets what the project needs, and starts demo, tests, pictures and more."""

import sys

# Here, since an older Python can't even read the other modules.
if sys.version_info[:2] != (3, 11):
    sys.exit(
        "This is Python {}.{}; the project needs Python 3.11. Install it, or name it: "
        "make PYTHON=/path/to/python3.11 ...".format(*sys.version_info)
    )
