"""A click on *Update statistics* says what is so, and what it has no time for comes by itself."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..services import statistics_run, transaction
from .recipient_statistics_common import ALL_OPEN, RecipientStatisticsCase

STATISTICS = "campaign_master_connector.ir_cron_update_{}_statistics"


@tagged("post_install", "-at_install")
class TestStatisticsClick(RecipientStatisticsCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.synced_campaign(self.contacts(25))
        self.small_pages(10)
        self.launch(self.campaign, rates=ALL_OPEN)

    def click(self, campaigns=None):
        """Type and text of the notification."""
        params = (campaigns or self.campaign).action_cm_update_statistics()["params"]
        return params["type"], params["message"]

    def run_crons(self):
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()

    def triggers(self, kind):
        cron = self.env.ref(STATISTICS.format(kind))
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def opened(self, campaign):
        return len(campaign.cm_recipient_ids.filtered("total_opens"))

    def without_time(self):
        return patch.object(statistics_run, "SECONDS_AT_THE_SCREEN", -1.0)

    def one_page_at_a_time(self):
        """The time is up with the first page, or campaign, of each kind."""
        tick = statistics_run._Clock.tick

        def tick_last(clock):
            tick(clock)
            clock.deadline = 0

        return patch.object(statistics_run._Clock, "tick", tick_last)

    def test_what_somebody_else_updates_now_is_said_to_be(self):
        for kind in ("campaign_statistics", "recipient_statistics"):
            with self.subTest(kind=kind):
                lock_class = transaction.CAMPAIGN_LOCK_CLASSES[kind]
                other = self.hold_lock(lock_class, self.campaign)
                self.assertEqual(
                    self.click(),
                    (
                        "info",
                        "The statistics are being updated now. Please look again in a minute.",
                    ),
                )
                self.release(other)

    def test_both_kinds_together_take_the_time_of_one_click(self):
        self.control.set_fault("latency", operation="getCampaignStatistics", seconds=0.6)
        with patch.object(statistics_run, "SECONDS_AT_THE_SCREEN", 0.5):
            kind, message = self.click()
        self.assertEqual(kind, "info")
        self.assertIn("the background", message)
        self.assertEqual(self.calls(), {"getCampaignStatistics": 1})

    def test_what_there_was_no_time_for_comes_by_itself_however_old_it_is(self):
        other = self.synced_campaign(self.contact("other@example.com"), title="Other")
        self.launch(other, rates=ALL_OPEN)
        both = self.campaign | other
        now = fields.Datetime.now()
        both.write(
            {
                "cm_state": "sent",
                "cm_sent_at": now - timedelta(days=200),
                "cm_statistics_at": now,
                "cm_recipient_statistics_at": now,
            }
        )
        self.run_crons()
        self.assertEqual(self.calls(), {}, "nothing is due")
        before = [self.triggers(kind) for kind in ("campaign", "recipient")]
        with self.without_time():
            kind, message = self.click(both)
        self.assertEqual(kind, "info")
        self.assertIn("the background", message)
        self.assertEqual(self.calls(), {})
        after = [self.triggers(kind) for kind in ("campaign", "recipient")]
        self.assertEqual(after, [count + 1 for count in before])
        self.run_crons()
        self.assertEqual(self.campaign.cm_unique_opens, 25)
        self.assertEqual((self.opened(self.campaign), self.opened(other)), (25, 1))
        self.control.clear_calls()
        self.run_crons()
        self.assertEqual(self.calls(), {}, "nothing is due any more")

    def test_run_that_is_cut_short_goes_on_by_itself(self):
        before = self.triggers("recipient")
        with self.one_page_at_a_time():
            kind, message = self.click()
        self.assertEqual(kind, "info")
        self.assertIn("the background", message)
        self.assertEqual(self.opened(self.campaign), 10)
        self.assertGreater(self.triggers("recipient"), before)
        self.run_crons()
        self.assertEqual(self.opened(self.campaign), 25)

    def test_schedule_is_called_when_the_campaign_is_free_again(self):
        """One that came earlier would leave it out, and not come again before the morning."""
        other = self.hold_lock(0, self.campaign)
        lock_class = transaction.CAMPAIGN_LOCK_CLASSES["recipient_statistics"]
        trigger = type(self.env["ir.cron"])._trigger
        free = []

        def called(cron, at=None):
            key = SQL("SELECT pg_try_advisory_lock(%s, %s)", lock_class, self.campaign.id)
            other.execute(key)
            free.append(other.fetchone()[0])
            return trigger(cron, at)

        self.patch(type(self.env["ir.cron"]), "_trigger", called)
        with self.one_page_at_a_time():
            self.click()
        self.assertEqual(free, [True])

    def test_problem_comes_before_what_is_left(self):
        gone = self.synced_campaign(title="Gone")
        self.control.delete_campaign(gone.cm_external_id)
        with self.one_page_at_a_time():
            kind, message = self.click(gone | self.campaign)
        self.assertEqual(kind, "danger")
        self.assertIn("doesn't know the campaign", message)

    def test_all_that_came_is_up_to_date(self):
        self.assertEqual(
            self.click(), ("success", "Statistics are up to date. Recipients changed: 25.")
        )
