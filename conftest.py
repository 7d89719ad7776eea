"""Which tests run one after the other when several workers share them, and what they print."""

from __future__ import annotations

import os
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from odoo.tests import TransactionCase
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# One browser at a time: two on two cores make each other's steps time out.
BROWSER = "browser"
# After the fast ones, so that they don't end long after everything else.
LONG = ("tests/end_to_end/", "tests/life_cycle/", BROWSER)
FAST = ("tests/wire/",)


def pytest_sessionstart() -> None:
    """The workers share the files of attachments, which each class of tests cleans up at its end.

    It would take away what a test of the other worker has just made: the script of a page, say,
    which then stays white.
    """
    if os.environ.get("PYTEST_XDIST_WORKER"):
        TransactionCase._gc_filestore = classmethod(lambda cls: None)


class Groups(LoadScopeScheduling):
    """Gives a worker all tests of a group."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups:
    """The plugin's own groups, by marks, have no effect with this version of pytest."""
    return Groups(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones early."""
    items.sort(key=lambda item: _turn(_group(item.nodeid)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Odoo's test cases have no ``record_property``: they leave it in an attribute."""
    report = yield
    text = getattr(getattr(item, "instance", None), "printed", "")
    if text and call.when == "call":
        report.user_properties.append(("printed", text))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the tables that tests recorded as ``printed``, whether all of it went well or not."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    for report in reports:
        for name, text in getattr(report, "user_properties", ()):
            if name == "printed" and report.when == "call":
                terminalreporter.write_line(f"\n{text}\n")


def _group(nodeid: str) -> str:
    """The test's file, or the one group of all with a browser."""
    file = nodeid.partition("::")[0]
    return BROWSER if _opens_a_browser(file) else file


@cache
def _opens_a_browser(file: str) -> bool:
    return "HttpCase" in (Path(__file__).parent / file).read_text(encoding="utf-8")


def _turn(group: str) -> int:
    if group.startswith(FAST):
        return 0
    return 1 if group.startswith(LONG) else 2
