"""Whatever dies in the middle of a sync, the next run ends where it had ended without it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
from odoo_server import OdooServer
from odoo_session import OdooFault, OdooSession
from test_end_to_end_main_job import (
    add,
    emails_on,
    make_campaign,
    make_contacts,
    make_list,
    wait_until,
)

from sandbox.testing import SandboxProcess

PEOPLE = 20


@pytest.fixture
def campaign_id(odoo: OdooServer, sandbox: SandboxProcess, account_id: int) -> int:
    """A campaign that is ready, with its people, on a fresh sandbox."""
    sandbox.control.reset()
    title = f"Crash {time.monotonic_ns()}"
    people = make_contacts(odoo.admin, title.replace(" ", "-").lower(), PEOPLE)
    make_list(odoo.admin, sandbox, title)
    new_id = make_campaign(odoo.admin, title)
    add(odoo.admin, new_id, people)
    return new_id


def run_schedule(session: OdooSession) -> None:
    """The recipients' schedule, now; what failed before needn't wait for its next attempt."""
    [cron] = session.call(
        "ir.model.data",
        "search_read",
        [("module", "=", "campaign_master_connector"), ("name", "=", "ir_cron_sync_recipients")],
        ["res_id"],
    )

    def has_run() -> bool:
        try:
            session.call("ir.cron", "method_direct_trigger", [cron["res_id"]])
        except OdooFault as fault:
            if "already executing" not in str(fault):
                raise
            return False  # the server's own cron has it; what it saw may be older than our wish
        return True

    assert wait_until(has_run, 30)


def assert_everything_is_there_once(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int
) -> None:
    campaign = odoo.admin.read(
        "utm.campaign", campaign_id, "title", "cm_reference", "cm_external_id", "cm_sync_error"
    )
    remote = [
        one
        for one in sandbox.control.campaigns()
        if one["externalId"] == campaign["cm_reference"]
    ]
    assert [one["id"] for one in remote] == [campaign["cm_external_id"]]
    assert len(emails_on(sandbox, campaign["title"])) == PEOPLE
    recipients = odoo.admin.call(
        "campaign.master.recipient",
        "search_read",
        [("campaign_id", "=", campaign_id)],
        ["state"],
    )
    assert [one["state"] for one in recipients] == ["added"] * PEOPLE
    assert campaign["cm_sync_error"] is False


@pytest.mark.parametrize("operation", ["listCampaigns", "createCampaign", "addListRecipients"])
def test_odoo_is_killed_while_a_call_is_under_way(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int, operation: str
) -> None:
    sandbox.control.set_fault("latency", operation, seconds=3, count=1)
    sandbox.control.clear_calls()
    click = threading.Thread(target=_click, args=(odoo, campaign_id), daemon=True)
    click.start()
    time.sleep(1.5)

    odoo.kill()

    click.join(30)
    time.sleep(2.5)  # the sandbox carries the call out although nobody waits for it
    odoo.start()
    sync_again(odoo, campaign_id)
    assert_everything_is_there_once(odoo, sandbox, campaign_id)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("operation", ["createCampaign", "addListRecipients"])
def test_an_answer_is_lost(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int, operation: str, moment: str
) -> None:
    sandbox.control.set_fault("drop_connection", operation, count=1, when=moment)

    _click(odoo, campaign_id)

    sync_again(odoo, campaign_id)
    assert_everything_is_there_once(odoo, sandbox, campaign_id)


def test_the_sandbox_is_killed_and_comes_back(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int
) -> None:
    sandbox.control.set_fault("service_unavailable", "*")

    _click(odoo, campaign_id)

    problem = odoo.admin.read("utm.campaign", campaign_id, "cm_sync_error", "cm_retry_at")
    assert "Traceback" not in problem["cm_sync_error"]
    assert problem["cm_retry_at"]
    sandbox.control.clear_faults()
    sync_again(odoo, campaign_id)
    assert_everything_is_there_once(odoo, sandbox, campaign_id)


def test_four_people_click_at_once(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int
) -> None:
    sandbox.control.set_fault("latency", "createCampaign", seconds=2, count=1)
    sessions = [odoo.log_in() for _number in range(4)]

    def click(session: OdooSession) -> str:
        action = session.call("utm.campaign", "action_cm_sync", [campaign_id])
        message: str = action["params"]["message"]
        return message

    with ThreadPoolExecutor(4) as pool:
        messages = list(pool.map(click, sessions))

    assert any(f"{PEOPLE} added" in message for message in messages)
    assert any("being synced now" in message for message in messages)
    sync_again(odoo, campaign_id)
    assert_everything_is_there_once(odoo, sandbox, campaign_id)


def sync_again(odoo: OdooServer, campaign_id: int) -> None:
    """What a person or the schedule does next, until nothing is left to add."""

    def is_through() -> bool:
        _click(odoo, campaign_id)
        run_schedule(odoo.admin)
        left = odoo.admin.call("utm.campaign", "cm_progress", [campaign_id])
        return not left["left"] and not left["error"]

    assert wait_until(is_through, 30)


def _click(odoo: OdooServer, campaign_id: int) -> None:
    with suppress(requests.RequestException, OdooFault):
        odoo.log_in().call("utm.campaign", "action_cm_sync", [campaign_id])
