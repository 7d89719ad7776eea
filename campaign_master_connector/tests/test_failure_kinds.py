"""A problem of one kind of run neither stops another kind nor is hidden by it."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import CampaignMasterCase

PROBLEM = ("cm_sync_error", "cm_failed_since", "cm_failure_count", "cm_retry_at")


@tagged("post_install", "-at_install")
class TestFailureKinds(CampaignMasterCase):
    def problem(self, campaign):
        return [campaign[name] for name in PROBLEM]

    def run_statistics(self, campaign):
        """The figures of the campaign, as if half an hour had passed."""
        campaign.cm_statistics_at = False
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()

    def test_good_statistics_leave_the_problem_of_a_push(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contact())
        self.control.delete_list(self.customers)
        self.run_cron()
        before = self.problem(campaign)
        self.assertTrue(all(before))
        self.run_statistics(campaign)
        self.assertTrue(campaign.cm_statistics_at, "the push has to wait, not the statistics")
        self.assertEqual(self.problem(campaign), before)

    def test_failing_statistics_delay_no_push(self):
        campaign = self.synced_campaign()
        self.control.set_fault("server_error", "getCampaignStatistics")
        self.run_statistics(campaign)
        before = self.problem(campaign)
        self.assertTrue(all(before))
        self.add(campaign, self.contact())
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 1})
        self.assertEqual(self.problem(campaign), before)
        self.control.clear_faults()
        self.retry_now(campaign)
        self.run_statistics(campaign)
        self.assertFalse(any(self.problem(campaign)))

    def test_good_sync_ends_what_was_wrong_with_the_server(self):
        campaign = self.synced_campaign()
        self.control.set_fault("service_unavailable")
        for fail in (
            campaign.action_cm_update_statistics,
            lambda: self.run_statistics(campaign),
        ):
            fail()
            self.assertIn("503", campaign.cm_sync_error)
        self.control.clear_faults()
        self.add(campaign, self.contact())
        self.sync(campaign)
        self.assertFalse(any(self.problem(campaign)))

    def test_good_statistics_end_what_was_wrong_with_the_server(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contact())
        self.control.set_fault("service_unavailable")
        self.run_cron()
        self.assertIn("503", campaign.cm_sync_error)
        self.control.clear_faults()
        self.run_statistics(campaign)
        self.assertFalse(any(self.problem(campaign)))
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 1})

    def test_problem_that_outlives_a_sync_has_a_next_attempt(self):
        campaign = self.synced_campaign()
        self.control.set_fault("server_error", "getCampaignStatistics")
        self.run_statistics(campaign)
        self.add(campaign, self.contact())
        self.sync(campaign)
        self.assertIn("500", campaign.cm_sync_error)
        self.assertTrue(campaign.cm_next_attempt_at)

    def test_failed_push_that_has_nobody_left_is_over_by_itself(self):
        campaign = self.synced_campaign()
        recipient = self.add(campaign, self.contact())
        self.control.set_fault("service_unavailable")
        self.run_cron()
        self.assertIn("503", campaign.cm_sync_error)
        self.control.clear_faults()
        recipient.unlink()
        self.run_cron()
        self.assertTrue(campaign.cm_sync_error, "it is not tried before its time")
        self.retry_now(campaign)
        self.run_cron()
        self.assertFalse(any(self.problem(campaign)))

    def test_failures_of_statistics_make_no_push_wait_longer(self):
        campaign = self.synced_campaign()
        self.control.set_fault("server_error")
        for _time in range(8):
            self.retry_now(campaign)
            self.run_statistics(campaign)
        self.assertEqual(campaign.cm_failure_count, 8)
        self.add(campaign, self.contact())
        self.run_cron()
        self.assertEqual(campaign.cm_failure_count, 1)
        self.assertLess(campaign.cm_retry_at, fields.Datetime.now() + timedelta(minutes=2))

    def test_one_of_both_statistics_that_fails_is_told_after_the_other(self):
        campaign = self.synced_campaign()
        self.control.set_fault("server_error", "getCampaignStatistics")
        campaign.action_cm_update_statistics()
        self.assertIn("500", campaign.cm_sync_error)
        self.assertTrue(campaign.cm_recipient_statistics_at)
