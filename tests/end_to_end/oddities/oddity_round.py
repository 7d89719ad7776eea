"""All cells of the table of oddities, carried out many at once."""

from __future__ import annotations

from functools import partial

import fault_cells
import oddity_cells
from company_accounts import Accounts
from fault_cells import CAMPAIGN_OF, NEED_A_SYNCED_CAMPAIGN, Cell
from fault_kinds import OPERATIONS, Injection
from fault_table import ORDER, at_once, go_on_until_right, recover
from oddity_cells import ALL_KINDS, OddCell
from odoo_server import OdooServer

from sandbox.contract import Contract
from sandbox.testing import SandboxProcess

PEOPLE_AT_ONCE = 6


def fill(odoo: OdooServer, sandbox: SandboxProcess) -> dict[tuple[str, str], OddCell]:
    """Carry out all cells: those of an operation at once, an account for each oddity."""
    accounts = Accounts(odoo, sandbox)
    cells = _cells(accounts)
    for operation in ORDER:
        group = [cell for cell in cells if cell.operation == operation]
        struck = _strike(accounts, group, operation)
        _put_right(accounts, struck)
    return {(cell.kind, cell.operation): cell for cell in cells if cell.cost is not None}


def _cells(accounts: Accounts) -> list[OddCell]:
    contract = Contract()
    operations = {
        kind: [name for name in OPERATIONS if oddity_cells.fits(kind, name, contract)]
        for kind in ALL_KINDS
    }
    titles = {
        kind: sorted({CAMPAIGN_OF[name] for name in names}) for kind, names in operations.items()
    }
    # A user name is a secret that sentences don't show: it must be no word of theirs.
    made = accounts.make({f"user-{kind}": names for kind, names in titles.items()})
    owners = dict(zip(titles, made, strict=True))
    accounts.make_campaigns(
        [(owners[kind], title) for kind, names in titles.items() for title in names]
    )
    return [
        OddCell(Injection(kind, kind, {}), name, owners[kind])
        for kind, names in operations.items()
        for name in names
    ]


def _strike(accounts: Accounts, cells: list[OddCell], operation: str) -> list[OddCell]:
    """Let the oddities strike what somebody does, and weigh what it cost; those that struck."""
    if operation in NEED_A_SYNCED_CAMPAIGN:
        _sync_first(accounts, cells)
    fault_cells.prepare(accounts, operation, list(cells))
    for cell in cells:
        oddity_cells.switch_on(accounts, cell)
    at_once(partial(fault_cells.act, accounts), list(cells), PEOPLE_AT_ONCE)
    fault_cells.observe(accounts, list(cells))
    struck = [cell for cell in cells if oddity_cells.switch_off(accounts, cell)]
    oddity_cells.weigh(accounts, struck)
    return struck


def _sync_first(accounts: Accounts, cells: list[OddCell]) -> None:
    """Those whose oddity fits no earlier operation."""
    ids = [cell.campaign_id for cell in cells]
    found = accounts.read("utm.campaign", ids, "cm_external_id")
    accounts.call(
        "utm.campaign", "action_cm_sync", [one for one in ids if not found[one]["cm_external_id"]]
    )


def _put_right(accounts: Accounts, cells: list[OddCell]) -> None:
    """Let the schedules go on with a server that is right again, until both systems agree."""

    def go_on(wrong: list[Cell]) -> None:
        recover(accounts, wrong)
        _retry_rejected(accounts, wrong)

    go_on_until_right(accounts, list(cells), go_on)


def _retry_rejected(accounts: Accounts, cells: list[Cell]) -> None:
    """What a person does about those who were rejected, of whom he reads why."""
    ids = [cell.campaign_id for cell in cells]
    domain = [("campaign_id", "in", ids), ("state", "=", "rejected")]
    fields = ["campaign_id", "state_message"]
    rejected = accounts.call("campaign.master.recipient", "search_read", domain, fields)
    if not rejected:
        return
    for one in rejected:
        if not one["state_message"]:
            _cell_of(cells, one["campaign_id"][0]).complaints.append("nobody says why")
    found = [one["id"] for one in rejected]
    accounts.call("campaign.master.recipient", "action_cm_retry", found)
    concerned = {one["campaign_id"][0] for one in rejected}
    recover(accounts, [cell for cell in cells if cell.campaign_id in concerned])


def _cell_of(cells: list[Cell], campaign_id: int) -> Cell:
    return next(cell for cell in cells if cell.campaign_id == campaign_id)
