"""Nothing lost, nothing doubled: whatever breaks, the next runs end in the same state."""

import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, sql_db
from odoo.tests import tagged
from odoo.tools import SQL

from ..campaign_master_api import NO_RETRY, Timeouts
from ..services import account_session, recipient_batch, transaction
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestLostAnswers(CampaignMasterCase):
    def without_repeats(self):
        """Let calls be made once only, so that a run ends with the first failure."""
        for patience in (account_session.BACKGROUND, account_session.AT_THE_SCREEN):
            patched = patch.dict(patience, {"retry": NO_RETRY})
            patched.start()
            self.addCleanup(patched.stop)

    @contextmanager
    def dying(self, where):
        """The worker dies at this step. No `assertRaises`: Odoo's undoes what was committed."""
        with patch(f"odoo.addons.campaign_master_connector.services.{where}") as step:
            step.side_effect = KeyboardInterrupt
            with suppress(KeyboardInterrupt):
                yield
            step.assert_called()
        self.env.invalidate_all()

    def assertOneCampaign(self, campaign):
        [there] = self.control.campaigns()
        self.assertEqual(str(there["id"]), campaign.cm_external_id)
        self.assertEqual(there["externalId"], campaign.cm_reference)

    def test_lost_answer_of_create_makes_one_campaign(self):
        for fault in ("drop_connection", "gateway_timeout", "malformed_json", "incomplete_json"):
            with self.subTest(fault=fault):
                self.control.reset(empty=True)
                self.setUp()
                campaign = self.make_campaign(title=fault)
                self.add(campaign, self.contacts(2))
                self.control.set_fault(fault, operation="createCampaign", when="after", count=1)
                self.sync(campaign)
                self.assertOneCampaign(campaign)
                self.assertEqual(self.states(campaign), {"added": 2})

    def test_create_that_never_arrived_is_made_up_for(self):
        campaign = self.make_campaign()
        self.control.set_fault("drop_connection", operation="createCampaign", count=1)
        self.sync(campaign)
        self.run_cron()
        self.assertOneCampaign(campaign)

    def test_create_that_takes_longer_than_anybody_waits_makes_one_campaign(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(1))
        self.control.set_fault("latency", operation="createCampaign", seconds=3, count=1)
        impatient = Timeouts(connect=1.0, read=0.5, total=0.5)
        with patch.dict(account_session.AT_THE_SCREEN, {"timeouts": impatient}):
            self.sync(campaign)
            self.assertIn("hasn't answered yet", self.sync(campaign))
        end = time.monotonic() + 30
        while not self.control.campaigns() and time.monotonic() < end:
            time.sleep(0.1)
        self.sync(campaign)
        self.assertEqual(self.calls()["createCampaign"], 1)
        self.assertOneCampaign(campaign)
        self.assertEqual(self.states(campaign), {"added": 1})
        self.assertFalse(campaign.cm_creation_began_at)

    def test_create_that_nobody_carries_out_is_repeated_after_a_while(self):
        campaign = self.make_campaign()
        campaign.cm_creation_began_at = fields.Datetime.now()
        self.assertIn("hasn't answered yet", self.sync(campaign))
        self.assertEqual(self.control.campaigns(), [])
        campaign.cm_creation_began_at -= timedelta(minutes=2)
        self.sync(campaign)
        self.assertOneCampaign(campaign)

    def test_lost_answer_of_create_and_a_failing_look_up_make_one_campaign(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(1))
        self.control.set_fault("drop_connection", operation="createCampaign", when="after", count=1)
        self.control.set_fault("server_error", operation="listCampaigns", skip=1, count=1)
        self.sync(campaign)
        self.assertFalse(campaign.cm_external_id)
        self.assertTrue(campaign.cm_sync_error)
        self.retry_now(campaign)
        self.run_cron()
        self.assertOneCampaign(campaign)
        self.assertEqual(self.states(campaign), {"added": 1})

    def test_worker_that_dies_after_create_leaves_one_campaign(self):
        campaign = self.make_campaign()
        with self.dying("campaign_sync._store"):
            campaign.action_cm_sync()
        self.assertFalse(campaign.cm_external_id)
        self.sync(campaign)
        self.assertOneCampaign(campaign)

    def test_lost_answer_of_a_batch_doubles_nobody_and_all_count_as_added(self):
        for fault in ("drop_connection", "bad_gateway", "gateway_timeout"):
            with self.subTest(fault=fault):
                campaign = self.synced_campaign(title=fault)
                self.add(campaign, self.contacts(3, prefix=fault))
                self.control.set_fault(fault, operation="addListRecipients", when="after", count=1)
                self.run_cron()
                self.assertEqual(self.states(campaign), {"added": 3})
        self.assertEqual(len(self.on_list()), 9)

    def test_batch_whose_answer_stays_lost_is_sent_again_and_counts_as_added(self):
        self.without_repeats()
        for fault in ("drop_connection", "malformed_json", "html_page"):
            with self.subTest(fault=fault):
                campaign = self.synced_campaign(title=fault)
                self.add(campaign, self.contacts(3, prefix=fault))
                self.control.set_fault(fault, operation="addListRecipients", when="after")
                self.run_cron()
                self.assertEqual(self.states(campaign), {"pending": 3})
                self.assertTrue(campaign.cm_sync_error)
                self.control.clear_faults()
                self.retry_now(campaign)
                self.run_cron()
                self.assertEqual(self.states(campaign), {"added": 3})
                self.assertFalse(campaign.cm_sync_error)

    def test_worker_that_dies_after_a_batch_doubles_nobody(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(3))
        with self.dying("recipient_push._store"):
            self.run_cron()
        self.assertEqual(len(self.on_list()), 3)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 3})
        self.assertEqual(len(self.on_list()), 3)

    def test_worker_that_dies_between_two_batches_loses_and_doubles_nobody(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(1_200)))
        original = recipient_batch.Sending.send
        sent = []

        def send(sending, recipients):
            if sent:
                raise KeyboardInterrupt
            sent.append(recipients)
            return original(sending, recipients)

        with patch.object(recipient_batch.Sending, "send", send), suppress(KeyboardInterrupt):
            self.run_cron()
        self.env.invalidate_all()
        self.assertEqual(self.states(campaign), {"added": 1_000, "pending": 200})
        last = campaign.cm_recipient_ids[-1]
        self.assertEqual(campaign.cm_in_flight_last_id, last.id)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 1_200})
        self.assertFalse(campaign.cm_in_flight_last_id)
        self.assertEqual(len(self.on_list()), 1_200)

    def test_lost_batch_counts_as_added_also_when_the_next_attempt_is_refused(self):
        self.without_repeats()
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(2))
        self.control.set_fault("drop_connection", operation="addListRecipients", when="after")
        self.run_cron()
        self.control.clear_faults()
        self.control.set_fault("hourly_limit", operation="addListRecipients", count=1)
        self.retry_now(campaign)
        self.run_cron()
        self.control.clear_faults()
        self.account.write({"blocked_until": False, "hourly_reset_at": False})
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_who_came_after_the_lost_batch_and_was_there_is_already_there(self):
        self.without_repeats()
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(2))
        self.control.set_fault("drop_connection", operation="addListRecipients", when="after")
        self.run_cron()
        self.control.clear_faults()
        self.control.add_to_list(self.customers, ["late@example.com"])
        late = self.add(campaign, self.contact("late@example.com"))
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 2, "exists": 1})
        self.assertEqual(late.state, "exists")

    def test_batch_that_never_arrived_tells_who_was_there_before(self):
        self.without_repeats()
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(2))
        self.control.set_fault("server_error", operation="authenticate")
        self.control.expire_tokens()
        self.run_cron()
        self.assertEqual(self.states(campaign), {"pending": 2})
        self.control.clear_faults()
        self.control.add_to_list(self.customers, ["person-1@example.com"])
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(len(self.on_list()), 2)

    def test_half_of_a_refused_batch_that_breaks_off_is_finished_later(self):
        self.without_repeats()
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(8))
        self.control.set_fault(
            "validation", operation="addListRecipients", contains="person-7@example.com"
        )
        self.control.set_fault("drop_connection", operation="addListRecipients", skip=1, count=1)
        self.run_cron()
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 7, "rejected": 1})
        self.assertEqual(len(self.on_list()), 7)

    def test_restored_backup_neither_doubles_nor_resubscribes(self):
        campaign = self.synced_campaign(self.contacts(3))
        before = campaign.cm_external_id
        self.control.suppress(["person-2@example.com"])
        campaign.write({"cm_external_id": False, "cm_state": "not_synced", "cm_sent_values": False})
        campaign.cm_recipient_ids.write({"state": "pending"})
        self.sync(campaign)
        self.assertEqual(campaign.cm_external_id, before)
        self.assertOneCampaign(campaign)
        self.assertEqual(self.states(campaign), {"exists": 2, "opted_out": 1})
        self.assertEqual(self.on_list(), ["person-1@example.com", "person-3@example.com"])


@tagged("post_install", "-at_install")
class TestCollisions(CampaignMasterCase):
    def hold(self, campaign):
        return self.hold_lock(transaction.CAMPAIGN_LOCK_CLASSES["sync"], campaign)

    def test_click_during_a_run_waits_for_no_one_and_loses_nothing(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(2))
        other = self.hold(campaign)
        self.assertIn("is being synced now", self.sync(campaign))
        self.assertEqual(self.calls(), {})
        self.assertFalse(campaign.cm_sync_error)
        self.release(other)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_schedule_leaves_out_the_campaign_of_a_click(self):
        campaigns = [self.synced_campaign(title=title) for title in ("Held", "Free")]
        for campaign in campaigns:
            self.add(campaign, self.contact(f"{campaign.title}@example.com"))
        other = self.hold(campaigns[0])
        self.run_cron()
        self.assertEqual(self.states(campaigns[0]), {"pending": 1})
        self.assertEqual(self.states(campaigns[1]), {"added": 1})
        self.assertFalse(campaigns[0].cm_sync_error)
        self.release(other)
        self.run_cron()
        self.assertEqual(self.states(campaigns[0]), {"added": 1})

    def test_statistics_do_not_wait_for_a_push(self):
        campaign = self.synced_campaign(self.contacts(1))
        self.hold(campaign)
        campaign.action_cm_update_statistics()
        self.assertTrue(campaign.cm_statistics_at)

    def test_lock_is_given_back_after_a_failure(self):
        campaign = self.make_campaign()
        self.control.set_fault("service_unavailable")
        self.sync(campaign)
        cursor = sql_db.db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        self.addCleanup(self.release, cursor)
        for lock_class in set(transaction.CAMPAIGN_LOCK_CLASSES.values()):
            cursor.execute(SQL("SELECT pg_try_advisory_lock(%s, %s)", lock_class, campaign.id))
            self.assertEqual(cursor.fetchone(), (True,))
