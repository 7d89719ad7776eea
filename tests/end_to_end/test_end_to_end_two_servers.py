"""Two Odoo servers over one PostgreSQL push several campaigns side by side, nobody twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from odoo_server import OdooServer
from steps import (
    add,
    make_campaign,
    make_contacts,
    make_list,
    moment_of,
    states_of_recipients,
    wait_until,
)

from sandbox.testing import SandboxProcess
from tools import postgres

ONE_CRON_WORKER = {"workers": 0, "max_cron_threads": 1}
CAMPAIGNS = 4
PEOPLE = 3
SECONDS_OF_A_CALL = 2
SECONDS_FOR_ALL = 60


@pytest.fixture(scope="module")
def second_odoo(
    odoo: OdooServer, database_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OdooServer]:
    """Another server on the same database."""
    folder = tmp_path_factory.mktemp("second")
    server = OdooServer(database_server, None, folder, odoo.database, **ONE_CRON_WORKER)
    try:
        yield server.start()
    finally:
        server.stop()


def make_waiting_campaigns(odoo: OdooServer, sandbox: SandboxProcess) -> list[int]:
    """Synced campaigns that each have somebody to add."""
    make_list(odoo.admin, sandbox, "Side by side")
    campaigns = [make_campaign(odoo.admin, "Side by side") for _ in range(CAMPAIGNS)]
    odoo.admin.call("utm.campaign", "action_cm_sync", campaigns)
    sandbox.control.clear_calls()
    sandbox.control.set_fault("latency", operation="addListRecipients", seconds=SECONDS_OF_A_CALL)
    for campaign_id in campaigns:
        add(odoo.admin, campaign_id, make_contacts(odoo.admin, f"of-{campaign_id}", PEOPLE))
    return campaigns


def calls_that_overlap(sandbox: SandboxProcess) -> int:
    """How many additions ended while the one before had less than a call's time to itself."""
    calls = sandbox.control.calls("addListRecipients")
    ends = sorted(moment_of(call) for call in calls)
    of_a_call = timedelta(seconds=SECONDS_OF_A_CALL)
    return sum(later - earlier < of_a_call for earlier, later in pairwise(ends))


def has_pushed(odoo: OdooServer, since: int) -> bool:
    """Whether one of its schedules that add recipients ran after this place of its log."""
    return "Campaign Master: add new recipients" in odoo.log.read_text()[since:]


def test_two_servers_push_side_by_side_and_nobody_twice(
    odoo: OdooServer, second_odoo: OdooServer, sandbox: SandboxProcess, account_id: int
) -> None:
    with odoo.cursor() as cursor:
        # All schedules of a new database are due: the further workers are to come when called.
        cursor.execute("UPDATE ir_cron SET nextcall = nextcall + INTERVAL '1 year'")
    campaigns = make_waiting_campaigns(odoo, sandbox)
    places = [len(server.log.read_text()) for server in (odoo, second_odoo)]

    odoo.admin.call("utm.campaign", "action_cm_resume", campaigns)  # asks for the schedule

    def states() -> list[str]:
        return [
            state
            for campaign_id in campaigns
            for state in states_of_recipients(odoo.admin, campaign_id)
        ]

    assert wait_until(lambda: "pending" not in states(), SECONDS_FOR_ALL)
    assert states() == ["added"] * CAMPAIGNS * PEOPLE
    calls = sandbox.control.calls("addListRecipients")
    assert [call["items"] for call in calls] == [PEOPLE] * CAMPAIGNS
    assert has_pushed(odoo, places[0])
    assert has_pushed(second_odoo, places[1])
    assert calls_that_overlap(sandbox) >= 1
