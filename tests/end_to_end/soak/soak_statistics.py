"""The statistics of launched campaigns, which two schedules bring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import figures
from soak_rounds import seconds_undisturbed
from soak_sync import Sync
from soak_world import World
from steps import CAMPAIGN_STATISTICS_CRON, RECIPIENT_STATISTICS_CRON, run_schedule

SCHEDULES = (CAMPAIGN_STATISTICS_CRON, RECIPIENT_STATISTICS_CRON)
# Much of everything, so that many a row would be missed.
RATES = {
    "open": 0.6,
    "click": 0.3,
    "forward": 0.1,
    "hard_bounce": 0.1,
    "soft_bounce": 0.1,
    "unsubscribe": 0.1,
}
MOMENTS = ("first_open", "last_open", "first_click", "last_click")
NAMES = (*figures.OWN_FIGURES, *MOMENTS)
FORGET = """
    DELETE FROM campaign_master_opt_out;
    UPDATE campaign_master_recipient
       SET state = 'added', state_reason = NULL, opted_out = FALSE, bounced = FALSE,
           total_opens = 0, total_clicks = 0, total_forwards = 0, total_unsubscribes = 0,
           first_open = NULL, last_open = NULL, first_click = NULL, last_click = NULL
     WHERE campaign_id = ANY(%(ids)s);
    UPDATE utm_campaign
       SET cm_state = 'draft', cm_sent_at = NULL, cm_statistics_at = NULL,
           cm_recipient_statistics_at = NULL, cm_recipient_statistics_after = NULL
     WHERE id = ANY(%(ids)s)
"""


def launched(world: World, people: list[int]) -> Sync:
    """Campaigns that were synced and then sent to their lists; nobody asks about others."""
    others = world.odoo.admin.call("utm.campaign", "search", [])
    world.odoo.admin.call("utm.campaign", "write", others, {"active": False})
    campaigns = Sync(world, "Launched", people)
    seconds_undisturbed(world, campaigns)
    found = campaigns.read("cm_external_id")
    for campaign, list_id in zip(found, campaigns.lists.values(), strict=True):
        world.sandbox.control.launch(campaign["cm_external_id"], list_id, rates=RATES)
    return campaigns


class Statistics:
    """Launched campaigns as they are here before anything of the launch is known."""

    def __init__(self, world: World, campaigns: Sync) -> None:
        self._world = world
        self._campaigns = campaigns
        [one, *_others] = world.sandbox.control.campaigns()
        self._names = tuple(figures.of_campaign(one["statistics"]))
        zeros = ", ".join(f"{name} = 0" for name in self._names)
        with world.odoo.cursor() as cursor:
            cursor.execute(FORGET, {"ids": campaigns.ids})
            cursor.execute(f"UPDATE utm_campaign SET {zeros} WHERE id = ANY(%s)", [campaigns.ids])
        assert len(self.differences().split("; ")) == 2 * len(campaigns.ids) + 1

    def begin(self) -> None:
        """Both schedules run."""
        for schedule in SCHEDULES:
            run_schedule(self._world.odoo.admin, schedule)

    def go_on(self) -> bool:
        """The next runs."""
        self.begin()
        return False

    def is_through(self) -> bool:
        """Whether both kinds of figures of each campaign are complete."""
        found = self._campaigns.read(
            "cm_statistics_at",
            "cm_recipient_statistics_at",
            "cm_recipient_statistics_page",
            "cm_sync_error",
        )
        return all(
            one["cm_statistics_at"]
            and one["cm_recipient_statistics_at"]
            and not one["cm_recipient_statistics_page"]
            and not one["cm_sync_error"]
            for one in found
        )

    def differences(self) -> str:
        """Figures, states and opt-outs here that are not those of the sandbox."""
        return "; ".join(self._complaints())

    def _complaints(self) -> Iterator[str]:
        control = self._world.sandbox.control
        there = {str(one["id"]): one for one in control.campaigns()}
        left = set()
        for campaign in self._campaigns.read("title", "cm_state", "cm_external_id", *self._names):
            remote = there[campaign["cm_external_id"]]
            expected = {"cm_state": remote["status"], **figures.of_campaign(remote["statistics"])}
            if wrong := [name for name, value in expected.items() if campaign[name] != value]:
                yield f"{campaign['title']}: {', '.join(wrong)}"
            rows = {one["email"]: one for one in control.campaign_recipients(remote["id"])}
            left |= {email for email, row in rows.items() if row["totalUnsubscribes"]}
            if wrong := self._wrong_recipients(campaign["id"], rows):
                yield f"{wrong} recipients of {campaign['title']}"
        opt_outs = self._search("campaign.master.opt.out", [], "email")
        if sorted(one["email"] for one in opt_outs) != sorted(left):
            yield f"{len(opt_outs)} opt-outs, {len(left)} there"

    def _wrong_recipients(self, campaign_id: int, rows: dict[str, dict[str, Any]]) -> int:
        domain = [("campaign_id", "=", campaign_id)]
        fields = ("email", "state", "opted_out", *NAMES)
        here = self._search("campaign.master.recipient", domain, *fields)
        right = sum(_as_here(one) == _as_there(one["email"], rows) for one in here)
        return len(here) - right + len(rows.keys() - {one["email"] for one in here})

    def _search(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        admin = self._world.odoo.admin
        found: list[dict[str, Any]] = admin.call(model, "search_read", domain, list(fields))
        return found


def _as_here(recipient: dict[str, Any]) -> dict[str, Any]:
    return {name: recipient[name] for name in ("state", "opted_out", *NAMES)}


def _as_there(email: str, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What is to be here; somebody who left before the launch got no mail and has no row."""
    if email not in rows:
        nothing = {name: False if name in (*MOMENTS, "bounced") else 0 for name in NAMES}
        return {"state": "added", "opted_out": False, **nothing}
    values = figures.of_recipient(rows[email], NAMES)
    for name in MOMENTS:
        values[name] = bool(values[name]) and values[name][:19].replace("T", " ")
    has_left = values["total_unsubscribes"] > 0
    return {"state": "opted_out" if has_left else "added", "opted_out": has_left, **values}
