"""Individual statistics that break off or can't be true: resumed, refused, told."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .recipient_statistics_common import ALL_OPEN, RecipientStatisticsCase, days_ago


@tagged("post_install", "-at_install")
class TestBrokenRecipientStatistics(RecipientStatisticsCase):
    def pages(self):
        """The numbers of the pages that were asked for."""
        calls = self.control.calls("listCampaignRecipients")
        return [call["query"].partition("page=")[2].partition("&")[0] for call in calls]

    def test_broken_page_stops_no_other_page_and_is_asked_for_again(self):
        campaign = self.synced_campaign(self.contacts(45))
        self.small_pages(10)
        self.launch(campaign, rates=ALL_OPEN | {"unsubscribe": 1})
        self.control.set_fault(
            "malformed_json", operation="listCampaignRecipients", skip=2, count=1
        )
        self.pull(campaign)
        self.assertEqual(self.pages(), ["1", "2", "3", "4", "5"])
        self.assertIn("can't be used", campaign.cm_sync_error.replace("cannot", "can't"))
        self.assertFalse(campaign.cm_recipient_statistics_at)
        self.assertEqual(self.states(campaign), {"opted_out": 35, "added": 10})
        self.control.clear_calls()
        self.pull(campaign)
        self.assertEqual(self.pages(), ["3", "4", "5"])
        self.assertFalse(campaign.cm_sync_error)
        self.assertTrue(campaign.cm_recipient_statistics_at)
        self.assertEqual(self.here(campaign), self.there(campaign))

    def test_pages_that_are_all_broken_are_given_up_soon(self):
        campaign = self.synced_campaign(self.contacts(45))
        self.small_pages(1)
        self.launch(campaign)
        self.control.set_fault("malformed_json", operation="listCampaignRecipients")
        self.pull(campaign)
        self.assertEqual(self.pages(), ["1", "2", "3"])
        self.assertEqual(campaign.cm_recipient_statistics_page, 1)

    def test_broken_page_of_a_run_that_has_no_time_left_is_no_endless_task(self):
        campaign = self.synced_campaign(self.contacts(45))
        self.small_pages(10)
        self.launch(campaign)
        self.control.set_fault("malformed_json", operation="listCampaignRecipients", count=1)
        triggers = self.env["ir.cron.trigger"].search_count([])
        with patch(
            "odoo.addons.campaign_master_connector.services.transaction.commit_progress",
            return_value=0,
        ):
            self.pull(campaign)
        self.assertEqual(self.pages(), ["1", "2"])
        self.assertEqual(campaign.cm_recipient_statistics_page, 1)
        self.assertTrue(campaign.cm_retry_at)
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers)

    def test_run_that_breaks_in_the_middle_goes_on_where_it_broke(self):
        campaign = self.synced_campaign(self.contacts(45))
        self.small_pages(10)
        self.launch(campaign)
        self.control.set_fault("server_error", operation="listCampaignRecipients", skip=2, count=1)
        self.pull(campaign)
        self.assertTrue(campaign.cm_sync_error)
        self.assertFalse(campaign.cm_recipient_statistics_at)
        self.pull(campaign)
        self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(self.here(campaign), self.there(campaign))
        self.assertEqual(self.pages(), ["1", "2", "3", "3", "4", "5"])

    def test_what_changed_during_a_broken_run_comes_with_the_next(self):
        campaign = self.synced_campaign(self.contacts(30))
        self.small_pages(10)
        self.control.freeze_clock()
        self.addCleanup(self.control.freeze_clock, False)
        self.launch(campaign, speed=1, rates=ALL_OPEN)
        self.control.advance_clock(hours=1)
        self.control.set_fault("server_error", operation="listCampaignRecipients", skip=1, count=1)
        self.pull(campaign)
        self.control.advance_clock(hours=40)
        self.pull(campaign)
        self.pull(campaign)
        self.assertEqual(self.here(campaign), self.there(campaign))

    def test_odd_value_costs_nothing_but_itself(self):
        campaign = self.synced_campaign(self.contacts(2))
        campaign.cm_sent_at = fields.Datetime.now() - timedelta(days=2)
        odd_one, other = campaign.cm_recipient_ids.sorted("email")
        known = {"total_opens": 2, "first_open": "2026-02-01 09:00:00", "bounced": True}
        for key, value, name in (
            ("totalOpens", -1, "total_opens"),
            ("totalOpens", "three", "total_opens"),
            ("totalOpens", None, "total_opens"),
            ("totalOpens", "missing", "total_opens"),
            ("bounced", "perhaps", "bounced"),
            ("bounced", None, "bounced"),
            ("firstOpen", "", "first_open"),
            ("firstOpen", "0001-01-01T00:00:00", "first_open"),
            ("firstOpen", "some day", "first_open"),
        ):
            with self.subTest(key=key, value=value):
                campaign.cm_recipient_ids.write({"total_opens": 0, "total_clicks": 0})
                odd_one.write(known)
                row = {"email": odd_one.email, "totalOpens": 2, "totalClicks": 5, "bounced": True}
                good = {"email": other.email, "totalOpens": 3}
                with self.answering(campaign, {**row, key: value}, good):
                    self.pull(campaign)
                self.assertFalse(campaign.cm_sync_error)
                self.assertTrue(campaign.cm_recipient_statistics_at)
                self.assertEqual((odd_one.total_clicks, other.total_opens), (5, 3))
                self.assertEqual(str(odd_one[name]), str(known[name]))
                self.assertFalse(campaign.cm_skipped_rows)

    def test_row_without_an_address_costs_that_row_and_is_told(self):
        campaign = self.synced_campaign(self.contacts(2))
        for unreadable in ({"email": None}, {"email": 17}, {"email": "missing"}):
            with self.subTest(unreadable=unreadable):
                campaign.cm_recipient_ids.write({"total_opens": 0})
                good = {"email": "person-1@example.com", "totalOpens": 3}
                with self.answering(campaign, unreadable, good, unreadable):
                    self.pull(campaign)
                self.assertFalse(campaign.cm_sync_error)
                self.assertTrue(campaign.cm_recipient_statistics_at)
                self.assertEqual(sum(campaign.cm_recipient_ids.mapped("total_opens")), 3)
                self.assertEqual(campaign.cm_skipped_rows, 2)
                log = self.env["campaign.master.sync.log"].search([], limit=1, order="id desc")
                self.assertEqual(log.skipped_rows, 2)
                self.assertIn("listCampaignRecipients email: Row left out (2)", log.deviations)
        with self.answering(campaign, {"email": "person-1@example.com"}):
            self.pull(campaign)
        self.assertFalse(campaign.cm_skipped_rows)

    def test_who_unsubscribed_is_heard_whatever_else_the_row_says(self):
        campaign = self.synced_campaign(self.contacts(3))
        campaign.cm_sent_at = fields.Datetime.now()
        odd = {"totalUnsubscribes": "1", "totalOpens": "?", "firstOpen": days_ago(3), "bounced": 2}
        with self.answering(
            campaign,
            {"email": None},
            {"email": "PERSON-1@example.com ", **odd},
            {"email": "person-2@example.com", "totalUnsubscribes": 1.0, "lastClick": "never"},
        ):
            self.pull(campaign)
        self.assertEqual(self.states(campaign), {"opted_out": 2, "added": 1})
        known = self.env["campaign.master.opt.out"].search([("account_id", "=", self.account.id)])
        self.assertEqual(
            set(known.mapped("email")), {"person-1@example.com", "person-2@example.com"}
        )

    def test_open_before_the_launch_is_an_open(self):
        """Whoever sends himself a test mail opens it before."""
        campaign = self.synced_campaign(self.contacts(1))
        campaign.cm_sent_at = fields.Datetime.now()
        row = {"email": "person-1@example.com", "totalOpens": 1, "firstOpen": days_ago(3)}
        with self.answering(campaign, row):
            self.pull(campaign)
        self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(campaign.cm_recipient_ids.total_opens, 1)
        self.assertTrue(campaign.cm_recipient_ids.first_open)

    def test_broken_page_is_told_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        campaign = self.synced_campaign(self.contacts(1))
        self.control.set_fault("malformed_json", operation="listCampaignRecipients")
        self.pull(campaign)
        self.assertIn("Antwort", campaign.cm_sync_error)

    def test_time_zones_are_understood(self):
        campaign = self.synced_campaign(self.contacts(1))
        row = {
            "email": "person-1@example.com",
            "totalOpens": 1,
            "firstOpen": "2026-03-01T11:30:00+02:00",
            "lastOpen": "2026-03-01T05:30:00-05:00",
        }
        with self.answering(campaign, row):
            self.pull(campaign)
        recipient = campaign.cm_recipient_ids
        self.assertEqual(str(recipient.first_open), "2026-03-01 09:30:00")
        self.assertEqual(str(recipient.last_open), "2026-03-01 10:30:00")

    def test_address_twice_on_a_page_is_one_person(self):
        campaign = self.synced_campaign(self.contacts(1))
        rows = [
            {"email": "person-1@example.com", "totalOpens": 2},
            {"email": "PERSON-1@example.com", "totalOpens": 3, "bounced": True},
        ]
        with self.answering(campaign, *rows):
            self.pull(campaign)
        recipient = campaign.cm_recipient_ids
        self.assertEqual((recipient.total_opens, recipient.bounced), (3, True))

    def test_page_that_is_told_for_ever_is_told(self):
        campaign = self.synced_campaign(self.contacts(1))
        row = {"email": "person-1@example.com", "totalOpens": 2}
        with self.answering(campaign, row, last=False, page=1):
            self.pull(campaign)
        self.assertTrue(campaign.cm_sync_error)
        self.assertFalse(campaign.cm_recipient_statistics_at)

    def test_page_that_is_numbered_otherwise_is_taken(self):
        campaign = self.synced_campaign(self.contacts(1))
        row = {"email": "person-1@example.com", "totalOpens": 2}
        with self.answering(campaign, row, page=2):
            self.pull(campaign)
        self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(campaign.cm_recipient_ids.total_opens, 2)

    def test_campaign_deleted_there_is_told_and_the_next_goes_on(self):
        gone = self.synced_campaign(self.contacts(1), title="Gone")
        good = self.synced_campaign(self.contact("good@example.com"), title="Good")
        self.launch(good, rates=ALL_OPEN)
        self.control.delete_campaign(gone.cm_external_id)
        self.pull(gone | good)
        self.assertIn("doesn't know the campaign", gone.cm_sync_error)
        self.assertGreater(good.cm_recipient_ids.total_opens, 0)

    def test_run_that_has_no_time_left_goes_on_later(self):
        campaign = self.synced_campaign(self.contacts(35))
        self.small_pages(10)
        self.launch(campaign)
        triggers = self.env["ir.cron.trigger"].search_count([])
        with patch(
            "odoo.addons.campaign_master_connector.services.transaction.commit_progress",
            return_value=0,
        ):
            self.pull(campaign)
        self.assertEqual(campaign.cm_recipient_statistics_page, 2)
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), triggers)
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()
        self.assertEqual(self.here(campaign), self.there(campaign))
