"""A month with 100 launched campaigns and 20,000 new recipients a day stays within the quota.

`make test` shows its figures. `CAMPAIGN_MASTER_MONTH_STEP=1` plays it minute by minute, which takes
some minutes.
"""

import os
from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo.tests import tagged

from .common import CampaignMasterCase
from .month_simulation import HOURLY_LIMIT, MONTHLY_LIMIT, Month

BEGIN = datetime(2026, 4, 1)
DAYS = 30
CAMPAIGNS = 100
RECIPIENTS_A_DAY = 20_000
SCHEDULES = {"recipients", "campaign_statistics", "recipient_statistics"}
STEP = int(os.environ.get("CAMPAIGN_MASTER_MONTH_STEP", "30"))
# At a run a minute: what a new month has of calls to spare is used up soon. A multiple of 30.
FIRST_MINUTES = 60


@tagged("post_install", "-at_install")
class TestQuotaMonth(CampaignMasterCase):
    def launched_campaigns(self, count):
        """Launched the moment that the month begins: all are asked about most often at once."""
        first = self.make_campaign()
        campaigns = first + first.browse().union(
            *(first.copy({"title": f"Campaign {number}"}) for number in range(1, count))
        )
        for campaign in campaigns:
            campaign.write(
                {
                    "cm_external_id": str(campaign.id),
                    "cm_state": "sent",
                    "cm_sent_at": BEGIN,
                    "cm_synced_at": BEGIN,
                }
            )
        self.env.flush_all()
        return campaigns

    def play(self, campaigns, recipients_a_day, days=DAYS):
        self.env["utm.campaign"].search([("cm_external_id", "!=", False)]).active = False
        campaigns = self.launched_campaigns(campaigns)
        with freeze_time(BEGIN) as frozen:
            self.account.write({"month": BEGIN.date(), "month_calls": 0, "hourly_reset_at": False})
            month = Month(frozen, self.account, campaigns, recipients_a_day)
            month.run(days, lambda minute: 1 if minute < FIRST_MINUTES else STEP)
            self.printed = (
                f"A month with {len(campaigns)} launched campaigns and {recipients_a_day:,} new "
                f"recipients a day\n{month.report()}"
            )
            self.assertEqual(self.account.month_calls, month.server.calls.total())
            self.assertEqual(month.came, recipients_a_day * days)
            return month, month.longest_wait()

    def test_busy_month_stays_within_the_quota_and_leaves_the_reserve(self):
        month, longest_wait = self.play(CAMPAIGNS, RECIPIENTS_A_DAY)
        calls = month.server.calls
        self.assertLess(max(month.server.hours), HOURLY_LIMIT * 0.9)
        self.assertLessEqual(calls.total(), MONTHLY_LIMIT * 0.9)
        self.assertGreater(calls.total(), MONTHLY_LIMIT * 0.7, "Calls are left unused.")
        self.assertEqual(calls.keys() - {"people"}, SCHEDULES)
        self.assertLess(longest_wait, timedelta(hours=6))
        self.assertLess(month.longest_without_figures, timedelta(hours=12))
        self.assertLess(month.longest_without_individual_figures, timedelta(days=1, hours=7))
