"""The addon for queue_job with its real job runner: capacity, a killed worker, uninstalled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import psutil
import pytest
from odoo_server import OdooServer
from steps import (
    add,
    emails_on,
    first_id,
    make_campaign,
    make_contacts,
    make_list,
    moment_of,
    states_of_recipients,
    wait_until,
)

from sandbox.testing import SandboxProcess
from tools import databases, odoo_log, odoo_process, packaged_addon, places, postgres
from tools.problem import Problem
from tools.processes import free_port

CAPACITY = 2
CAMPAIGNS = 5
PEOPLE = 3
SECONDS_OF_A_CALL = 1.5
SECONDS_FOR_ALL = 90
OWN_TESTS = f"/{places.QUEUE_JOB_ADDON.name}"
OF_OURS = ("channel", "=", "root.campaign_master")
STARTED = [OF_OURS, ("state", "=", "started")]


@pytest.fixture(scope="module")
def odoo(
    database_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OdooServer]:
    """Odoo with workers, one of them the job runner."""
    template = databases.ensure_queue_job_template(
        database_server, os.environ["CAMPAIGN_MASTER_TEMPLATE"]
    )
    server = OdooServer(
        database_server,
        template,
        tmp_path_factory.mktemp("jobs"),
        f"cm_jobs_{os.getpid()}",
        {"ODOO_QUEUE_JOB_CHANNELS": f"root:4,root.campaign_master:{CAPACITY}"},
        addons_path=odoo_process.addons_path(packaged_addon.QUEUE_JOB.addons()),
        server_wide_modules="base,rpc,web,queue_job",
        workers=5,
    )
    try:
        yield server.start()
    finally:
        server.remove()


def wait_for_everybody(odoo: OdooServer, campaigns: list[int]) -> None:
    def states() -> set[str]:
        return {
            state
            for campaign_id in campaigns
            for state in states_of_recipients(odoo.admin, campaign_id)
        }

    assert wait_until(lambda: states() == {"added"}, SECONDS_FOR_ALL)


def make_synced_campaigns(odoo: OdooServer, sandbox: SandboxProcess, title: str) -> list[int]:
    make_list(odoo.admin, sandbox, title)
    campaigns = [make_campaign(odoo.admin, title) for _number in range(CAMPAIGNS)]
    odoo.admin.call("utm.campaign", "action_cm_sync", campaigns)
    sandbox.control.clear_calls()
    sandbox.control.set_fault("latency", operation="addListRecipients", seconds=SECONDS_OF_A_CALL)
    return campaigns


def make_them_wait(odoo: OdooServer, campaigns: list[int]) -> None:
    """Give each somebody to add, and queue it as a person does who resumes a push."""
    for campaign_id in campaigns:
        add(odoo.admin, campaign_id, make_contacts(odoo.admin, f"of-{campaign_id}", PEOPLE))
    odoo.admin.call("utm.campaign", "action_cm_resume", campaigns)


def test_jobs_keep_to_the_capacity_and_add_everybody_once(
    odoo: OdooServer, sandbox: SandboxProcess, account_id: int
) -> None:
    campaigns = make_synced_campaigns(odoo, sandbox, "Capacity")

    make_them_wait(odoo, campaigns)
    wait_for_everybody(odoo, campaigns)

    assert len(emails_on(sandbox, "Capacity")) == CAMPAIGNS * PEOPLE
    calls = sandbox.control.calls("addListRecipients")
    assert [call["items"] for call in calls] == [PEOPLE] * CAMPAIGNS
    ends = sorted(moment_of(call) for call in calls)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(ends)]
    assert min(gaps) < SECONDS_OF_A_CALL, "never two at once"
    # Two calls later one of the first two has ended: of three in a row, not all overlap.
    spans = [
        (third - first).total_seconds() for first, third in zip(ends, ends[CAPACITY:], strict=False)
    ]
    assert min(spans) >= SECONDS_OF_A_CALL * 0.9, "more at once than the capacity"


def test_a_killed_job_is_queued_again_and_ends_well(
    odoo: OdooServer, sandbox: SandboxProcess, account_id: int
) -> None:
    first, other, *_rest = make_synced_campaigns(odoo, sandbox, "Killed")
    sandbox.control.set_fault("latency", operation="addListRecipients", seconds=8)
    make_them_wait(odoo, [first])
    assert wait_until(lambda: odoo.admin.call("queue.job", "search", STARTED), SECONDS_FOR_ALL)

    workers = odoo.pids()[1:]
    for pid in workers:
        psutil.Process(pid).kill()

    sandbox.control.clear_faults()

    def is_over() -> bool:
        # Any new job makes the runner look for dead ones; without, it looks once a minute.
        odoo.admin.call("utm.campaign", "action_cm_resume", [other])
        return not odoo.admin.call("queue.job", "search", STARTED)

    assert wait_until(is_over, SECONDS_FOR_ALL, pause=2)
    wait_for_everybody(odoo, [first])
    failed = [("state", "=", "failed")]
    assert odoo.admin.call("queue.job", "search_count", failed) == 0
    assert len(emails_on(sandbox, "Killed")) == PEOPLE
    assert "Re-queued dead job" in odoo.log.read_text(encoding="utf-8")


def test_uninstalled_it_leaves_the_work_to_the_schedules(
    odoo: OdooServer, sandbox: SandboxProcess, account_id: int
) -> None:
    before, after, *_rest = make_synced_campaigns(odoo, sandbox, "Uninstalled")
    sandbox.control.clear_faults()
    make_them_wait(odoo, [before])
    wait_for_everybody(odoo, [before])
    assert wait_until(lambda: not odoo.admin.call("queue.job", "search", STARTED), SECONDS_FOR_ALL)
    assert odoo.admin.call("queue.job", "search_count", [OF_OURS]) > 0
    module = first_id(odoo.admin, "ir.module.module", [("name", "=", places.QUEUE_JOB_ADDON.name)])

    odoo.admin.call("ir.module.module", "button_immediate_uninstall", [module])
    make_them_wait(odoo, [after])
    wait_for_everybody(odoo, [after])

    assert len(emails_on(sandbox, "Uninstalled")) == 2 * PEOPLE
    assert odoo.admin.call("queue.job", "search_count", [OF_OURS]) == 0


def test_its_own_tests_pass_by_odoos_runner(
    database_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    template = databases.ensure_queue_job_template(
        database_server, os.environ["CAMPAIGN_MASTER_TEMPLATE"]
    )
    name = f"cm_jobs_own_tests_{os.getpid()}"
    folder = tmp_path_factory.mktemp("own_tests")
    databases.copy(database_server, template, name)
    configuration = odoo_process.write_configuration(
        folder / "odoo.conf",
        database_server,
        name,
        addons_path=odoo_process.addons_path(packaged_addon.QUEUE_JOB.addons()),
        http_port=free_port(),
    )
    log = folder / "odoo.log"
    try:
        arguments = ["--test-tags", OWN_TESTS]
        with suppress(Problem):  # the log says more
            odoo_process.run_to_end(configuration, arguments, log, "The addon's tests")
    finally:
        databases.drop(database_server, name)
    result = odoo_log.test_result(log)
    assert result and result.is_green, log.read_text()[-4000:]
