"""`make soak`: kill Odoo, PostgreSQL or the sandbox at random moments of syncs and statistics."""

import argparse
import os
import secrets
from collections.abc import Sequence

from . import testing


def main(arguments: Sequence[str]) -> int:
    """Play the rounds, a line for each, and print what came of them."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--seed", type=int, help="of kinds and moments; one by chance if left out")
    parser.add_argument(
        "--rounds", type=int, default=50, help="of syncs, and as many of statistics"
    )
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    print(f"Seed {seed}: the same kinds at the same moments come again with --seed {seed}")
    os.environ["CAMPAIGN_MASTER_SOAK_SEED"] = str(seed)
    os.environ["CAMPAIGN_MASTER_SOAK_ROUNDS"] = str(options.rounds)
    return testing.main(["--capture=no", "--quiet", "tests/end_to_end/soak"])
