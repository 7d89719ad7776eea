"""The sync of several campaigns, which a click begins and the schedule ends."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import requests
from odoo_session import OdooFault
from soak_rounds import CAMPAIGNS, PEOPLE
from soak_world import World
from steps import campaign_values, first_id, run_schedule, wait_until

SECONDS_TO_KNOW_LISTS = 20
UNDISTURBED = {
    "campaigns there": [True] * CAMPAIGNS,
    "known here": [True] * CAMPAIGNS,
    "on the lists": [PEOPLE] * CAMPAIGNS,
    "states here": ["draft"] * CAMPAIGNS,
    "recipients here": {"added": CAMPAIGNS * PEOPLE},
    "in flight": [0] * CAMPAIGNS,
}


class Sync:
    """New campaigns that are ready to be synced, each with a list of its own."""

    def __init__(self, world: World, title: str, people: list[int]) -> None:
        self._world = world
        self.titles = [f"{title}, {number}" for number in range(1, CAMPAIGNS + 1)]
        self.lists = {name: world.sandbox.control.create_list(name) for name in self.titles}
        admin = world.odoo.admin
        assert wait_until(self._lists_are_known, SECONDS_TO_KNOW_LISTS)
        values = [self._values(name) for name in self.titles]
        self.ids: list[int] = admin.call("utm.campaign", "create", values)
        for campaign_id in self.ids:
            domain = [("id", "in", people)]
            admin.call("utm.campaign", "cm_add_people", [campaign_id], "res.partner", domain)

    def _lists_are_known(self) -> bool:
        """Entering the password anew makes Odoo look before the minute is up."""
        admin = self._world.odoo.admin
        accounts = admin.call("campaign.master.account", "search", [])
        password = {"password": self._world.sandbox.password}
        admin.call("campaign.master.account", "write", accounts, password)
        admin.call("campaign.master.list", "action_cm_refresh", [])
        known = admin.call("campaign.master.list", "search_count", [("name", "in", self.titles)])
        return bool(known == len(self.titles))

    def _values(self, title: str) -> dict[str, Any]:
        admin = self._world.odoo.admin
        list_id = first_id(admin, "campaign.master.list", [("name", "=", title)])
        return campaign_values(title, list_id, first_id(admin, "campaign.master.template", []))

    def begin(self) -> None:
        """Somebody clicks."""
        self._world.odoo.admin.call("utm.campaign", "action_cm_sync", self.ids)

    def go_on(self) -> bool:
        """The schedule only; who was cut off before the server knew of the wish clicks again."""
        found = self.read("cm_sync_requested", "cm_external_id")
        is_requested = all(one["cm_sync_requested"] or one["cm_external_id"] for one in found)
        if not is_requested:
            with suppress(requests.RequestException, OdooFault):
                self.begin()
        run_schedule(self._world.odoo.admin)
        return not is_requested

    def is_through(self) -> bool:
        """Whether everybody is on the lists."""
        found = self.read("cm_external_id", "cm_sync_error", "cm_sync_requested")
        return not self._states()["pending"] and all(
            one["cm_external_id"] and not one["cm_sync_error"] and not one["cm_sync_requested"]
            for one in found
        )

    def differences(self) -> str:
        """What is in one of the systems that isn't there after an undisturbed sync."""
        found = self._end_state()
        names = [name for name, value in UNDISTURBED.items() if found[name] != value]
        return "; ".join(f"{name}: {found[name]}" for name in names)

    def _end_state(self) -> dict[str, Any]:
        control = self._world.sandbox.control
        found = self.read("cm_reference", "cm_external_id", "cm_state", "cm_in_flight_last_id")
        there = control.campaigns()
        return {
            "campaigns there": [
                [one["externalId"] for one in there if one["subject"] == title]
                == [campaign["cm_reference"]]
                for title, campaign in zip(self.titles, found, strict=True)
            ],
            "known here": [
                [(str(one["id"]), one["externalId"]) for one in there if one["subject"] == title]
                == [(campaign["cm_external_id"], campaign["cm_reference"])]
                for title, campaign in zip(self.titles, found, strict=True)
            ],
            "on the lists": [len(control.emails_on_list(one)) for one in self.lists.values()],
            "states here": [campaign["cm_state"] for campaign in found],
            "recipients here": dict(self._states()),
            "in flight": [campaign["cm_in_flight_last_id"] for campaign in found],
        }

    def read(self, *fields: str) -> list[dict[str, Any]]:
        """The campaigns here, in the order of their titles."""
        found = self._world.odoo.admin.call("utm.campaign", "read", self.ids, list(fields))
        return sorted(found, key=lambda one: self.ids.index(one["id"]))

    def _states(self) -> Counter[str]:
        domain = [("campaign_id", "in", self.ids)]
        rows = self._world.odoo.admin.call(
            "campaign.master.recipient", "formatted_read_group", domain, ["state"], ["__count"]
        )
        return Counter({row["state"]: row["__count"] for row in rows})
