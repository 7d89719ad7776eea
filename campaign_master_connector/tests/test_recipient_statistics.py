"""Individual statistics: exact rows, matched addresses, nothing written twice."""

import hashlib
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .recipient_statistics_common import ALL_OPEN, FIGURES, MOMENTS, RecipientStatisticsCase, moment


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
        self.assertLessEqual(campaign.cm_recipient_statistics_after, before - timedelta(minutes=5))

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

    def test_who_unsubscribed_keeps_figures_after_a_change_of_address_too(self):
        person = self.contact("left@example.com")
        campaign = self.synced_campaign(person)
        self.launch(campaign, rates=ALL_OPEN | {"unsubscribe": 1})
        self.control.advance_clock(days=1)
        self.pull(campaign)
        recipient = campaign.cm_recipient_ids
        self.assertEqual(recipient.state, "opted_out")
        person.email = "moved@example.com"
        recipient.write({"total_opens": 0})
        self.env.flush_all()
        campaign.cm_recipient_statistics_after = False
        self.pull(campaign)
        self.assertGreater(recipient.total_opens, 0)
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
        self.assertEqual(recipient.total_opens, max(row["totalOpens"] for row in rows.values()))
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
        # Who has the table alone can't try addresses out on it.
        for email in self.on_list():
            for digest_of in (hashlib.md5, hashlib.sha1, hashlib.sha256):
                self.assertNotIn(digest_of(email.encode()).hexdigest(), stored)

    def test_address_that_is_told_in_another_spelling_finds_its_recipient(self):
        contact = self.contact("joerg@müller.de")
        campaign = self.synced_campaign(contact)
        self.launch(campaign, rates=ALL_OPEN)
        for opens, told in enumerate(("joerg@müller.de", "JOERG@XN--MLLER-KVA.DE"), 2):
            with self.answering(campaign, {"email": told, "totalOpens": opens}):
                self.pull(campaign)
            self.assertEqual(campaign.cm_recipient_ids.total_opens, opens)
        self.assertEqual(campaign.cm_unknown_address_count, 0)

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
