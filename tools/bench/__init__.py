"""`make bench`: how fast the addon is, beside the least that the same work can take.

Every figure is the median of several runs in one process; comparisons are ratios within the run.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from .. import databases, odoo_process, places, postgres
from ..progress import step
from . import report

DATABASE = "campaign_master_bench"
FULL = (10_000, 100_000, 1_000_000)
SCRIPT = Path(__file__).parent / "run_in_odoo.py"


def main(arguments: Sequence[str]) -> int:
    """Measure in fresh databases and print, store and draw the result."""
    options = _options(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    sizes = FULL if options.full else (options.rows,)
    with postgres.running() as server:
        template = databases.ensure_template(server, with_demo=False)
        runs = [_measure(server, template, rows, options) for rows in sizes]
        databases.drop(server, DATABASE)
    (options.output / "bench.json").write_text(json.dumps(runs, indent=1), encoding="utf-8")
    (options.output / "bench.svg").write_text(report.drawing(runs), encoding="utf-8")
    print("\n".join([*map(report.table, runs), report.linearity(runs)]))
    print(f"\nWritten to {options.output}: bench.json, bench.svg")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--full", action="store_true", help="with 10,000, 100,000 and 1,000,000")
    parser.add_argument("--rows", type=int, default=100_000, help="recipients of the campaign")
    parser.add_argument("--campaigns", type=int, default=10_000, help="synced campaigns when idle")
    parser.add_argument("--rounds", type=int, default=3, help="runs that a median is taken of")
    parser.add_argument("--only", default="", help="measurements by name, with commas between")
    parser.add_argument("--output", type=Path, default=places.cache() / "bench")
    return parser.parse_args(arguments)


def _measure(
    server: postgres.Server, template: str, rows: int, options: argparse.Namespace
) -> report.Figures:
    databases.copy(server, template, DATABASE)
    configuration = odoo_process.write_configuration(
        places.cache() / "bench.conf", server, DATABASE
    )
    result = options.output / f"bench-{rows}.json"
    result.unlink(missing_ok=True)
    variables = {
        **os.environ,
        "BENCH_ROWS": str(rows),
        "BENCH_CAMPAIGNS": str(options.campaigns),
        "BENCH_ROUNDS": str(options.rounds),
        "BENCH_ONLY": options.only,
        "BENCH_RESULT": str(result),
    }
    log = places.logs() / "bench.log"
    log.unlink(missing_ok=True)
    with step(f"Measuring with {rows:,} recipients"):
        odoo_process.run_script(configuration, SCRIPT, variables, log)
    figures: report.Figures = json.loads(result.read_text(encoding="utf-8"))
    return figures
