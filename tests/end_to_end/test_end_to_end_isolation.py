"""One campaign, address or page that is broken never stops the others."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from odoo_server import OdooServer
from odoo_session import OdooSession
from steps import (
    RECIPIENT_STATISTICS_CRON,
    add,
    emails_on,
    first_id,
    make_account,
    make_campaign,
    make_contacts,
    make_list,
    run_schedule,
    states_of_recipients,
)

from sandbox.testing import SandboxProcess

TITLES = ("List deleted", "Template deleted", "One address refused", "All well")
PEOPLE = 3
REFUSED = "refused-1@example.com"
SLACK = timedelta(seconds=30)
FIELDS = ("cm_sync_error", "cm_failed_since", "cm_retry_at", "cm_failure_count")


@pytest.fixture(scope="module")
def admin(threaded_odoo: OdooServer, sandbox: SandboxProcess) -> OdooSession:
    """An administrator of a company with an account."""
    make_account(threaded_odoo.admin, sandbox)
    return threaded_odoo.admin


@pytest.fixture(scope="module")
def campaigns(admin: OdooSession, sandbox: SandboxProcess) -> dict[str, int]:
    """Four campaigns that were ready to sync, before somebody tidied up in Campaign Master."""
    people = make_contacts(admin, "person", PEOPLE)
    [refused] = make_contacts(admin, "refused", 1)
    for title in TITLES:
        make_list(admin, sandbox, title)
    found = {title: make_campaign(admin, title) for title in TITLES}
    for campaign_id in found.values():
        add(admin, campaign_id, people)
    add(admin, found["One address refused"], [refused])
    doomed = sandbox.control.create_template("Doomed")
    make_list(admin, sandbox, "Read the templates too")
    admin.call(
        "utm.campaign",
        "write",
        [found["Template deleted"]],
        {"cm_template_id": first_id(admin, "campaign.master.template", [("name", "=", "Doomed")])},
    )
    sandbox.control.delete_template(doomed)
    lists = {one["name"]: one["id"] for one in sandbox.control.account_state()["lists"]}
    sandbox.control.delete_list(lists["List deleted"])
    sandbox.control.refuse(REFUSED, "This mailbox is closed.")
    admin.call("utm.campaign", "action_cm_sync", list(found.values()))
    return found


def test_the_others_go_on_in_the_same_run(
    admin: OdooSession, sandbox: SandboxProcess, campaigns: dict[str, int]
) -> None:
    states = {
        title: states_of_recipients(admin, campaign_id) for title, campaign_id in campaigns.items()
    }

    assert states["All well"] == ["added"] * PEOPLE
    assert sorted(states["One address refused"]) == [*["added"] * PEOPLE, "rejected"]
    assert states["List deleted"] == states["Template deleted"] == ["pending"] * PEOPLE
    assert REFUSED not in emails_on(sandbox, "One address refused")
    recipient = ("campaign_id", "=", campaigns["One address refused"])
    [rejected] = admin.call(
        "campaign.master.recipient",
        "search_read",
        [recipient, ("state", "=", "rejected")],
        ["email", "state_message"],
    )
    assert rejected["email"] == REFUSED
    assert "This mailbox is closed." in rejected["state_message"]


@pytest.mark.parametrize("title", ["List deleted", "Template deleted"])
def test_a_failing_one_is_tried_again_ever_more_seldom_and_says_so(
    admin: OdooSession, threaded_odoo: OdooServer, campaigns: dict[str, int], title: str
) -> None:
    campaign_id = campaigns[title]
    first = admin.read("utm.campaign", campaign_id, *FIELDS)
    waits = [first]
    for _attempt in range(3):
        bring_forward(threaded_odoo, [campaign_id])
        run_schedule(admin)
        waits.append(admin.read("utm.campaign", campaign_id, *FIELDS))

    counts = [one["cm_failure_count"] for one in waits]
    assert counts == list(range(counts[0], counts[0] + 4))
    assert {one["cm_failed_since"] for one in waits} == {first["cm_failed_since"]}
    now = datetime.fromisoformat(str(server_time(threaded_odoo)))
    expected = now + timedelta(minutes=2 ** (counts[-1] - 1))
    assert abs(datetime.fromisoformat(waits[-1]["cm_retry_at"]) - expected) < SLACK
    assert "Choose another" in first["cm_sync_error"] or "emplate" in first["cm_sync_error"]
    assert "Traceback" not in first["cm_sync_error"]


def test_what_the_form_says_to_do_helps(
    admin: OdooSession,
    threaded_odoo: OdooServer,
    sandbox: SandboxProcess,
    campaigns: dict[str, int],
) -> None:
    make_list(admin, sandbox, "Another list")
    list_id = first_id(admin, "campaign.master.list", [("name", "=", "Another list")])
    template_id = first_id(admin, "campaign.master.template", [("name", "!=", "Doomed")])
    broken = [campaigns["List deleted"], campaigns["Template deleted"]]
    admin.call("utm.campaign", "write", broken[:1], {"cm_list_id": list_id})
    admin.call("utm.campaign", "write", broken[1:], {"cm_template_id": template_id})
    bring_forward(threaded_odoo, broken)

    run_schedule(admin)

    for campaign_id in broken:
        assert states_of_recipients(admin, campaign_id).count("pending") == 0
        problem = admin.read("utm.campaign", campaign_id, *FIELDS)
        assert not any(problem[name] for name in FIELDS)


def test_a_broken_page_of_statistics_stops_no_other_campaign(
    admin: OdooSession,
    threaded_odoo: OdooServer,
    sandbox: SandboxProcess,
    campaigns: dict[str, int],
) -> None:
    large, small = campaigns["One address refused"], campaigns["All well"]
    found = admin.call("utm.campaign", "read", [large, small], ["cm_external_id"])
    remote = {one["id"]: one["cm_external_id"] for one in found}
    run_schedule(admin, RECIPIENT_STATISTICS_CRON)
    with threaded_odoo.cursor() as cursor:
        cursor.execute(
            "UPDATE utm_campaign SET cm_recipient_statistics_at = NULL WHERE id = ANY(%s)",
            [[large, small]],
        )
    sandbox.control.populate_campaign(remote[large], 1500)
    sandbox.control.populate_campaign(remote[small], 5)
    for attempt in (1, 2):
        # The first page of the large campaign passes once; after that it goes on where it broke.
        skipped = {"skip": 1} if attempt == 1 else {}
        sandbox.control.set_fault("wrong_types", "listCampaignRecipients", count=1, **skipped)
        sandbox.control.clear_calls()
        bring_forward(threaded_odoo, [large, small])
        run_schedule(admin, RECIPIENT_STATISTICS_CRON)
        problem = admin.read("utm.campaign", large, *FIELDS)
        assert "cannot be used" in problem["cm_sync_error"]
        assert problem["cm_failure_count"] == attempt
        done = admin.read("utm.campaign", small, "cm_recipient_statistics_at", "cm_sync_error")
        assert done["cm_recipient_statistics_at"] and not done["cm_sync_error"]
    pages = [call["query"] for call in sandbox.control.calls("listCampaignRecipients")]
    assert any("page=2" in page for page in pages)

    bring_forward(threaded_odoo, [large])
    run_schedule(admin, RECIPIENT_STATISTICS_CRON)

    names = ("cm_recipient_statistics_at", "cm_unknown_address_count", *FIELDS)
    done = admin.read("utm.campaign", large, *names)
    assert done["cm_recipient_statistics_at"]
    assert done["cm_unknown_address_count"] == 1500
    assert not any(done[name] for name in FIELDS)


def bring_forward(odoo: OdooServer, campaign_ids: list[int]) -> None:
    """What waits for its next attempt gets it now."""
    with odoo.cursor() as cursor:
        cursor.execute(
            "UPDATE utm_campaign SET cm_retry_at = NOW() AT TIME ZONE 'UTC' - interval '1 second' "
            "WHERE id = ANY(%s) AND cm_retry_at IS NOT NULL",
            [campaign_ids],
        )


def server_time(odoo: OdooServer) -> datetime:
    """Now in UTC, as the database has it."""
    with odoo.cursor() as cursor:
        cursor.execute("SELECT NOW() AT TIME ZONE 'UTC'")
        [[now]] = cursor.fetchall()
    assert isinstance(now, datetime)
    return now
