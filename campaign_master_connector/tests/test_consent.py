"""Whose consent it is: of the person and the address of then, whatever is merged or corrected."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..campaign_master_api import AddAnswer, CampaignMasterClient
from .common import CampaignMasterCase
from .recipient_statistics_common import RecipientStatisticsCase

ALL_LEAVE = {"hard_bounce": 0, "soft_bounce": 0, "open": 1, "unsubscribe": 1}


class ConsentCase(RecipientStatisticsCase):
    def leaves(self, campaign, *emails):
        """These of the list unsubscribe; the server forgets it at once, so Odoo's memory counts."""
        others = set(self.on_list()) - set(emails)
        self.control.remove_from_list(self.customers, sorted(others))
        self.launch(campaign, rates=ALL_LEAVE)
        self.pull(campaign)
        for email in self.control.account_state()["suppressions"]:
            self.control.lift_suppression(email)

    def state_later(self, person):
        """What the person becomes in a campaign of later."""
        return self.add(self.make_campaign(title="Later"), person).state


@tagged("post_install", "-at_install")
class TestPersonOfThen(ConsentCase):
    def setUp(self):
        super().setUp()
        self.old = self.contact("old@example.com")
        self.new = self.contact("new@example.com")
        self.opportunity = self.lead("old@example.com", partner_id=self.old.id)
        self.campaign = self.synced_campaign(self.opportunity)

    def assertOldAloneLeft(self):
        self.assertEqual(self.state_later(self.new), "pending")
        self.new.email = "newest@example.com"
        self.assertEqual(self.state_later(self.new), "pending")
        self.assertEqual(self.state_later(self.old), "opted_out")
        self.old.email = "elsewhere@example.com"
        self.assertEqual(self.state_later(self.old), "opted_out")
        self.assertEqual(self.state_later(self.opportunity), "opted_out")
        another = self.lead("another@example.com", partner_id=self.new.id)
        self.assertEqual(self.state_later(another), "pending")

    def test_customer_who_is_corrected_after_the_opt_out_did_not_leave(self):
        self.leaves(self.campaign, "old@example.com")
        self.opportunity.partner_id = self.new
        self.assertOldAloneLeft()

    def test_customer_who_is_corrected_before_the_opt_out_comes_did_not_leave(self):
        self.opportunity.partner_id = self.new
        self.assertEqual(self.opportunity.email_from, "new@example.com")
        self.leaves(self.campaign, "old@example.com")
        self.assertOldAloneLeft()

    def test_customer_without_an_address_who_takes_over_did_not_leave(self):
        self.new.email = False
        self.opportunity.partner_id = self.new
        self.assertEqual(self.opportunity.email_from, "old@example.com")
        self.leaves(self.campaign, "old@example.com")
        self.new.email = "new@example.com"
        self.assertEqual(self.state_later(self.new), "pending")
        self.assertEqual(self.state_later(self.old), "opted_out")

    def test_figures_of_later_days_do_not_mark_the_corrected_customer(self):
        self.leaves(self.campaign, "old@example.com")
        self.opportunity.partner_id = self.new
        self.campaign.cm_recipient_statistics_after = False
        self.pull(self.campaign)
        self.assertOldAloneLeft()

    def test_new_customer_who_leaves_leaves_alone(self):
        self.opportunity.partner_id = self.new
        self.run_cron()
        self.leaves(self.campaign, "new@example.com")
        self.assertEqual(self.state_later(self.new), "opted_out")
        self.assertEqual(self.state_later(self.old), "pending")

    def test_deleting_the_opportunity_marks_nobody_else(self):
        self.leaves(self.campaign, "old@example.com")
        self.opportunity.partner_id = self.new
        self.opportunity.unlink()
        self.assertEqual(self.state_later(self.new), "pending")
        self.assertEqual(self.state_later(self.old), "opted_out")

    def test_first_contact_of_a_lead_is_the_person_unless_the_address_is_another(self):
        for number, (has_email, is_same) in enumerate(((True, True), (False, True), (True, False))):
            with self.subTest(has_email=has_email, is_same=is_same):
                address = f"first-{number}@example.com"
                lead = self.lead(address)
                campaign = self.synced_campaign(lead, title=address)
                self.leaves(campaign, address)
                contact = self.contact(has_email and (address if is_same else "b@example.com"))
                lead.partner_id = contact
                contact.email = f"moved-{number}@example.com"
                state = "opted_out" if is_same else "pending"
                self.assertEqual(self.state_later(contact), state)

    def test_contact_that_a_lead_becomes_before_the_opt_out_comes_left_too(self):
        lead = self.lead("lead@example.com", contact_name="Person")
        campaign = self.synced_campaign(lead, title="Lead")
        lead.convert_opportunity(False)
        lead.partner_id = lead._create_customer()
        self.leaves(campaign, "lead@example.com")
        lead.partner_id.email = "moved@example.com"
        self.assertEqual(self.state_later(lead.partner_id), "opted_out")

    def test_merged_leads_are_one_person_with_the_contact_of_one(self):
        first, second = self.lead("first@example.com"), self.lead("other@example.com")
        second.partner_id = self.contact("other@example.com")
        campaign = self.synced_campaign(first, title="Leads")
        self.leaves(campaign, "first@example.com")
        kept = (first | second).merge_opportunity()
        self.assertTrue(kept.partner_id)
        self.assertEqual(self.state_later(kept.partner_id), "opted_out")


@tagged("post_install", "-at_install")
class TestMergedInFlight(ConsentCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.synced_campaign()

    def as_seen_before(self, change):
        """``change`` as of a transaction that began before the batch was marked in flight."""
        self.campaign.flush_recordset()
        names = ("cm_in_flight_first_id", "cm_in_flight_last_id")
        [marks] = self.campaign.read(names)
        self.assertTrue(marks["cm_in_flight_last_id"])
        self.mark(0, 0)
        change()
        self.env.flush_all()
        self.mark(*(marks[name] for name in names))

    def mark(self, first, last):
        self.env.cr.execute(
            SQL(
                "UPDATE utm_campaign SET cm_in_flight_first_id = %s, cm_in_flight_last_id = %s "
                "WHERE id = %s",
                first,
                last,
                self.campaign.id,
            )
        )
        self.campaign.invalidate_recordset()

    def merge(self, source, target):
        if source._name == "crm.lead":
            (target | source).merge_opportunity()
        else:
            wizard = self.env["base.partner.merge.automatic.wizard"]
            wizard._merge((source | target).ids, target, extra_checks=False)

    def push_and_merge(self, source, target):
        """The merge is committed while Campaign Master is at the batch."""
        with self.while_sending(lambda: self.as_seen_before(lambda: self.merge(source, target))):
            self.run_cron()

    def pairs(self):
        for make in (self.contact, self.lead):
            name = make.__name__
            source, target = make(f"source-{name}@example.com"), make(f"target-{name}@example.com")
            if name == "lead":
                # The one that is further stays.
                target.type = "opportunity"
            yield source, target

    def test_address_that_was_sent_is_kept(self):
        for source, target in self.pairs():
            with self.subTest(model=source._name):
                address = source.email_normalized
                self.add(self.campaign, source | target)
                self.push_and_merge(source, target)
                self.assertIn(address, self.on_list())
                recipient = self.recipients(self.campaign, target)
                self.assertIn(address, recipient.former_address_ids.mapped("email"))
                seller = self.make_user(f"seller-{target._name}", "sales_team.group_sale_manager")
                with self.assertRaisesRegex(Exception, "on the Campaign Master list already"):
                    recipient.with_user(seller).unlink()

    def test_opt_out_of_it_reaches_the_person(self):
        for source, target in self.pairs():
            with self.subTest(model=source._name):
                campaign = self.campaign = self.synced_campaign(title=source._name)
                address = source.email_normalized
                self.add(campaign, source | target)
                self.push_and_merge(source, target)
                self.leaves(campaign, address)
                target[target._primary_email] = f"moved-{target._name}@example.com"
                self.assertEqual(self.recipients(campaign, target).state, "opted_out")
                self.assertEqual(self.state_later(target), "opted_out")

    def test_answer_that_it_left_reaches_the_person(self):
        source, target = self.contact("source@example.com"), self.contact("target@example.com")
        self.control.suppress(["source@example.com"])
        self.add(self.campaign, source | target)
        self.push_and_merge(source, target)
        target.email = "moved@example.com"
        self.assertEqual(self.state_later(target), "opted_out")

    def test_address_whose_result_is_not_told_is_kept(self):
        original = CampaignMasterClient.add_list_recipients
        for name, told in (("empty", []), ("some", [-1])):
            with self.subTest(told=name):
                source = self.contact(f"source-{name}@example.com")
                target = self.contact(f"target-{name}@example.com")
                self.add(self.campaign, source | target)

                def add(client, list_id, recipients, told=tuple(told)):
                    answer = original(client, list_id, recipients)
                    results = [None] * len(answer.results)
                    for place in told:
                        results[place] = answer.results[place]
                    return AddAnswer(results, answer.lost_an_answer, is_empty=not told)

                with patch.object(CampaignMasterClient, "add_list_recipients", add):
                    self.push_and_merge(source, target)
                self.assertIn(f"source-{name}@example.com", self.on_list())
                [former] = self.recipients(self.campaign, target).former_address_ids
                self.assertEqual(former.email, f"source-{name}@example.com")
                self.assertFalse(former.sudo().merged_recipient_id, "it is known to have been sent")

    def test_who_only_waited_can_still_be_removed(self):
        source, target = self.contact("source@example.com"), self.contact("target@example.com")
        waiting = self.make_campaign(title="Waiting")
        self.add(waiting, source | target)
        self.merge(source, target)
        recipient = waiting.cm_recipient_ids
        recipient.with_user(self.make_user("seller", "sales_team.group_sale_manager")).unlink()
        self.assertFalse(recipient.exists())


@tagged("post_install", "-at_install")
class TestBlacklistByTheMinute(CampaignMasterCase):
    def blacklisted(self, *people):
        addresses = [person[person._primary_email] for person in people]
        rows = self.env["mail.blacklist"].create([{"email": address} for address in addresses])
        campaign = self.synced_campaign(*people)
        self.assertEqual(set(campaign.cm_recipient_ids.mapped("state_reason")), {"blacklisted"})
        return campaign, rows

    def test_who_is_taken_off_is_added_without_a_click(self):
        def by_sql(rows):
            self.env.flush_all()
            self.env.cr.execute("DELETE FROM mail_blacklist WHERE id IN %s", [tuple(rows.ids)])

        ways = {
            "archive": lambda rows: rows.write({"active": False}),
            "unlink": lambda rows: rows.unlink(),
            "remove": lambda rows: [rows._remove(email) for email in rows.mapped("email")],
            "rename": lambda rows: rows.write({"email": "somebody@example.com"}),
            "sql": by_sql,
        }
        for name, way in ways.items():
            with self.subTest(way=name):
                campaign, rows = self.blacklisted(self.contact(f"joerg-{name}@müller.de"))
                way(rows)
                self.run_cron()
                self.assertEqual(campaign.cm_recipient_ids.state, "added")

    def test_lead_of_a_campaign_that_waits_for_its_first_sync_is_pending(self):
        lead = self.lead()
        row = self.env["mail.blacklist"].create({"email": "lead-1@example.com"})
        recipient = self.add(self.make_campaign(), lead)
        self.run_cron()
        self.assertEqual(recipient.state_reason, "blacklisted")
        row.active = False
        self.run_cron()
        self.assertEqual((recipient.state, recipient.state_reason), ("pending", False))

    def test_who_is_put_on_it_while_waiting_is_not_sent(self):
        campaign = self.synced_campaign()
        recipient = self.add(campaign, self.contact())
        self.env["mail.blacklist"]._add("PERSON-1@example.com")
        self.run_cron()
        self.assertEqual(recipient.state_reason, "blacklisted")
        self.assertEqual(self.on_list(), [])

    def test_minute_with_people_on_the_blacklist_stays_cheap(self):
        campaign, _rows = self.blacklisted(*self.contacts(5))
        self.run_cron()
        self.env.flush_all()
        self.env.invalidate_all()
        self.control.clear_calls()
        with self.assertQueryCount(5):
            self.run_cron()
        self.assertEqual(self.calls(), {})
        self.assertEqual(self.states(campaign), {"excluded": 5})


@tagged("post_install", "-at_install")
class TestLeadOrContact(ConsentCase):
    @contextmanager
    def assertRefused(self):
        with self.assertRaises(ValidationError) as refused:
            yield
        self.assertIn("either a lead or a contact", str(refused.exception))

    def test_lead_and_contact_at_once_are_refused(self):
        campaign, lead, contact = self.make_campaign(), self.lead(), self.contact()
        both = {"campaign_id": campaign.id, "lead_id": lead.id, "partner_id": contact.id}
        seller = self.make_user("seller", "sales_team.group_sale_manager")
        recipients = self.env["campaign.master.recipient"]
        for model in (recipients, recipients.with_user(seller)):
            with self.assertRefused():
                model.create(both)
        by_default = recipients.with_user(seller).with_context(default_partner_id=contact.id)
        with self.assertRefused():
            by_default.create({"campaign_id": campaign.id, "lead_id": lead.id})
        recipient = self.add(campaign, lead)
        with self.assertRefused():
            recipient.sudo().partner_id = contact
        names = ["campaign_id/.id", "lead_id/.id", "partner_id/.id"]
        row = [str(campaign.id), str(self.lead("lead-2@example.com").id), str(contact.id)]
        [message] = recipients.with_user(seller).load(names, [row])["messages"]
        self.assertIn("either a lead or a contact", message["message"])

    def test_contact_of_a_lead_is_judged_whoever_else_is_named(self):
        gone, other = self.contact("gone@example.com"), self.contact("other@example.com")
        campaign = self.synced_campaign(gone, title="That they left")
        self.leaves(campaign, "gone@example.com")
        lead = self.lead("lead@example.com", partner_id=gone.id)
        lead.email_from = "lead@example.com"
        recipient = self.add(self.make_campaign(title="Later"), self.lead("else@example.com"))
        # As an earlier version let it be.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE campaign_master_recipient SET lead_id = %s, partner_id = %s WHERE id = %s",
                lead.id,
                other.id,
                recipient.id,
            )
        )
        self.env.invalidate_all()
        recipient.modified(["lead_id"])
        self.assertEqual(recipient.state, "opted_out")
