"""The month's calls are spread: who is ahead of an even use slows down, and nobody else does."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo.tests import tagged

from ..models.campaign_master_account_quota import PART_OF_CALLS_LEFT
from ..services.moments import moment_for
from .common import CampaignMasterCase

MIDDLE = datetime(2026, 4, 16)
USABLE = 45_000


@tagged("post_install", "-at_install")
class TestQuotaPace(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.synced_campaign(title="Busy")
        self.enterContext(freeze_time(MIDDLE))
        self.campaign.write({"cm_sent_at": MIDDLE - timedelta(days=1), "cm_synced_at": MIDDLE})

    def used(self, calls):
        self.account.write({"month": MIDDLE.date().replace(day=1), "month_calls": calls})

    def ahead(self):
        """Two thirds of the calls are used when the month is half over."""
        self.used(USABLE * 2 // 3)

    def with_work(self):
        return self.env["utm.campaign"]._cm_with_work()

    def test_even_use_is_not_slowed_down(self):
        for calls in (0, USABLE // 3, USABLE // 2):
            self.used(calls)
            for purpose in PART_OF_CALLS_LEFT:
                self.assertEqual(self.account._pace(purpose), timedelta())

    def test_calls_that_are_left_are_shared_by_time_and_campaigns(self):
        self.ahead()
        fifteen_days_for_a_call_each = timedelta(days=15) / 15_000
        self.assertAlmostEqual(
            self.account._pace("recipients") / (2 * fifteen_days_for_a_call_each), 1, places=3
        )
        pace = self.account._pace("campaign_statistics")
        for number in range(3):
            self.campaign.copy({"title": f"More {number}"}).write(
                {"cm_external_id": f"more-{number}", "cm_synced_at": MIDDLE}
            )
        self.assertAlmostEqual(self.account._pace("campaign_statistics") / pace, 4, places=3)

    def test_recipients_come_before_figures_and_individual_ones(self):
        self.ahead()
        paces = [self.account._pace(purpose) for purpose in PART_OF_CALLS_LEFT]
        self.assertEqual(paces, sorted(paces))
        self.assertEqual(
            list(PART_OF_CALLS_LEFT), ["recipients", "campaign_statistics", "recipient_statistics"]
        )

    def test_pace_ends_with_the_month(self):
        self.used(USABLE + 1)
        self.assertEqual(
            self.account._pace("recipients").days, (datetime(2026, 5, 1) - MIDDLE).days - 1
        )
        with freeze_time("2026-05-01 00:00:01"):
            self.assertEqual(self.account._pace("recipients"), timedelta())

    def test_new_recipients_wait_to_be_bundled(self):
        self.used(USABLE - 10)
        pace = self.account._pace("recipients")
        self.assertGreater(pace, timedelta(days=1))
        self.add(self.campaign, self.contact())
        self.assertFalse(self.with_work())
        with freeze_time(MIDDLE + pace):
            self.assertEqual(self.with_work(), self.campaign)

    def test_click_and_full_batch_do_not_wait(self):
        self.used(USABLE - 10)
        ids = self.bulk_contacts(1_000)
        self.add(self.campaign, self.env["res.partner"].browse(ids[:999]))
        self.assertFalse(self.with_work())
        self.campaign.cm_sync_requested = True
        self.assertEqual(self.with_work(), self.campaign)
        self.campaign.cm_sync_requested = False
        self.add(self.campaign, self.env["res.partner"].browse(ids[999:]))
        self.assertEqual(self.with_work(), self.campaign)

    def test_campaign_says_that_its_recipients_wait_and_until_when(self):
        self.assertEqual(self.campaign.cm_progress()["waits"], "")
        self.used(USABLE - 10)
        self.add(self.campaign, self.contact())
        goes_on = MIDDLE + self.account._pace("recipients")
        waits = self.campaign.cm_progress()["waits"]
        self.assertIn("a sync by hand doesn't wait", waits)
        self.assertIn(moment_for(self.env, goes_on), waits)
        self.campaign.cm_sync_requested = True
        self.assertEqual(self.campaign.cm_progress()["waits"], "")

    def test_campaign_says_that_the_reserve_is_reached_and_when_it_ends(self):
        self.add(self.campaign, self.contact())
        hour_ends = MIDDLE + timedelta(minutes=20)
        self.account.write(
            {"hourly_limit": 5_000, "hourly_remaining": 500, "hourly_reset_at": hour_ends}
        )
        month_ends = datetime(2026, 5, 1)
        pause_ends = MIDDLE + timedelta(minutes=3)
        for ends in (hour_ends, month_ends, pause_ends):
            if ends == month_ends:
                self.used(USABLE)
            elif ends == pause_ends:
                self.account.blocked_until = pause_ends
            waits = self.campaign.cm_recipient_summary()["waits"]
            self.assertIn("kept for people at the screen", waits)
            self.assertIn(moment_for(self.env, ends), waits)
        with freeze_time(month_ends):
            self.assertEqual(self.campaign.cm_progress()["waits"], "")

    def test_figures_wait_too(self):
        self.used(USABLE - 10)
        self.campaign.cm_statistics_at = MIDDLE - timedelta(hours=7)
        campaigns = self.env["utm.campaign"]
        self.assertFalse(campaigns._cm_due_for_statistics())
        self.used(0)
        self.assertEqual(campaigns._cm_due_for_statistics(), self.campaign)
