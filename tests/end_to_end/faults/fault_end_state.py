"""What must be in both systems at the end of a cell, whatever was injected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import fault_kinds as kinds
import figures
from company_accounts import PEOPLE, Accounts
from fault_cells import CAMPAIGN_OF, FORMS, STATISTICS, Cell
from figures import OWN_FIGURES

from sandbox import identifiers

Document = dict[str, Any]
CAMPAIGN_FIELDS = (
    "cm_reference",
    "cm_external_id",
    "cm_sync_error",
    "cm_failed_since",
    "cm_retry_at",
    "cm_state",
    "cm_subject",
)


class EndState:
    """Both systems as they are now, read once for many cells."""

    def __init__(self, accounts: Accounts, cells: list[Cell]) -> None:
        self._control = accounts.sandbox.control
        state = self._control.state(recipients=True)
        self._there = {one["username"]: one for one in state["accounts"]}
        ids = [cell.campaign_id for cell in cells]
        fields = [*CAMPAIGN_FIELDS, *_figures(self._there)]
        self._campaigns = accounts.read("utm.campaign", ids, *fields)
        self._accounts = accounts.read(
            "campaign.master.account",
            [cell.owner.account_id for cell in cells],
            "connection_state",
            "connection_message",
        )
        self._recipients: dict[int, list[Document]] = defaultdict(list)
        for one in accounts.call(
            "campaign.master.recipient",
            "search_read",
            [("campaign_id", "in", ids)],
            ["campaign_id", "email", "state", *OWN_FIGURES],
        ):
            self._recipients[one["campaign_id"][0]].append(one)
        self._choices = {kind: accounts.choices(kind) for kind in ("list", "template")}

    def complaints(self, cell: Cell) -> Iterator[str]:
        """What is not as it had been without the fault."""
        account = self._accounts[cell.owner.account_id]
        if account["connection_state"] != "connected":
            yield f"the account is {account['connection_state']}: {account['connection_message']}"
        if cell.operation in FORMS:
            yield from self._of_choices(cell)
            return
        campaign = self._campaigns[cell.campaign_id]
        for name in ("cm_sync_error", "cm_failed_since", "cm_retry_at"):
            if campaign[name]:
                yield f"{name} is {campaign[name]}"
        yield from self._of_recipients(cell)
        there = self._there[cell.owner.username]["campaigns"]
        remote = [one for one in there if one["externalId"] == campaign["cm_reference"]]
        if [one["id"] for one in remote] != [identifiers.read(campaign["cm_external_id"])]:
            yield f"{len(remote)} campaigns there, {campaign['cm_external_id']} here"
        else:
            yield from self._of_campaign(cell, campaign, remote[0])

    def choices_of(self, cell: Cell) -> tuple[list[str], list[str]]:
        """All lists and templates by kind and name, here and there."""
        here, there = [], []
        for kind, names in self._choices.items():
            found = self._there[cell.owner.username][f"{kind}s"]
            there += sorted(f"{kind} {one['name']}" for one in found)
            own = (name for account, name in names if account == cell.owner.account_id)
            here += sorted(f"{kind} {name}" for name in own)
        return here, there

    def _of_choices(self, cell: Cell) -> Iterator[str]:
        here, there = self.choices_of(cell)
        if here != there:
            yield f"lists and templates here {here}, there {there}"

    def states_of(self, cell: Cell) -> list[str]:
        """The state of each recipient."""
        return [one["state"] for one in self._recipients[cell.campaign_id]]

    def differs_in_status(self, cell: Cell) -> bool:
        """Whether the campaign has another status there."""
        remote = self._remote(cell)
        return bool(remote) and self._campaigns[cell.campaign_id]["cm_state"] != remote["status"]

    def _remote(self, cell: Cell) -> Document:
        reference = self._campaigns[cell.campaign_id]["cm_reference"]
        there = self._there[cell.owner.username]["campaigns"]
        return next((one for one in there if one["externalId"] == reference), {})

    def of_figures(self, cell: Cell) -> Iterator[str]:
        """The campaign's figures that are others there."""
        campaign = self._campaigns[cell.campaign_id]
        for name, value in figures.of_campaign(self._remote(cell)["statistics"]).items():
            if campaign[name] != value:
                yield f"{name} is {campaign[name]}, not {value}"

    def of_rows(self, cell: Cell) -> dict[str, list[str]]:
        """What differs of each recipient's own statistics, by address."""
        rows = self._control.campaign_recipients(self._remote(cell)["id"])
        there = {one["email"]: figures.of_recipient(one) for one in rows}
        found: dict[str, list[str]] = {}
        for one in self._recipients[cell.campaign_id]:
            for name, value in there[one["email"]].items():
                if one[name] != value:
                    found.setdefault(one["email"], []).append(f"{name} is {one[name]}")
        return found

    def _of_recipients(self, cell: Cell) -> Iterator[str]:
        states = self.states_of(cell)
        if len(states) != PEOPLE or set(states) - set(cell.states_at_the_end):
            yield f"recipients are {states}"
        title = CAMPAIGN_OF[cell.operation]
        [chosen] = [
            one for one in self._there[cell.owner.username]["lists"] if one["name"] == title
        ]
        emails = [one["email"] for one in self._recipients[cell.campaign_id]]
        if sorted(chosen["recipients"]) != sorted(emails):
            yield f"on the list are {chosen['recipients']}"

    def _of_campaign(self, cell: Cell, campaign: Document, remote: Document) -> Iterator[str]:
        if campaign["cm_state"] != remote["status"]:
            yield f"it is {remote['status']} there, {campaign['cm_state']} here"
        if cell.operation != kinds.GET_CAMPAIGN and campaign["cm_subject"] != remote["subject"]:
            yield f"the subject there is {remote['subject']}"
        if cell.operation not in STATISTICS:
            return
        yield from self.of_figures(cell)
        for wrong in self.of_rows(cell).values():
            yield f"of a recipient {wrong}"


def _figures(there: dict[str, Document]) -> list[str]:
    campaigns = [one for account in there.values() for one in account["campaigns"]]
    return list(figures.of_campaign(campaigns[0]["statistics"])) if campaigns else []
