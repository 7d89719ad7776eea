"""Databases of their own: with an earlier version, with a customer's apps, without the addon."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from copies import MakeDatabase, copies

from tools import databases, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="session")
def base(server: postgres.Server) -> str:
    """Odoo's apps without the addon and without demo data."""
    return databases.ensure_base(server, with_demo=False)


@pytest.fixture(scope="session")
def template() -> str:
    """The addon as it is installed for the first time, in a database without demo data."""
    name = os.environ.get("CAMPAIGN_MASTER_TEMPLATE")
    if not name:
        pytest.fail('These tests need what `make test ARGS="tests/life_cycle"` sets up.')
    return name


@pytest.fixture(scope="module")
def copy_of(server: postgres.Server) -> Iterator[MakeDatabase]:
    """Makes copies of databases, which are dropped at the end."""
    with copies(server) as make:
        yield make
