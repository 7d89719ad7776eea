"""Jobs in place of the minute's own work: one a campaign, and only where there is some."""

from odoo.addons.campaign_master_connector.tests.common import CampaignMasterCase
from odoo.tests import tagged

IDLE_QUERIES = 8


@tagged("post_install", "-at_install")
class TestJobs(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.synced_campaign(title="First")
        self.control.clear_calls()

    def jobs(self):
        return self.env["queue.job"].search([("channel", "=", "root.campaign_master")])

    def perform(self, jobs):
        """As the runner does, but for the cursor of its own."""
        for job in jobs:
            job.records._cm_push_as_job()
            job.state = "done"

    def test_minute_queues_a_job_and_makes_no_call(self):
        self.add(self.campaign, self.contacts(3))
        self.run_cron()
        [job] = self.jobs()
        self.assertEqual(job.state, "pending")
        self.assertIn("First", job.name)
        self.assertEqual(self.calls(), {})

    def test_job_adds_the_recipients(self):
        self.add(self.campaign, self.contacts(3))
        self.run_cron()
        self.perform(self.jobs())
        self.assertEqual(self.states(self.campaign), {"added": 3})
        self.assertEqual(len(self.on_list()), 3)

    def test_campaign_is_queued_once(self):
        self.add(self.campaign, self.contacts(3))
        for state in ("pending", "enqueued", "started"):
            self.run_cron()
            self.assertEqual(len(self.jobs()), 1)
            self.jobs().state = state
        self.campaign._cm_trigger_push()
        self.assertEqual(sorted(self.jobs().mapped("state")), ["pending", "started"])
        self.campaign._cm_trigger_push()
        self.assertEqual(len(self.jobs()), 2)

    def test_finished_job_makes_room_for_the_next_one(self):
        self.add(self.campaign, self.contact())
        self.run_cron()
        self.perform(self.jobs())
        self.add(self.campaign, self.contact("person-2@example.com"))
        self.run_cron()
        self.assertEqual(len(self.jobs()), 2)

    def test_only_campaigns_with_work_are_queued(self):
        other = self.synced_campaign(title="Second")
        paused = self.synced_campaign(title="Third")
        self.add(other, self.contact())
        self.add(paused, self.contact("person-2@example.com"))
        paused.action_cm_pause()
        self.run_cron()
        self.assertEqual(self.jobs().records, other)

    def test_idle_minute_queues_nothing_and_costs_a_handful_of_queries(self):
        self.add(self.campaign, self.contact())
        self.run_cron()
        self.perform(self.jobs())
        self.env.flush_all()
        self.env.invalidate_all()
        count = len(self.jobs())
        with self.assertQueryCount(IDLE_QUERIES):
            self.run_cron()
        self.assertEqual(len(self.jobs()), count)

    def test_remainder_of_a_click_is_queued_at_once(self):
        people = self.env["res.partner"].browse(self.bulk_contacts(1100))
        self.add(self.campaign, people)
        self.assertIn("100 more are added in the background", self.sync(self.campaign))
        self.assertEqual(self.jobs().records, self.campaign)
        self.perform(self.jobs())
        self.assertEqual(self.states(self.campaign), {"added": 1100})

    def test_failed_sync_is_no_failed_job(self):
        self.add(self.campaign, self.contact())
        self.control.set_fault("service_unavailable")
        self.run_cron()
        self.perform(self.jobs())
        self.assertTrue(self.campaign.cm_sync_error)
        self.assertTrue(self.campaign.cm_retry_at)
        self.assertEqual(len(self.jobs()), 1)
        self.control.clear_faults()
        self.retry_now(self.campaign)
        self.run_cron()
        self.perform(self.jobs().filtered(lambda job: job.state == "pending"))
        self.assertEqual(self.states(self.campaign), {"added": 1})
