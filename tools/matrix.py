"""The addon's tests by Odoo's own runner: at install and after it, in each kind of database.

make matrix                          # all of it, half an hour
make matrix ARGS="customer"          # in those databases whose name has this word
make matrix ARGS="--tags /campaign_master_connector:TestSync"
"""

import argparse
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import browser, databases, locks, odoo_log, odoo_process, places, postgres
from .postgres import Server
from .processes import free_port

ALL_TESTS = f"/{databases.ADDON}"
APPS = {False: "Odoo's least", True: "customer's"}
DEMO = {False: "without demo", True: "with demo"}
MOMENTS = {"at install": ("-i", databases.ADDON), "after install": ()}


@dataclass(frozen=True)
class Row:
    """One run: its name, its result, and what else its log complains of."""

    name: str
    result: odoo_log.TestResult | None
    problems: list[str]
    seconds: float

    @property
    def is_green(self) -> bool:
        """Whether all its tests passed and nothing else went wrong."""
        return bool(self.result and self.result.is_green and not self.problems)

    def line(self) -> str:
        """Its line of the table."""
        tests = self.result.tests if self.result else 0
        bad = self.result.failed + self.result.errors if self.result else "no end"
        return f"{self.name:44} {tests:>6} {bad:>7} {len(self.problems):>9} {self.seconds:>8.0f}"


def main(arguments: Sequence[str]) -> int:
    """Run the cells and print a table; the status is 1 unless all of it is green."""
    parser = argparse.ArgumentParser(prog="make matrix")
    parser.add_argument("words", nargs="*", help="only databases whose name has each of these")
    parser.add_argument("--tags", default=ALL_TESTS, help="which tests, as --test-tags has it")
    options = parser.parse_args(arguments)
    browser.ensure()
    with locks.held("matrix", "Another matrix is under way"), postgres.running() as server:
        rows = list(_rows(server, options.words, options.tags))
    print(f"\n{'':44} {'tests':>6} {'failed':>7} {'problems':>9} {'seconds':>8}")
    for row in rows:
        print(row.line())
    return int(not all(row.is_green for row in rows))


def _rows(server: Server, words: Sequence[str], tags: str) -> Iterator[Row]:
    for is_customer, apps in APPS.items():
        for with_demo, demo in DEMO.items():
            kind = f"{apps} apps, {demo}"
            if all(word in kind for word in words):
                base = databases.ensure_base(server, with_demo, is_customer)
                yield from _cells(server, base, kind, tags)


def _cells(server: Server, base: str, kind: str, tags: str) -> Iterator[Row]:
    name = "cm_matrix"
    databases.copy(server, base, name)
    for moment, arguments in MOMENTS.items():
        title = f"{kind}, {moment}"
        print(f"{title} ...", flush=True)
        row = run(server, name, title, [*arguments, "--test-tags", tags])
        for problem in row.problems:
            print(f"  {problem[:1000]}", flush=True)
        yield row
    databases.drop(server, name)


def run(server: Server, database: str, title: str, arguments: Sequence[str]) -> Row:
    """One run of Odoo's test runner in ``database``."""
    log = places.logs() / f"matrix-{title.replace(' ', '-').replace(',', '')}.log"
    configuration = _configuration(server, database)
    command = odoo_process.command(configuration, *arguments, "--test-enable", "--stop-after-init")
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    seconds = time.monotonic() - started
    return Row(title, odoo_log.test_result(log), odoo_log.problems(log), seconds)


def _configuration(server: Server, database: str) -> Path:
    path = places.cache() / f"{database}.conf"
    port = free_port()
    return odoo_process.write_configuration(path, server, database, http_port=port)
