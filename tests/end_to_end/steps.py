"""What people and schedules do in the end-to-end tests, and what is then in both systems."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

import requests
from odoo_server import OdooServer
from odoo_session import OdooFault, OdooSession

from sandbox.testing import SandboxProcess

ADDON = "campaign_master_connector"
RECIPIENTS_CRON = "ir_cron_sync_recipients"
CAMPAIGN_STATISTICS_CRON = "ir_cron_update_campaign_statistics"
RECIPIENT_STATISTICS_CRON = "ir_cron_update_recipient_statistics"
SECONDS_FOR_A_RUN = 60
# For next attempts, and for creations that may still be under way.
LET_AN_HOUR_PASS = """
    UPDATE utm_campaign SET cm_retry_at = cm_retry_at - interval '1 hour',
                            cm_creation_began_at = cm_creation_began_at - interval '1 hour'
"""


def wait_until(condition: Callable[[], Any], seconds: float, pause: float = 0.2) -> bool:
    """Whether ``condition`` came true within the time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def record_id(session: OdooSession, module: str, name: str) -> int:
    """The id of the record that a module calls ``name``."""
    domain = [("module", "=", module), ("name", "=", name)]
    [found] = session.call("ir.model.data", "search_read", domain, ["res_id"])
    number: int = found["res_id"]
    return number


def first_id(session: OdooSession, model: str, domain: list[Any]) -> int:
    """The first record that ``domain`` finds."""
    found: list[int] = session.call(model, "search", domain, limit=1)
    return found[0]


def make_account(session: OdooSession, sandbox: SandboxProcess) -> int:
    """The id of the main company's account, enabled, with the sandbox as its Campaign Master."""
    values = {
        "enabled": True,
        "username": sandbox.username,
        "password": sandbox.password,
        "api_url": sandbox.url,
    }
    [new_id] = session.call("campaign.master.account", "create", [values])
    assert isinstance(new_id, int)
    return new_id


def make_contacts(session: OdooSession, prefix: str, count: int) -> list[int]:
    """Ids of new contacts with the addresses ``prefix-1@example.com`` and so on."""
    values = [
        {"name": f"{prefix} {number}", "email": f"{prefix}-{number}@example.com"}
        for number in range(1, count + 1)
    ]
    ids: list[int] = session.call("res.partner", "create", values)
    return ids


def make_list(admin: OdooSession, sandbox: SandboxProcess, title: str) -> int:
    """A list that Odoo knows of; its id in the sandbox."""
    list_id = sandbox.control.create_list(title)
    accounts = admin.call("campaign.master.account", "search", [])

    def is_known() -> bool:
        # Entering the password anew makes Odoo look before the minute is up.
        admin.call("campaign.master.account", "write", accounts, {"password": sandbox.password})
        admin.call("campaign.master.list", "action_cm_refresh", [])
        return bool(admin.call("campaign.master.list", "name_search", title))

    assert wait_until(is_known, 20)
    return list_id


def campaign_values(title: str, list_id: int, template_id: int) -> dict[str, Any]:
    """All that a campaign needs to be synced."""
    return {
        "title": title,
        "cm_subject": title,
        "cm_description": title,
        "cm_from_name": "Sales",
        "cm_from_email": "news@example.com",
        "cm_list_id": list_id,
        "cm_template_id": template_id,
    }


def make_campaign(session: OdooSession, title: str) -> int:
    """A campaign that is ready to sync with the list of the same name."""
    list_id = first_id(session, "campaign.master.list", [("name", "=", title)])
    template_id = first_id(session, "campaign.master.template", [])
    values = campaign_values(title, list_id, template_id)
    [campaign_id] = session.call("utm.campaign", "create", [values])
    assert isinstance(campaign_id, int)
    return campaign_id


def add(session: OdooSession, campaign_id: int, ids: list[int]) -> None:
    """Make these contacts recipients of the campaign."""
    session.call("utm.campaign", "cm_add_people", [campaign_id], "res.partner", [("id", "in", ids)])


def emails_on(sandbox: SandboxProcess, title: str) -> list[str]:
    """The addresses on the list of this name."""
    lists = sandbox.control.account_state()["lists"]
    [list_id] = [item["id"] for item in lists if item["name"] == title]
    return sandbox.control.emails_on_list(list_id)


def click_sync(odoo: OdooServer, campaign_id: int) -> str:
    """What the button says; empty when the server dies meanwhile or shows an error."""
    with suppress(requests.RequestException, OdooFault):
        return sync(odoo.log_in(), campaign_id)
    return ""


def sync(session: OdooSession, campaign_id: int) -> str:
    """What the button says."""
    action = session.call("utm.campaign", "action_cm_sync", [campaign_id])
    message: str = action["params"]["message"]
    return message


def run_schedule(session: OdooSession, name: str = RECIPIENTS_CRON) -> None:
    """One of the addon's schedules, now."""
    cron = record_id(session, ADDON, name)

    def has_run() -> bool:
        try:
            session.call("ir.cron", "method_direct_trigger", [cron])
        except OdooFault as fault:
            if "already executing" not in str(fault):
                raise
            return False  # the server's own cron has it; what it saw may be older than our wish
        return True

    assert wait_until(has_run, SECONDS_FOR_A_RUN)


def sync_again(odoo: OdooServer, campaign_id: int) -> None:
    """What a person or the schedule does next, until nothing is left to add."""

    def is_through() -> bool:
        click_sync(odoo, campaign_id)
        run_schedule(odoo.admin)
        left = odoo.admin.call("utm.campaign", "cm_progress", [campaign_id])
        return not left["left"] and not left["error"]

    assert wait_until(is_through, 30)


def assert_everybody_is_there_once(
    odoo: OdooServer, sandbox: SandboxProcess, campaign_id: int, people: int
) -> None:
    """One campaign by its reference, everybody on its list once, and Odoo knows of all that."""
    campaign = odoo.admin.read(
        "utm.campaign", campaign_id, "title", "cm_reference", "cm_external_id", "cm_sync_error"
    )
    remote = [
        one for one in sandbox.control.campaigns() if one["externalId"] == campaign["cm_reference"]
    ]
    assert [str(one["id"]) for one in remote] == [campaign["cm_external_id"]]
    assert len(emails_on(sandbox, campaign["title"])) == people
    assert states_of_recipients(odoo.admin, campaign_id) == ["added"] * people
    assert campaign["cm_sync_error"] is False


class Caller(Protocol):
    """Whoever can call methods of models."""

    def call(self, model: str, method: str, *arguments: Any) -> Any:
        """Call a public method."""


def states_of_recipients(session: Caller, campaign_id: int) -> list[str]:
    """The state of each recipient of the campaign."""
    domain = [("campaign_id", "=", campaign_id)]
    found = session.call("campaign.master.recipient", "search_read", domain, ["state"])
    return [one["state"] for one in found]


def moment_of(call: dict[str, Any]) -> datetime:
    """When the sandbox had answered a call."""
    return datetime.fromisoformat(call["at"])
