"""The main job over real processes: a salesperson's click, and the schedule that follows."""

import time

import pytest
from odoo_server import OdooServer
from odoo_session import OdooFault, OdooSession
from steps import add, emails_on, make_campaign, make_contacts, make_list, record_id, wait_until

from sandbox.testing import SandboxProcess

# Odoo looks once a minute which schedules are due, so one may just be missed.
SECONDS_UNTIL_THE_SCHEDULE_CAME = 150


@pytest.fixture(scope="module")
def salesperson(odoo: OdooServer, account_id: int) -> OdooSession:
    """Somebody with the salesperson group alone."""
    group = record_id(odoo.admin, "sales_team", "group_sale_salesman")
    values = {"name": "Sales", "login": "sales", "password": "sales-1", "email": "s@example.com"}
    odoo.admin.call("res.users", "create", [{**values, "group_ids": [(6, 0, [group])]}])
    return odoo.log_in("sales", "sales-1")


def test_salesperson_syncs_and_the_schedule_adds_who_is_linked_later(
    odoo: OdooServer, sandbox: SandboxProcess, salesperson: OdooSession
) -> None:
    people = make_contacts(salesperson, "early", 3)
    make_list(odoo.admin, sandbox, "Spring")
    campaign_id = make_campaign(salesperson, "Spring")
    add(salesperson, campaign_id, people)

    action = salesperson.call("utm.campaign", "action_cm_sync", [campaign_id])

    assert "3 added" in action["params"]["message"]
    campaign = salesperson.read("utm.campaign", campaign_id, "cm_reference", "cm_external_id")
    [remote] = sandbox.control.campaigns()
    assert remote["externalId"] == campaign["cm_reference"]
    assert str(remote["id"]) == campaign["cm_external_id"]
    early = [f"early-{number}@example.com" for number in (1, 2, 3)]
    assert emails_on(sandbox, "Spring") == early

    add(salesperson, campaign_id, make_contacts(salesperson, "late", 1))

    def is_there() -> bool:
        return "late-1@example.com" in emails_on(sandbox, "Spring")

    assert wait_until(is_there, SECONDS_UNTIL_THE_SCHEDULE_CAME)


def test_a_large_push_answers_at_once_and_goes_on_in_the_background(
    odoo: OdooServer, sandbox: SandboxProcess, salesperson: OdooSession
) -> None:
    people = make_contacts(odoo.admin, "many", 2500)
    make_list(odoo.admin, sandbox, "Many")
    campaign_id = make_campaign(salesperson, "Many")
    add(salesperson, campaign_id, people)

    started = time.monotonic()
    action = salesperson.call("utm.campaign", "action_cm_sync", [campaign_id])
    seconds = time.monotonic() - started

    assert "1,000 added" in action["params"]["message"]
    assert "1,500 more" in action["params"]["message"]
    assert seconds < 30

    def is_through() -> bool:
        return len(emails_on(sandbox, "Many")) == 2500

    assert wait_until(is_through, SECONDS_UNTIL_THE_SCHEDULE_CAME)
    sizes = [call for call in sandbox.control.calls("addListRecipients") if call["status"] == 200]
    assert len(sizes) >= 3


def test_statistics_that_a_click_has_no_time_for_come_by_themselves(
    odoo: OdooServer, sandbox: SandboxProcess, salesperson: OdooSession
) -> None:
    titles = [f"Slow {number}" for number in range(3)]
    for title in titles:
        make_list(odoo.admin, sandbox, title)
    campaigns = [make_campaign(salesperson, title) for title in titles]
    salesperson.call("utm.campaign", "action_cm_sync", campaigns)
    sandbox.control.set_fault("latency", "getCampaignStatistics", seconds=6, count=len(titles))

    started = time.monotonic()
    action = salesperson.call("utm.campaign", "action_cm_update_statistics", campaigns)
    seconds = time.monotonic() - started

    assert "the background brings the rest" in action["params"]["message"]
    assert seconds < 30
    moments = ["cm_statistics_at", "cm_recipient_statistics_at"]

    def has_come() -> bool:
        found = salesperson.call("utm.campaign", "read", campaigns, moments)
        return all(one[moment] for one in found for moment in moments)

    assert wait_until(has_come, SECONDS_UNTIL_THE_SCHEDULE_CAME)


def test_secrets_cannot_be_read_back(odoo: OdooServer, account_id: int) -> None:
    values = odoo.admin.read("campaign.master.account", account_id, "password", "client_secret")

    assert values == {"id": account_id, "password": False, "client_secret": False}
    for field in ("stored_password", "stored_client_secret", "token"):
        with pytest.raises(OdooFault):
            odoo.admin.read("campaign.master.account", account_id, field)
