"""One cell of the table: a fault at an operation, and what a person or a schedule then does."""

from __future__ import annotations

from dataclasses import dataclass, field

import fault_kinds as kinds
from company_accounts import PASSWORD, Accounts, Owner
from fault_kinds import Injection
from odoo_session import OdooFault
from steps import CAMPAIGN_STATISTICS_CRON, RECIPIENT_STATISTICS_CRON, RECIPIENTS_CRON

FORMS = (kinds.LIST_LISTS, kinds.LIST_TEMPLATES)
STATISTICS = (kinds.GET_STATISTICS, kinds.LIST_RESULTS)
NEED_A_SYNCED_CAMPAIGN = (kinds.UPDATE_CAMPAIGN, kinds.GET_CAMPAIGN, *STATISTICS)
# Cells share an account's campaigns in the order of a campaign's life.
CAMPAIGN_OF = {
    kinds.AUTHENTICATE: "one",
    kinds.LIST_LISTS: "one",
    kinds.LIST_TEMPLATES: "one",
    kinds.UPDATE_CAMPAIGN: "one",
    kinds.GET_CAMPAIGN: "one",
    kinds.LIST_CAMPAIGNS: "two",
    kinds.GET_STATISTICS: "two",
    kinds.CREATE_CAMPAIGN: "three",
    kinds.LIST_RESULTS: "three",
    kinds.ADD_RECIPIENTS: "four",
}
EVERYBODY_OPENS = {
    "open": 1.0,
    "click": 1.0,
    "forward": 1.0,
    "hard_bounce": 0.0,
    "soft_bounce": 0.0,
    "unsubscribe": 0.0,
}


@dataclass
class Cell:
    """What was injected where, and what came of it; ``complaints`` are empty if all is well.

    ``said`` is what the click answered, ``sentence`` what campaign or account then show.
    """

    injection: Injection
    operation: str
    owner: Owner
    outcome: str = ""
    said: str = ""
    sentence: str = ""
    complaints: list[str] = field(default_factory=list)
    fault_id: int = 0
    states_at_the_end: tuple[str, ...] = ("added",)

    @property
    def campaign_id(self) -> int:
        """The campaign here that the cell is about."""
        return self.owner.campaigns[CAMPAIGN_OF[self.operation]]

    def schedules(self) -> tuple[str, ...]:
        """Who goes on with it; how far a campaign is comes with its figures too."""
        if self.operation in STATISTICS:
            return (CAMPAIGN_STATISTICS_CRON, RECIPIENT_STATISTICS_CRON)
        if self.operation == kinds.GET_CAMPAIGN:
            # A status that isn't told comes with the figures, whose schedule the click calls.
            return (RECIPIENTS_CRON, CAMPAIGN_STATISTICS_CRON)
        return () if self.operation in FORMS else (RECIPIENTS_CRON,)


def prepare(accounts: Accounts, operation: str, cells: list[Cell]) -> None:
    """Bring accounts and campaigns to where the operation is what comes next."""
    control = accounts.sandbox.control
    if operation == kinds.AUTHENTICATE:
        enter_password(accounts, [cell.owner for cell in cells])
    elif operation == kinds.LIST_LISTS:
        for cell in cells:
            control.create_list("Made later", account=cell.owner.username)
    elif operation == kinds.LIST_TEMPLATES:
        for cell in cells:
            control.create_template("Made later", account=cell.owner.username)
    elif operation in (kinds.GET_CAMPAIGN, *STATISTICS):
        _launch(accounts, cells)
    if operation in (kinds.UPDATE_CAMPAIGN, kinds.GET_CAMPAIGN):
        ids = [cell.campaign_id for cell in cells]
        accounts.call("utm.campaign", "write", ids, {"cm_subject": f"Before {operation}"})
    let_time_pass(accounts, cells)


def _launch(accounts: Accounts, cells: list[Cell]) -> None:
    ids = [cell.campaign_id for cell in cells]
    found = accounts.read("utm.campaign", ids, "cm_external_id")
    for cell in cells:
        list_id = cell.owner.list_ids[CAMPAIGN_OF[cell.operation]]
        remote_id = found[cell.campaign_id]["cm_external_id"]
        accounts.sandbox.control.launch(remote_id, list_id, rates=EVERYBODY_OPENS)


def act(accounts: Accounts, cell: Cell) -> None:
    """Do what somebody at the screen does; whatever he gets must be meant for him."""
    context = {"allowed_company_ids": [cell.owner.company_id]}
    session = accounts.odoo.admin
    try:
        if cell.operation in FORMS:
            session.call("utm.campaign", "cm_refresh_choices", [], context=context)
            return
        is_about_figures = cell.operation in STATISTICS
        method = "action_cm_update_statistics" if is_about_figures else "action_cm_sync"
        action = session.call("utm.campaign", method, [cell.campaign_id], context=context)
    except OdooFault as fault:
        cell.complaints.append(f"the click raised {fault.kind}: {fault}")
    else:
        cell.said = action["params"]["message"]
        if not cell.said or "Traceback" in cell.said:
            cell.complaints.append(f"the click says {cell.said!r}")


def enter_password(accounts: Accounts, owners: list[Owner]) -> None:
    """As an administrator does in Settings; each account then logs in anew."""
    ids = [owner.account_id for owner in owners]
    accounts.call("campaign.master.account", "write", ids, {"password": PASSWORD})


def let_time_pass(accounts: Accounts, cells: list[Cell]) -> None:
    """Put what waits for a moment 32 days ahead: attempts, pauses, and statistics that are due."""
    columns = {
        "campaign_master_account": ("blocked_until", "hourly_reset_at", "choices_attempted_at"),
        "utm_campaign": ("cm_retry_at", "cm_statistics_at", "cm_recipient_statistics_at"),
    }
    ids: dict[str, list[int]] = {
        "campaign_master_account": [cell.owner.account_id for cell in cells],
        "utm_campaign": [cell.campaign_id for cell in cells],
    }
    with accounts.odoo.cursor() as cursor:
        for table, names in columns.items():
            changes = ", ".join(f"{name} = {name} - interval '32 days'" for name in names)
            cursor.execute(f"UPDATE {table} SET {changes} WHERE id = ANY(%s)", [ids[table]])


def observe(accounts: Accounts, cells: list[Cell]) -> None:
    """Note what the person reads while the fault is on, and who is to put it right."""
    ids = [cell.campaign_id for cell in cells]
    campaigns = accounts.read(
        "utm.campaign", ids, "cm_sync_error", "cm_failed_since", "cm_retry_at"
    )
    owners = [cell.owner.account_id for cell in cells]
    connections = accounts.read(
        "campaign.master.account", owners, "connection_state", "connection_message"
    )
    for cell in cells:
        campaign, connection = campaigns[cell.campaign_id], connections[cell.owner.account_id]
        error = "" if cell.operation in FORMS else campaign["cm_sync_error"]
        cell.sentence = error or connection["connection_message"] or ""
        cell.outcome = _outcome(bool(cell.sentence), connection["connection_state"])
        if cell.sentence and not _is_sentence(cell.sentence):
            cell.complaints.append(f"{cell.sentence!r} is no sentence")
        if error and not (campaign["cm_retry_at"] and campaign["cm_failed_since"]):
            cell.complaints.append("nobody says since when, or when it is tried again")


def _outcome(is_reported: bool, state: str) -> str:
    if state == "refused":
        return "password"
    return "next run" if is_reported else "at once"


def _is_sentence(text: str) -> bool:
    return "Traceback" not in text and " " in text and text.endswith(".")
