"""Companies with an account each: what stops one account stops none of the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from odoo_server import OdooServer
from steps import campaign_values, make_contacts, wait_until

from sandbox.testing import SandboxProcess

PASSWORD = "password-1"
PEOPLE = 3
SECONDS_FOR_ALL_CHOICES = 120


@dataclass
class Owner:
    """A company, its account here and there, its list there, and its campaigns here."""

    username: str
    company_id: int
    account_id: int
    list_ids: dict[str, int]
    campaigns: dict[str, int] = field(default_factory=dict)


class Accounts:
    """Makes owners and their campaigns, many with one call."""

    def __init__(self, odoo: OdooServer, sandbox: SandboxProcess, people: int = PEOPLE) -> None:
        self.odoo = odoo
        self.sandbox = sandbox
        self.people = make_contacts(odoo.admin, "person", people)
        self.company_ids: list[int] = []

    def call(self, model: str, method: str, *arguments: Any) -> Any:
        """As an administrator who has chosen all companies."""
        context = {"allowed_company_ids": self.company_ids}
        return self.odoo.admin.call(model, method, *arguments, context=context)

    def make(self, lists_of: dict[str, list[str]]) -> list[Owner]:
        """An owner for each user name, with these lists there, which Odoo knows of."""
        admin = self.odoo.admin
        lists = {name: self._make_there(name, titles) for name, titles in lists_of.items()}
        companies = admin.call("res.company", "create", [{"name": name} for name in lists])
        self.company_ids += companies
        values = [
            {
                "company_id": company_id,
                "enabled": True,
                "username": name,
                "password": PASSWORD,
                "api_url": self.sandbox.url,
            }
            for name, company_id in zip(lists, companies, strict=True)
        ]
        accounts = self.call("campaign.master.account", "create", values)
        wanted = dict(zip(accounts, lists.values(), strict=True))
        assert wait_until(partial(self._refresh, companies, wanted), SECONDS_FOR_ALL_CHOICES)
        found = zip(lists.items(), companies, accounts, strict=True)
        return [Owner(name, company, account, ids) for (name, ids), company, account in found]

    def _refresh(self, companies: list[int], wanted: dict[int, dict[str, int]]) -> bool:
        """Whether all is known here after one more click, whose time may be too short for all."""
        context = {"allowed_company_ids": companies}
        self.odoo.admin.call("campaign.master.list", "action_cm_refresh", [], context=context)
        lists = {(account, title) for account, titles in wanted.items() for title in titles}
        letters = {(account, "Letter") for account in wanted}
        return lists <= self.choices("list").keys() and letters <= self.choices("template").keys()

    def _make_there(self, username: str, titles: list[str]) -> dict[str, int]:
        control = self.sandbox.control
        control.create_account(username, PASSWORD, any_sender=True)
        control.create_template("Letter", "Letter", "<p>Letter</p>", account=username)
        return {title: control.create_list(title, account=username) for title in titles}

    def make_campaigns(self, wanted: list[tuple[Owner, str]], people: int | None = None) -> None:
        """A campaign for each owner and title on a list of its name, with so many people or all."""
        lists, templates = self.choices("list"), self.choices("template")
        values = [
            {
                **campaign_values(
                    f"{owner.username}, {title}",
                    lists[owner.account_id, title],
                    templates[owner.account_id, "Letter"],
                ),
                "cm_account_id": owner.account_id,
            }
            for owner, title in wanted
        ]
        ids = self.call("utm.campaign", "create", values)
        recipients = [
            {"campaign_id": campaign_id, "partner_id": person}
            for campaign_id in ids
            for person in self.people[:people]
        ]
        self.call("campaign.master.recipient", "create", recipients)
        for (owner, title), campaign_id in zip(wanted, ids, strict=True):
            owner.campaigns[title] = campaign_id

    def choices(self, kind: str) -> dict[tuple[int, str], int]:
        """Ids of the lists or templates that Odoo knows, by account and name."""
        fields = ["account_id", "name"]
        found = self.call(f"campaign.master.{kind}", "search_read", [], fields)
        return {(one["account_id"][0], one["name"]): one["id"] for one in found}

    def read(self, model: str, ids: list[int], *fields: str) -> dict[int, dict[str, Any]]:
        """These fields of records, by id."""
        return {one["id"]: one for one in self.call(model, "read", ids, list(fields))}
