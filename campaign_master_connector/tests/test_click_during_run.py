"""A click while a run is under way: what it asks for and what it finds wrong outlives the run."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from ..services import transaction
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestClickDuringRun(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.synced_campaign(self.contact(), title="First")
        self.campaign.cm_synced_at = fields.Datetime.now() - timedelta(hours=1)

    def click_in_vain(self):
        """Change the subject and press the button while somebody else has the campaign."""

        @contextmanager
        def taken(_campaign, _purpose):
            yield False

        self.campaign.cm_subject = "Other words"
        with patch.object(transaction, "campaign_lock", taken):
            self.assertIn("is being synced now", self.sync(self.campaign))

    def next_campaign(self):
        """One that a run turns to after the first; each has a person to push."""
        other = self.synced_campaign(title="Other")
        for campaign in self.campaign | other:
            self.add(campaign, self.contact(f"{campaign.title}@example.com"))
        return other

    def subject_there(self):
        return self.control.campaign(self.campaign.cm_external_id)["subject"]

    def test_subject_changed_during_the_last_batch_is_sent_by_the_next_minute(self):
        self.add(self.campaign, self.contact("second@example.com"))
        with self.while_sending(self.click_in_vain):
            self.run_cron()
        self.assertEqual(self.states(self.campaign), {"added": 2})
        self.run_cron()
        self.assertEqual(self.subject_there(), "Other words")
        self.assertFalse(self.campaign.cm_sync_requested)

    def test_subject_changed_during_a_click_is_sent_by_the_next_minute(self):
        self.add(self.campaign, self.contact("second@example.com"))
        with self.while_sending(self.click_in_vain):
            self.sync(self.campaign)
        self.run_cron()
        self.assertEqual(self.subject_there(), "Other words")
        self.assertFalse(self.campaign.cm_sync_requested)

    def test_subject_changed_between_two_batches_is_sent_with_the_next_one(self):
        other = self.synced_campaign(title="Other")
        for campaign in self.campaign | other:
            people = self.bulk_contacts(1_100, campaign.title)
            self.add(campaign, self.env["res.partner"].browse(people))
        with self.while_sending(self.click_in_vain):
            self.run_cron()
        self.assertEqual(self.subject_there(), "Other words")
        self.assertFalse(self.campaign.cm_sync_requested)

    def test_problem_of_a_click_outlives_a_run_that_is_busy_with_the_next_campaign(self):
        other = self.next_campaign()

        def click_that_fails():
            self.campaign.cm_subject = "Other words"
            self.control.set_fault("server_error", operation="updateCampaign", count=1)
            self.assertIn("status 500", self.sync(self.campaign))

        with self.while_sending(click_that_fails, batch=2):
            self.run_cron()
        self.assertEqual(self.states(other), {"added": 1})
        self.assertIn("status 500", self.campaign.cm_sync_error)
        self.assertTrue(self.campaign.cm_retry_at)
        self.retry_now(self.campaign)
        self.run_cron()
        self.assertEqual(self.subject_there(), "Other words")
        self.assertFalse(self.campaign.cm_sync_error)

    def test_result_of_a_click_outlives_a_run_that_is_busy_with_the_next_campaign(self):
        other = self.next_campaign()

        def click():
            # A moment later, as Odoo stores it: in whole seconds.
            with freeze_time(fields.Datetime.now() + timedelta(seconds=2)):
                self.sync(self.campaign)

        with self.while_sending(click, batch=2):
            self.run_cron()
        self.assertIn("Nothing new to add", self.campaign.cm_sync_result)
        self.assertIn("1 added", other.cm_sync_result)

    def test_run_that_dies_keeps_what_it_did_of_the_campaigns_before(self):
        other = self.synced_campaign(title="Other")
        for campaign in self.campaign | other:
            self.add(campaign, self.contact(f"{campaign.title}@example.com"))
        self.campaign.cm_sync_requested = True

        def die():
            raise KeyboardInterrupt

        with self.while_sending(die, batch=2), suppress(KeyboardInterrupt):
            self.run_cron()
        self.env.invalidate_all()
        self.assertEqual(self.states(other), {"pending": 1})
        self.assertFalse(self.campaign.cm_sync_requested)
        self.assertGreater(self.campaign.cm_synced_at, fields.Datetime.now() - timedelta(minutes=1))
