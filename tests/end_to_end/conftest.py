"""Real processes: a database copied from the template, the sandbox, Odoo with workers and cron."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
from odoo_server import OdooServer
from steps import make_account

from sandbox.testing import SandboxProcess
from tools import postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def database_server() -> Iterator[postgres.Server]:
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(seed=7) as process:
        yield process


@pytest.fixture(scope="module")
def odoo(
    database_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OdooServer]:
    """Odoo with the addon, without demo data and without an account; ``admin`` is its one user."""
    with _running(database_server, tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="module")
def threaded_odoo(
    database_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OdooServer]:
    """One process that serves many at once, and runs schedules only when it is told to."""
    options = {"workers": 0, "max_cron_threads": 0}
    with _running(database_server, tmp_path_factory, **options) as server:
        yield server


@contextmanager
def _running(
    database_server: postgres.Server, folders: pytest.TempPathFactory, **options: object
) -> Iterator[OdooServer]:
    template = os.environ.get("CAMPAIGN_MASTER_TEMPLATE")
    if not template:
        pytest.fail('These tests need what `make test ARGS="tests/end_to_end"` sets up.')
    name = f"cm_end_to_end_{os.getpid()}_{next(_numbers)}"
    server = OdooServer(database_server, template, folders.mktemp("odoo"), name, **options)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="module")
def account_id(odoo: OdooServer, sandbox: SandboxProcess) -> int:
    """The main company's account."""
    return make_account(odoo.admin, sandbox)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what Odoo and the sandbox said when a test fails."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        server = item.funcargs.get("odoo") or item.funcargs.get("threaded_odoo")
        process = item.funcargs.get("sandbox")
        if isinstance(server, OdooServer):
            report.sections.append((f"Odoo's log, {server.log}", server.end_of_log()))
        if isinstance(process, SandboxProcess):
            report.sections.append(("The sandbox's log", process.log_text()))
    return report
