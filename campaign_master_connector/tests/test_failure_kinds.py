"""A problem of one kind of run neither stops another kind nor is hidden by it."""

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

    def test_one_of_both_statistics_that_fails_is_told_after_the_other(self):
        campaign = self.synced_campaign()
        self.control.set_fault("server_error", "getCampaignStatistics")
        campaign.action_cm_update_statistics()
        self.assertIn("500", campaign.cm_sync_error)
        self.assertTrue(campaign.cm_recipient_statistics_at)
