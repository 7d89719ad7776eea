"""A sandbox process for all tests, as at its start for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from oddity_world import World
from sandbox_support import Api, first_template

from sandbox.testing import SandboxProcess


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[SandboxProcess]:
    """The process that the tests of this folder share."""
    with SandboxProcess(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: SandboxProcess) -> SandboxProcess:
    """The shared process with demo data and nothing else."""
    # Odoo's test classes, where they share this worker, end all of its child processes.
    if running_sandbox.process is None or running_sandbox.process.poll() is not None:
        running_sandbox.restart()
    running_sandbox.control.reset()
    return running_sandbox


@pytest.fixture
def api(sandbox: SandboxProcess) -> Api:
    """The first account, logged in."""
    return Api(sandbox.url).log_in()


@pytest.fixture
def template_id(sandbox: SandboxProcess) -> int:
    """A template of the first account."""
    return first_template(sandbox)


@pytest.fixture
def list_id(sandbox: SandboxProcess) -> int:
    """An empty list of the first account."""
    return sandbox.control.create_list("Empty")


@pytest.fixture
def campaign_id(api: Api, template_id: int) -> int:
    """A draft of the first account."""
    return api.create_campaign(templateId=template_id)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An account whose every operation can be called again and again."""
    with SandboxProcess(seed=3, any_sender=True, hourly_limit=10**6) as sandbox:
        yield World(sandbox)
