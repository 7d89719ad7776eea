"""The schedule of every minute: what it takes up, how seldom it asks, how it goes on."""

from datetime import timedelta
from itertools import pairwise

from odoo import fields
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from .common import CampaignMasterCase

A_HANDFUL = 5


@tagged("post_install", "-at_install")
class TestSchedule(CampaignMasterCase):
    def test_schedules_are_those_of_the_design(self):
        for name, number, unit in (
            ("ir_cron_sync_recipients", 1, "minutes"),
            ("ir_cron_update_campaign_statistics", 30, "minutes"),
            ("ir_cron_update_recipient_statistics", 1, "days"),
        ):
            cron = self.env.ref(f"campaign_master_connector.{name}")
            self.assertEqual((cron.interval_number, cron.interval_type), (number, unit))
            self.assertTrue(cron.active)
            self.assertTrue(hasattr(self.env["utm.campaign"], cron.code[6:-2]))

    def test_newly_linked_people_are_added(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contact())
        self.add(campaign, self.lead())
        self.add(campaign, self.contact("office@example.com", is_company=True))
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 3})
        self.assertEqual(self.calls(), {"addListRecipients": 1})

    def test_campaign_that_was_never_synced_is_left_alone(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contact())
        self.run_cron()
        self.assertEqual(self.calls(), {})
        self.assertEqual(self.states(campaign), {"pending": 1})

    def test_archived_campaign_and_disabled_account_are_left_alone(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contact())
        campaign.active = False
        self.run_cron()
        campaign.active = True
        self.account.enabled = False
        self.run_cron()
        self.assertEqual(self.calls(), {})

    def test_minute_with_nothing_to_do_costs_no_call_and_few_queries(self):
        campaign = self.synced_campaign(self.contacts(5))
        self.add(campaign, self.contact(False))
        self.run_cron()
        self.control.clear_calls()
        self.env.flush_all()
        self.env.invalidate_all()
        logs = self.env["campaign.master.sync.log"].search_count([])
        with self.assertQueryCount(A_HANDFUL):
            self.run_cron()
        self.assertEqual(self.calls(), {})
        self.assertEqual(self.env["campaign.master.sync.log"].search_count([]), logs)

    def test_idle_minute_takes_no_more_queries_with_many_campaigns(self):
        for number in range(5):
            self.synced_campaign(self.contacts(2), title=f"Campaign {number}")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(A_HANDFUL):
            self.run_cron()

    def test_log_in_is_kept_from_minute_to_minute(self):
        campaign = self.synced_campaign()
        for person in self.contacts(3):
            self.add(campaign, person)
            self.run_cron()
        self.assertEqual(self.calls(), {"addListRecipients": 3})

    def test_token_that_ended_is_renewed_once(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(2))
        self.control.expire_tokens()
        self.run_cron()
        self.assertEqual(self.calls(), {"addListRecipients": 2, "authenticate": 1})
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_campaigns_take_turns(self):
        campaigns = [self.synced_campaign(title=title) for title in ("First", "Second")]
        for campaign in campaigns:
            people = self.bulk_contacts(1_200, campaign.title)
            self.add(campaign, self.env["res.partner"].browse(people))
        self.run_cron()
        sizes = [call["items"] for call in self.control.calls("addListRecipients")]
        self.assertEqual(sizes, [1_000, 1_000, 200, 200])

    def test_failure_is_retried_ever_more_seldom(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contact())
        self.control.delete_list(self.customers)
        waits = []
        for _attempt in range(12):
            self.retry_now(campaign)
            started = fields.Datetime.now()
            self.run_cron()
            waits.append(campaign.cm_retry_at - started)
        self.assertEqual(waits[0] // timedelta(seconds=50), 1)
        for earlier, later in pairwise(waits):
            self.assertGreaterEqual(later + timedelta(seconds=2), earlier)
        self.assertGreater(waits[4], 8 * waits[0])
        self.assertLessEqual(waits[-1], timedelta(hours=6, seconds=2))
        since = campaign.cm_failed_since
        self.control.clear_calls()
        self.run_cron()
        self.assertEqual(self.calls(), {}, "it is not its turn yet")
        self.assertEqual(campaign.cm_failed_since, since)

    def test_good_run_clears_the_problem(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contact())
        self.control.set_fault("service_unavailable")
        self.run_cron()
        self.assertIn("status 503", campaign.cm_sync_error)
        self.control.clear_faults()
        self.retry_now(campaign)
        self.run_cron()
        self.assertFalse(campaign.cm_sync_error or campaign.cm_failed_since or campaign.cm_retry_at)
        self.assertEqual(campaign.cm_failure_count, 0)
        self.assertEqual(self.account.connection_state, "connected")

    def test_one_campaign_that_fails_does_not_stop_the_others(self):
        bad = self.synced_campaign(title="Bad")
        bad.cm_list_id = self.choice("list", self.newsletter)
        self.control.delete_list(self.newsletter)
        good = self.synced_campaign(title="Good")
        self.add(bad, self.contact("bad@example.com"))
        self.add(good, self.contact("good@example.com"))
        self.run_cron()
        self.assertTrue(bad.cm_sync_error)
        self.assertEqual(self.states(good), {"added": 1})

    def test_internal_error_of_one_campaign_does_not_stop_the_others(self):
        campaigns = [self.synced_campaign(title=title) for title in ("Bad", "Good")]
        for campaign in campaigns:
            self.add(campaign, self.contact(f"{campaign.title}@example.com"))
        self.control.set_fault(
            "server_error", operation="addListRecipients", contains="bad@example.com"
        )
        self.run_cron()
        bad, good = campaigns
        self.assertIn("status 500", bad.cm_sync_error)
        self.assertEqual(self.states(good), {"added": 1})

    def test_server_that_fails_for_all_is_not_asked_for_each(self):
        campaigns = [self.synced_campaign(title=f"Campaign {number}") for number in range(5)]
        for campaign in campaigns:
            self.add(campaign, self.contact(f"{campaign.id}@example.com"))
        self.control.set_fault("server_error")
        self.run_cron()
        self.assertEqual(self.calls(), {"addListRecipients": 3})

    def test_collisions_that_never_end_are_told_and_tried_again(self):
        campaign = self.synced_campaign(title="Crowded")
        self.add(campaign, self.contact())
        original = type(campaign)._cm_reasons_against_sync

        def collide(self):
            raise SerializationFailure("could not serialize access due to concurrent update")

        self.patch(type(campaign), "_cm_reasons_against_sync", collide)
        self.run_cron()
        self.assertIn("Others changed this campaign", campaign.cm_sync_error)
        self.patch(type(campaign), "_cm_reasons_against_sync", original)
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 1})
        self.assertFalse(campaign.cm_sync_error)

    def test_unexpected_error_is_told_without_its_text(self):
        campaign = self.synced_campaign(title="Bad")
        self.add(campaign, self.contact())
        original = type(campaign)._cm_reasons_against_sync

        def broken(self):
            raise ZeroDivisionError("a secret detail")

        self.patch(type(campaign), "_cm_reasons_against_sync", broken)
        with self.assertLogs("odoo.addons.campaign_master_connector", "ERROR"):
            self.run_cron()
        self.assertIn("Something unexpected", campaign.cm_sync_error)
        self.assertNotIn("secret", campaign.cm_sync_error)
        self.patch(type(campaign), "_cm_reasons_against_sync", original)
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 1})

    def test_old_rows_of_the_log_are_removed(self):
        campaign = self.synced_campaign()
        row = self.env["campaign.master.sync.log"].search([("campaign_id", "=", campaign.id)])
        for days, stays in ((29, True), (31, False)):
            self.env.cr.execute(
                "UPDATE campaign_master_sync_log SET create_date = NOW() - %s * INTERVAL '1 day'",
                [days],
            )
            row.invalidate_recordset()
            self.env["campaign.master.sync.log"]._gc_old_rows()
            self.assertEqual(bool(row.exists()), stays)

    def test_text_for_support_names_nobody(self):
        person = self.contact("jane@private.example", name="Jane Private")
        campaign = self.synced_campaign(person, title="Birthday of Jane Private")
        self.control.refuse("@private.example", "jane@private.example is refused.")
        self.control.set_fault("validation", operation="addListRecipients")
        person.email = "jane.new@private.example"
        self.run_cron()
        self.control.clear_faults()
        self.control.set_fault("server_error")
        campaign.action_cm_sync()
        logs = self.env["campaign.master.sync.log"].search([("campaign_id", "=", campaign.id)])
        text = "".join(logs.mapped("support_text"))
        self.assertIn(campaign.cm_reference, text)
        self.assertIn("error: ", text)
        for word in ("Jane", "private", "Birthday"):
            self.assertNotIn(word, text)
