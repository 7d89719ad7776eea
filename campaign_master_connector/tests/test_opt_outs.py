"""Consent moves one way: who left is never put back, and Odoo's own mails stay untouched."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import CampaignMasterCase

ALL_LEAVE = {"hard_bounce": 0, "soft_bounce": 0, "open": 1, "unsubscribe": 1}
NOBODY_LEAVES = {"hard_bounce": 0, "soft_bounce": 0, "open": 1, "unsubscribe": 0}


@tagged("post_install", "-at_install")
class TestOptOuts(CampaignMasterCase):
    def pull(self, campaign):
        campaign.write({"cm_retry_at": False, "cm_recipient_statistics_at": False})
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()

    def left(self, *people):
        """A campaign that all of ``people`` unsubscribed from; the server forgets that they did.

        So nothing but Odoo's own memory keeps them off the lists from then on.
        """
        campaign = self.synced_campaign(*people, title="That they left")
        self.control.launch(campaign.cm_external_id, self.customers, rates=ALL_LEAVE)
        self.pull(campaign)
        for email in self.control.account_state()["suppressions"]:
            self.control.lift_suppression(email)
        self.assertEqual(set(campaign.cm_recipient_ids.mapped("state")), {"opted_out"})
        return campaign

    def assertStaysOff(self, person, campaign=None):
        """Neither the first nor a later campaign puts the person on a list."""
        later = self.make_campaign(title="Later")
        recipient = self.add(later, person)
        self.assertEqual(recipient.state, "opted_out")
        self.assertIn("Unsubscribed from the mailings", recipient.state_message)
        self.sync(later)
        self.run_cron()
        self.assertEqual(self.on_list(), [])

    def test_unsubscribed_recipient_is_marked(self):
        campaign = self.synced_campaign(self.contacts(3))
        self.control.launch(campaign.cm_external_id, self.customers, rates=ALL_LEAVE)
        self.pull(campaign)
        for recipient in campaign.cm_recipient_ids:
            self.assertEqual(recipient.state, "opted_out")
            self.assertTrue(recipient.opted_out)
            self.assertGreater(recipient.total_unsubscribes, 0)
        self.assertEqual(self.states(campaign), {"opted_out": 3})

    def test_nobody_is_marked_who_did_not_leave(self):
        campaign = self.synced_campaign(self.contacts(3))
        self.control.launch(campaign.cm_external_id, self.customers, rates=NOBODY_LEAVES)
        self.pull(campaign)
        self.assertEqual(self.states(campaign), {"added": 3})
        self.assertFalse(self.env["campaign.master.opt.out"].search([]))

    def test_contact_lead_and_blacklist_stay_untouched(self):
        contact, lead = self.contact(), self.lead()
        self.env.flush_all()
        blacklisted = self.env["mail.blacklist"].search([])
        before = [(one.read(["active", "is_blacklisted", "write_date"])) for one in (contact, lead)]
        self.left(contact, lead)
        self.env.flush_all()
        self.env.invalidate_all()
        after = [(one.read(["active", "is_blacklisted", "write_date"])) for one in (contact, lead)]
        self.assertEqual(after, before)
        self.assertEqual(self.env["mail.blacklist"].search([]), blacklisted)

    def test_person_is_left_out_of_later_campaigns_with_the_reason(self):
        for person in (self.contact(), self.lead()):
            with self.subTest(person=person):
                self.left(person)
                self.assertStaysOff(person)

    def test_address_is_left_out_whoever_has_it(self):
        self.left(self.contact("gone@example.com"))
        self.assertStaysOff(self.contact("GONE@example.com"))
        self.assertStaysOff(self.lead("gone@example.com"))

    def test_new_address_of_the_person_is_left_out(self):
        contact = self.contact()
        campaign = self.left(contact)
        contact.email = "new@example.com"
        self.assertEqual(campaign.cm_recipient_ids.state, "opted_out")
        self.assertStaysOff(contact)

    def test_former_address_that_left_is_left_out_whoever_has_it(self):
        contact = self.contact("former@example.com")
        campaign = self.synced_campaign(contact)
        self.control.launch(campaign.cm_external_id, self.customers, rates=ALL_LEAVE)
        contact.email = "new@example.com"
        self.env.flush_all()
        self.pull(campaign)
        self.control.lift_suppression("former@example.com")
        self.assertEqual(campaign.cm_recipient_ids.state, "opted_out")
        self.assertStaysOff(contact)
        self.assertStaysOff(self.lead("former@example.com"))

    def test_former_address_of_who_left_by_a_new_one_is_left_out_whoever_has_it(self):
        contact = self.contact("former@example.com")
        campaign = self.synced_campaign(contact)
        contact.email = "new@example.com"
        self.sync(campaign)
        self.control.remove_from_list(self.customers, ["former@example.com"])
        self.control.launch(campaign.cm_external_id, self.customers, rates=ALL_LEAVE)
        self.pull(campaign)
        self.assertEqual(campaign.cm_recipient_ids.state, "opted_out")
        self.assertStaysOff(self.lead("former@example.com"))

    def assertLeavesWithTheFormerAddress(self, campaign, contact):
        """Who was on the first list as former@ is not put on the second one as new@."""
        self.control.launch(campaign.cm_external_id, self.customers, rates=ALL_LEAVE)
        contact.email = "new@example.com"
        self.pull(campaign)
        self.control.lift_suppression("former@example.com")
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(campaign.cm_recipient_ids.state, "opted_out")
        self.assertNotIn("new@example.com", self.on_list() + self.on_list(self.newsletter))

    def test_address_on_the_list_before_a_new_list_and_a_new_address_is_remembered(self):
        contact = self.contact("former@example.com")
        campaign = self.synced_campaign(contact)
        campaign.cm_list_id = self.choice("list", self.newsletter)
        self.assertLeavesWithTheFormerAddress(campaign, contact)

    def test_address_that_changed_unnoticed_after_a_new_list_is_remembered(self):
        """Past the ORM, or by somebody who didn't see the recipient yet."""
        contact = self.contact("former@example.com")
        campaign = self.synced_campaign(contact)
        campaign.cm_list_id = self.choice("list", self.newsletter)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET email = 'new@example.com', "
                "email_normalized = 'new@example.com' WHERE id = %s",
                contact.id,
            )
        )
        contact.invalidate_recordset()
        self.run_cron()
        recipient = campaign.cm_recipient_ids
        self.assertEqual(recipient.former_address_ids.mapped("email"), ["former@example.com"])
        recipient.partner_id.email = "third@example.com"
        self.env.flush_all()
        self.assertEqual(
            sorted(recipient.former_address_ids.mapped("email")),
            ["former@example.com", "new@example.com"],
        )

    def test_address_of_a_batch_without_answer_is_remembered(self):
        contact = self.contact("former@example.com")
        campaign = self.synced_campaign()
        self.add(campaign, contact)
        self.control.set_fault("drop_connection", operation="addListRecipients", when="after")
        self.run_cron()
        self.control.clear_faults()
        self.assertEqual(campaign.cm_recipient_ids.state, "pending")
        self.assertEqual(self.on_list(), ["former@example.com"])
        self.assertLeavesWithTheFormerAddress(campaign, contact)

    def test_address_that_never_was_on_a_list_is_not_remembered(self):
        contact = self.contact("former@example.com")
        campaign = self.synced_campaign(contact)
        campaign.cm_list_id = self.choice("list", self.newsletter)
        contact.email = "mistyped@example.com"
        self.env.flush_all()
        contact.email = "new@example.com"
        self.assertEqual(
            campaign.cm_recipient_ids.former_address_ids.mapped("email"), ["former@example.com"]
        )

    def test_lead_of_a_contact_who_left_is_left_out(self):
        contact = self.contact()
        self.left(contact)
        self.assertStaysOff(self.lead("other@example.com", partner_id=contact.id))

    def test_contact_that_a_lead_who_left_became_is_left_out(self):
        lead = self.lead("lead@example.com", contact_name="Person")
        self.left(lead)
        lead.convert_opportunity(False)
        partner = lead._create_customer()
        lead.partner_id = partner
        self.assertStaysOff(partner)
        self.assertStaysOff(lead)
        partner.email = "new-address@example.com"
        self.assertStaysOff(partner)

    def test_contact_of_a_deleted_lead_who_left_is_left_out(self):
        contact = self.contact("contact@example.com")
        lead = self.lead("lead@example.com", partner_id=contact.id)
        lead.email_from = "lead@example.com"
        self.left(lead)
        lead.unlink()
        contact.email = "new@example.com"
        self.assertStaysOff(contact)

    def test_lead_of_a_deleted_contact_who_left_is_left_out(self):
        contact = self.contact("contact@example.com")
        lead = self.lead("lead@example.com", partner_id=contact.id)
        self.left(contact)
        contact.unlink()
        lead.email_from = "new-lead@example.com"
        self.assertStaysOff(lead)

    def test_colleagues_of_a_lead_who_left_still_get_mail(self):
        office = self.contact("office@example.com", is_company=True)
        self.left(self.lead("gone@example.com", partner_id=office.id))
        later = self.make_campaign(title="Later")
        colleague = self.lead("colleague@example.com", partner_id=office.id)
        self.assertEqual(self.add(later, colleague).state, "pending")

    def test_who_leaves_by_the_mail_of_another_campaign_on_the_same_list_is_left_out(self):
        """A launch goes to all of a list: also to those whom another campaign put there."""
        sent = self.synced_campaign(self.contact("sent@example.com"), title="Sent")
        contact, lead = self.contact("other@example.com"), self.lead("lead@example.com")
        other = self.synced_campaign(contact, lead, title="On the same list")
        self.control.launch(sent.cm_external_id, self.customers, rates=ALL_LEAVE)
        self.pull(sent)
        for email in self.control.account_state()["suppressions"]:
            self.control.lift_suppression(email)
        contact.email, lead.email_from = "new@example.com", "new-lead@example.com"
        self.run_cron()
        self.assertEqual(set(other.cm_recipient_ids.mapped("state")), {"opted_out"})
        self.assertStaysOff(contact)
        self.assertStaysOff(self.contact("other@example.com"))

    def test_new_list_does_not_bring_them_back(self):
        campaign = self.left(self.contact())
        campaign.cm_list_id = self.choice("list", self.newsletter)
        self.sync(campaign)
        self.run_cron()
        self.assertEqual(self.on_list(self.newsletter), [])

    def test_removing_and_adding_again_does_not_bring_them_back(self):
        contact = self.contact()
        campaign = self.left(contact)
        campaign.cm_recipient_ids.unlink()
        self.assertEqual(self.add(campaign, contact).state, "opted_out")
        self.sync(campaign)
        self.assertEqual(self.on_list(), [])

    def test_waiting_recipients_of_other_campaigns_are_not_pushed_any_more(self):
        contact = self.contact()
        waiting = self.synced_campaign(title="Waiting")
        waiting.action_cm_pause()
        recipient = self.add(waiting, contact)
        self.assertEqual(recipient.state, "pending")
        self.left(contact)
        waiting.action_cm_resume()
        self.run_cron()
        self.assertEqual(recipient.state, "opted_out")
        self.assertEqual(self.on_list(), [])

    def test_answer_unsubscribed_when_adding_is_remembered(self):
        self.control.suppress(["person-1@example.com"])
        contact = self.contact()
        self.synced_campaign(contact)
        self.control.lift_suppression("person-1@example.com")
        self.assertStaysOff(contact)
        self.assertStaysOff(self.lead("person-1@example.com"))

    def test_opt_out_outlives_campaign_and_person(self):
        contact = self.contact("gone@example.com")
        campaign = self.left(contact)
        campaign.cm_recipient_ids.unlink()
        contact.unlink()
        campaign.active = False
        self.assertStaysOff(self.contact("gone@example.com"))

    def test_later_statistics_do_not_bring_them_back(self):
        campaign = self.left(self.contact())
        campaign.cm_recipient_statistics_after = False
        self.pull(campaign)
        self.assertEqual(self.states(campaign), {"opted_out": 1})

    def test_opt_out_of_one_account_is_none_of_another(self):
        contact = self.contact()
        self.left(contact)
        company = self.env["res.company"].create({"name": "Second Company"})
        self.control.create_account("second", "word")
        self.make_account(company, username="second", password="word")
        campaign = self.env["utm.campaign"].with_company(company).create({"title": "Theirs"})
        recipient = self.add(campaign.with_company(company), contact)
        self.assertEqual(recipient.state, "pending")

    def test_nobody_sets_an_opt_out_back(self):
        contact = self.contact()
        campaign = self.left(contact)
        recipient = campaign.cm_recipient_ids
        for login, group in (
            ("seller", "sales_team.group_sale_manager"),
            ("marketing", "mass_mailing.group_mass_mailing_user"),
            ("boss", "base.group_system"),
        ):
            user = self.make_user(login, group)
            with self.subTest(login=login):
                for values in ({"state": "pending"}, {"opted_out": False}, {"email": "x@y.test"}):
                    with self.assertRaises(AccessError):
                        recipient.with_user(user).write(values)
                opt_outs = self.env["campaign.master.opt.out"].with_user(user)
                for refused in (
                    lambda opt_outs=opt_outs: opt_outs.search([]).unlink(),
                    lambda opt_outs=opt_outs: opt_outs.create(
                        {"account_id": self.account.id, "email": "x@example.com"}
                    ),
                ):
                    with self.assertRaises(AccessError):
                        refused()
