"""What the tests of individual statistics share: launching, pulling, comparing."""

from datetime import timedelta
from unittest.mock import patch

import responses
from odoo import fields

from ..campaign_master_api import client as wire_client
from .common import CampaignMasterCase

RATES = {
    "hard_bounce": 0.05,
    "soft_bounce": 0.05,
    "open": 0.6,
    "click": 0.3,
    "forward": 0.1,
    "unsubscribe": 0.1,
}
ALL_OPEN = dict.fromkeys(RATES, 0) | {"open": 1}
FIGURES = {
    "totalOpens": "total_opens",
    "totalClicks": "total_clicks",
    "totalForwards": "total_forwards",
    "totalUnsubscribes": "total_unsubscribes",
    "bounced": "bounced",
}
MOMENTS = {
    "firstOpen": "first_open",
    "lastOpen": "last_open",
    "firstClick": "first_click",
    "lastClick": "last_click",
}


def moment(value):
    return value and f"{value:%Y-%m-%dT%H:%M:%S}"


def days_ago(days):
    return f"{fields.Datetime.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


class RecipientStatisticsCase(CampaignMasterCase):
    def launch(self, campaign, **order):
        order.setdefault("rates", RATES)
        self.control.launch(campaign.cm_external_id, self.customers, **order)

    def pull(self, campaigns):
        """One run of the morning's schedule; the results' log row of the last campaign."""
        campaigns.write({"cm_retry_at": False, "cm_recipient_statistics_at": False})
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()

    def here(self, campaign):
        return {
            one.email: {key: one[name] for key, name in FIGURES.items()}
            | {key: moment(one[name]) or None for key, name in MOMENTS.items()}
            for one in campaign.cm_recipient_ids
        }

    def there(self, campaign):
        return {
            row["email"]: {key: row[key] for key in FIGURES}
            | {key: row[key] and row[key][:19] for key in MOMENTS}
            for row in self.control.campaign_recipients(campaign.cm_external_id)
        }

    def small_pages(self, size):
        patched = patch.object(wire_client, "ROWS_PER_PAGE", size)
        patched.start()
        self.addCleanup(patched.stop)

    def answering(self, campaign, *rows, last=True, page=1):
        """A server that answers the first page of individual statistics with ``rows``."""
        complete = {key: 0 for key in FIGURES} | dict.fromkeys(MOMENTS) | {"bounced": False}
        server = responses.RequestsMock()
        server.get(
            f"{self.account.api_url}/api/v1/campaigns/{campaign.cm_external_id}/recipients",
            json={
                "currentPage": page,
                "isLastPage": last,
                "recipients": [
                    {k: v for k, v in (complete | row).items() if v != "missing"} for row in rows
                ],
            },
        )
        return server
