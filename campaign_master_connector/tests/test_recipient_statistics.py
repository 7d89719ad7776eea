"""Individual statistics: exact rows, matched addresses, pages, resuming, nothing written twice."""

from datetime import timedelta
from unittest.mock import patch

import responses
from odoo import fields
from odoo.tests import tagged

from ..campaign_master_api import endpoints
from .common import CampaignMasterCase

RATES = {
    "hard_bounce": 0.05,
    "soft_bounce": 0.05,
    "open": 0.6,
    "click": 0.3,
    "forward": 0.1,
    "unsubscribe": 0.1,
}
ALL_OPEN = dict.fromkeys(RATES, 0) | {"open": 1}
FIGURES = {
    "totalOpens": "total_opens",
    "totalClicks": "total_clicks",
    "totalForwards": "total_forwards",
    "totalUnsubscribes": "total_unsubscribes",
    "bounced": "bounced",
}
MOMENTS = {
    "firstOpen": "first_open",
    "lastOpen": "last_open",
    "firstClick": "first_click",
    "lastClick": "last_click",
}


def moment(value):
    return value and f"{value:%Y-%m-%dT%H:%M:%S}"


def days_ago(days):
    return f"{fields.Datetime.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


class RecipientStatisticsCase(CampaignMasterCase):
    def launch(self, campaign, **order):
        order.setdefault("rates", RATES)
        self.control.launch(campaign.cm_external_id, self.customers, **order)

    def pull(self, campaigns):
        """One run of the morning's schedule; the results' log row of the last campaign."""
        campaigns.write({"cm_retry_at": False, "cm_recipient_statistics_at": False})
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()

    def here(self, campaign):
        return {
            one.email: {key: one[name] for key, name in FIGURES.items()}
            | {key: moment(one[name]) or None for key, name in MOMENTS.items()}
            for one in campaign.cm_recipient_ids
        }

    def there(self, campaign):
        return {
            row["email"]: {key: row[key] for key in FIGURES}
            | {key: row[key] and row[key][:19] for key in MOMENTS}
            for row in self.control.campaign_recipients(campaign.cm_external_id)
        }

    def small_pages(self, size):
        patched = patch.object(endpoints, "MAX_PAGE_SIZE", size)
        patched.start()
        self.addCleanup(patched.stop)

    def answering(self, campaign, *rows, last=True, page=1):
        """A server that answers the first page of individual statistics with ``rows``."""
        complete = {key: 0 for key in FIGURES} | dict.fromkeys(MOMENTS) | {"bounced": False}
        server = responses.RequestsMock()
        server.get(
            f"{self.account.api_url}/api/v1/campaigns/{campaign.cm_external_id}/recipients",
            json={
                "currentPage": page,
                "isLastPage": last,
                "recipients": [
                    {k: v for k, v in (complete | row).items() if v != "missing"} for row in rows
                ],
            },
        )
        return server


@tagged("post_install", "-at_install")
class TestRecipientStatistics(RecipientStatisticsCase):
    def test_every_row_is_that_of_campaign_master(self):
        campaign = self.synced_campaign(self.contacts(200), cm_reference="known-reference")
        self.launch(campaign, seed=3)
        self.pull(campaign)
        self.assertEqual(self.here(campaign), self.there(campaign))
        for name in (*FIGURES.values(), *MOMENTS.values()):
            self.assertTrue(any(campaign.cm_recipient_ids.mapped(name)), name)
        self.assertEqual(
            sum(campaign.cm_recipient_ids.mapped("total_opens")),
            self.control.campaign(campaign.cm_external_id)["statistics"]["totalOpens"],
        )
        self.assertTrue(campaign.cm_recipient_statistics_at)
        self.assertEqual(self.calls(), {"listCampaignRecipients": 1})

    def test_pages_of_a_thousand_take_one_call_each(self):
        campaign = self.synced_campaign()
        self.control.populate_campaign(campaign.cm_external_id, 2_100, rates=ALL_OPEN)
        self.pull(campaign)
        self.assertEqual(self.calls(), {"listCampaignRecipients": 3})
        self.assertEqual(campaign.cm_unknown_address_count, 2_100)

    def test_second_run_asks_only_for_what_changed_and_writes_nothing(self):
        campaign = self.synced_campaign(self.contacts(50))
        self.launch(campaign)
        self.pull(campaign)
        first = self.here(campaign)
        self.env.flush_all()
        self.env.cr.execute("UPDATE campaign_master_recipient SET write_date = '2020-01-01'")
        self.env.invalidate_all(flush=False)
        self.pull(campaign)
        self.assertEqual(self.here(campaign), first)
        self.assertEqual(
            {str(one) for one in campaign.cm_recipient_ids.mapped("write_date")},
            {"2020-01-01 00:00:00"},
        )
        queries = [call["query"] for call in self.control.calls("listCampaignRecipients")]
        self.assertNotIn("updatedAfter", queries[0])
        self.assertIn("updatedAfter", queries[1])

    def test_runs_overlap_so_that_nothing_falls_between_them(self):
        campaign = self.synced_campaign(self.contacts(1))
        before = fields.Datetime.now()
        self.pull(campaign)
        self.assertLessEqual(
            campaign.cm_recipient_statistics_after, before - timedelta(minutes=5)
        )

    def test_later_reactions_come_with_the_next_run(self):
        campaign = self.synced_campaign(self.contacts(30))
        self.control.freeze_clock()
        self.addCleanup(self.control.freeze_clock, False)
        self.launch(campaign, speed=1, rates=ALL_OPEN)
        self.control.advance_clock(minutes=30)
        self.pull(campaign)
        early = sum(campaign.cm_recipient_ids.mapped("total_opens"))
        self.control.advance_clock(hours=40)
        self.pull(campaign)
        self.assertEqual(self.here(campaign), self.there(campaign))
        self.assertGreater(sum(campaign.cm_recipient_ids.mapped("total_opens")), early)

    def test_contact_and_lead_that_share_an_address_both_get_the_figures(self):
        contact, lead = self.contact("shared@example.com"), self.lead("shared@example.com")
        campaign = self.synced_campaign(contact, lead)
        self.launch(campaign, rates=ALL_OPEN)
        self.pull(campaign)
        for person in (contact, lead):
            self.assertGreater(self.recipients(campaign, person).total_opens, 0)
        self.assertEqual(campaign.cm_unknown_address_count, 0)

    def test_address_that_changed_after_the_launch_keeps_its_figures(self):
        contact = self.contact("old@example.com")
        campaign = self.synced_campaign(contact)
        self.launch(campaign, rates=ALL_OPEN)
        contact.email = "new@example.com"
        self.env.flush_all()
        self.pull(campaign)
        recipient = campaign.cm_recipient_ids
        self.assertEqual(recipient.email, "new@example.com")
        self.assertEqual(
            recipient.total_opens, self.there(campaign)["old@example.com"]["totalOpens"]
        )
        self.assertEqual(campaign.cm_unknown_address_count, 0)

    def test_figures_of_both_addresses_never_go_back(self):
        contact = self.contact("old@example.com")
        campaign = self.synced_campaign(contact)
        contact.email = "new@example.com"
        self.run_cron()
        self.launch(campaign, rates=ALL_OPEN)
        self.pull(campaign)
        rows = self.there(campaign)
        recipient = campaign.cm_recipient_ids
        self.assertEqual(
            recipient.total_opens, max(row["totalOpens"] for row in rows.values())
        )
        self.assertEqual(moment(recipient.first_open), min(r["firstOpen"] for r in rows.values()))
        self.assertEqual(moment(recipient.last_open), max(r["lastOpen"] for r in rows.values()))

    def test_address_matches_however_it_is_spelled_there(self):
        self.control.add_to_list(self.customers, ["Person-1@Example.COM"])
        campaign = self.synced_campaign(self.contacts(1))
        self.assertEqual(campaign.cm_recipient_ids.state, "exists")
        self.launch(campaign, rates=ALL_OPEN)
        self.pull(campaign)
        self.assertGreater(campaign.cm_recipient_ids.total_opens, 0)
        self.assertEqual(campaign.cm_unknown_address_count, 0)

    def test_unknown_addresses_are_counted_once_and_not_created(self):
        self.control.populate_list(self.customers, 7)
        campaign = self.synced_campaign(self.contacts(2))
        people = self.env["res.partner"].search_count([])
        self.launch(campaign, rates=ALL_OPEN)
        for _run in range(2):
            self.pull(campaign)
            self.assertEqual(campaign.cm_unknown_address_count, 7)
        self.assertEqual(len(campaign.cm_recipient_ids), 2)
        self.assertEqual(self.env["res.partner"].search_count([]), people)
        stored = self.env["campaign.master.unknown.address"].search([]).mapped("digest")
        self.assertFalse([digest for digest in stored if "@" in digest])

    def test_who_becomes_a_recipient_later_gets_what_happened_before(self):
        self.control.add_to_list(self.customers, ["late@example.com", "stranger@example.com"])
        campaign = self.synced_campaign(self.contacts(1))
        self.launch(campaign, rates=ALL_OPEN)
        self.pull(campaign)
        self.assertEqual(campaign.cm_unknown_address_count, 2)
        late = self.add(campaign, self.contact("late@example.com"))
        self.run_cron()
        self.pull(campaign)
        self.assertGreater(late.total_opens, 0)
        self.assertEqual(campaign.cm_unknown_address_count, 1)

    def test_same_person_in_two_campaigns_has_figures_of_each(self):
        contact = self.contact()
        first = self.synced_campaign(contact, title="First")
        second = self.synced_campaign(contact, title="Second")
        self.launch(first, rates=ALL_OPEN)
        self.pull(first | second)
        self.assertGreater(self.recipients(first, contact).total_opens, 0)
        self.assertEqual(self.recipients(second, contact).total_opens, 0)


@tagged("post_install", "-at_install")
class TestBrokenRecipientStatistics(RecipientStatisticsCase):
    def test_run_that_breaks_in_the_middle_goes_on_where_it_broke(self):
        campaign = self.synced_campaign(self.contacts(45))
        self.small_pages(10)
        self.launch(campaign)
        self.control.set_fault(
            "malformed_json", operation="listCampaignRecipients", skip=2, count=1
        )
        self.pull(campaign)
        self.assertTrue(campaign.cm_sync_error)
        self.assertFalse(campaign.cm_recipient_statistics_at)
        self.pull(campaign)
        self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(self.here(campaign), self.there(campaign))
        pages = [
            call["query"].partition("page=")[2].partition("&")[0]
            for call in self.control.calls("listCampaignRecipients")
        ]
        self.assertEqual(pages, ["1", "2", "3", "3", "4", "5"])

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

    def test_broken_page_writes_nothing_of_it_and_is_told(self):
        campaign = self.synced_campaign(self.contacts(2))
        campaign.cm_sent_at = fields.Datetime.now() - timedelta(days=2)
        good = {"email": "person-1@example.com", "totalOpens": 3}
        for broken in (
            {"email": "person-2@example.com", "totalOpens": -1},
            {"email": "person-2@example.com", "totalOpens": "3"},
            {"email": "person-2@example.com", "totalOpens": "missing"},
            {"email": "person-2@example.com", "bounced": "yes"},
            {"email": 17},
            {"email": "missing"},
            {"email": "person-2@example.com", "firstOpen": "1970-01-01T00:00:00Z"},
            {"email": "person-2@example.com", "lastOpen": "2099-01-01T00:00:00Z"},
            {"email": "person-2@example.com", "firstOpen": days_ago(1).removesuffix("Z")},
            {"email": "person-2@example.com", "firstClick": days_ago(3)},
            {"email": "person-2@example.com", "lastOpen": days_ago(3)},
        ):
            with self.subTest(broken=broken):
                campaign.cm_sync_error = False
                with self.answering(campaign, good, broken):
                    self.pull(campaign)
                self.assertTrue(campaign.cm_sync_error)
                self.assertFalse(any(campaign.cm_recipient_ids.mapped("total_opens")))
                self.assertFalse(campaign.cm_recipient_statistics_at)

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

    def test_wrong_page_repeated_page_and_endless_pages_are_told(self):
        campaign = self.synced_campaign(self.contacts(1))
        row = {"email": "person-1@example.com", "totalOpens": 2}
        for last, page in ((True, 2), (False, 1)):
            with self.subTest(last=last, page=page):
                campaign.write({"cm_sync_error": False, "cm_recipient_statistics_page": 0})
                with self.answering(campaign, row, last=last, page=page):
                    self.pull(campaign)
                self.assertTrue(campaign.cm_sync_error)
                self.assertFalse(campaign.cm_recipient_statistics_at)

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
