"""Whatever dies in the middle of a sync, the next run ends where it had ended without it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from odoo_server import OdooServer
from steps import (
    add,
    assert_everybody_is_there_once,
    click_sync,
    make_campaign,
    make_contacts,
    make_list,
    sync,
    sync_again,
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


@pytest.mark.parametrize("operation", ["listCampaigns", "createCampaign", "addListRecipients"])
def test_odoo_is_killed_while_a_call_is_under_way(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int, operation: str
) -> None:
    sandbox.control.set_fault("latency", operation, seconds=3, count=1)
    sandbox.control.clear_calls()
    click = threading.Thread(target=click_sync, args=(odoo, campaign_id), daemon=True)
    click.start()
    time.sleep(1.5)

    odoo.kill()

    click.join(30)
    time.sleep(2.5)  # the sandbox carries the call out although nobody waits for it
    odoo.start()
    sync_again(odoo, campaign_id)
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, PEOPLE)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("operation", ["createCampaign", "addListRecipients"])
def test_an_answer_is_lost(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int, operation: str, moment: str
) -> None:
    sandbox.control.set_fault("drop_connection", operation, count=1, when=moment)

    click_sync(odoo, campaign_id)

    sync_again(odoo, campaign_id)
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, PEOPLE)


def test_the_sandbox_is_killed_and_comes_back(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int
) -> None:
    sandbox.control.set_fault("service_unavailable", "*")

    click_sync(odoo, campaign_id)

    problem = odoo.admin.read("utm.campaign", campaign_id, "cm_sync_error", "cm_retry_at")
    assert "Traceback" not in problem["cm_sync_error"]
    assert problem["cm_retry_at"]
    sandbox.control.clear_faults()
    sync_again(odoo, campaign_id)
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, PEOPLE)


def test_four_people_click_at_once(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int
) -> None:
    sandbox.control.set_fault("latency", "createCampaign", seconds=2, count=1)
    sessions = [odoo.log_in() for _number in range(4)]

    with ThreadPoolExecutor(4) as pool:
        messages = list(pool.map(lambda session: sync(session, campaign_id), sessions))

    assert any(f"{PEOPLE} added" in message for message in messages)
    assert any("being synced now" in message for message in messages)
    sync_again(odoo, campaign_id)
    assert_everybody_is_there_once(odoo, sandbox, campaign_id, PEOPLE)
