"""Jobs in place of the minute's own work: one a campaign, and only where there is some."""

from unittest.mock import patch

from odoo.addons.campaign_master_connector.services import transaction
from odoo.addons.campaign_master_connector.tests.common import CampaignMasterCase
from odoo.exceptions import UserError
from odoo.tests import tagged

from .. import uninstall_hook
from ..models import utm_campaign

IDLE_QUERIES = 8
MOST_JOBS = 20


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
            job.state = "started"
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
        self.run_cron()
        for state in ("pending", "enqueued", "started"):
            self.jobs().state = state
            self.run_cron()
            self.assertEqual(self.jobs().mapped("state"), [state])
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

    def test_job_whose_time_is_up_queues_the_next_one(self):
        people = self.env["res.partner"].browse(self.bulk_contacts(1100))
        self.add(self.campaign, people)
        self.run_cron()
        self.control.set_fault("latency", operation="addListRecipients", seconds=1)
        with patch.object(utm_campaign, "SECONDS_OF_A_JOB", 0.9):
            for _number in range(MOST_JOBS):
                self.perform(self.jobs().filtered(lambda job: job.state == "pending"))
        self.assertEqual(self.states(self.campaign), {"added": 1100})
        self.assertGreater(len(self.jobs()), 1)
        self.assertEqual(set(self.jobs().mapped("state")), {"done"})

    def test_minute_whose_time_is_up_leaves_the_rest_to_the_next_one(self):
        other = self.synced_campaign(title="Second")
        self.add(self.campaign, self.contact())
        self.add(other, self.contact("person-2@example.com"))
        campaigns = self.env["utm.campaign"]
        with patch.object(utm_campaign, "JOBS_A_COMMIT", 1):
            transaction.until(campaigns, 0)._cm_push_in_background()
            self.assertEqual(len(self.jobs()), 1)
            campaigns._cm_push_in_background()
        self.assertEqual(len(self.jobs()), 2)

    def test_further_schedules_add_nothing_beside_the_channel(self):
        self.add(self.campaign, self.contact())
        self.env["utm.campaign"]._cron_cm_sync_recipients_beside()
        self.assertEqual(self.calls(), {})
        self.assertEqual(self.states(self.campaign), {"pending": 1})

    def test_uninstalling_removes_what_waits_but_not_what_runs(self):
        self.add(self.campaign, self.contact())
        self.run_cron()
        job = self.jobs()
        job.state = "started"
        with self.assertRaisesRegex(UserError, "right now"):
            uninstall_hook(self.env)
        self.assertTrue(job.exists())
        job.state = "pending"
        uninstall_hook(self.env)
        self.assertFalse(job.exists())
