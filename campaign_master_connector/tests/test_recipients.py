"""Who becomes what as a recipient: kinds, reasons to be left out, duplicates."""

import psycopg2
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..services import recipient_review
from .common import CampaignMasterCase

REASONS = {
    False: "No e-mail address",
    "   ": "No e-mail address",
    "no address": "Malformed e-mail address",
    "person@": "Malformed e-mail address",
    "person@@example.com": "Malformed e-mail address",
    "person@localhost": "Malformed e-mail address",
    "@example.com": "Malformed e-mail address",
    "per son@example.com": "Malformed e-mail address",
    "person@exam ple.com": "Malformed e-mail address",
    "<script>@example.com": "Malformed e-mail address",
    "x" * 260 + "@example.com": "Malformed e-mail address",
}
ADDRESSES = {
    "person@example.com": "person@example.com",
    "  Person@EXAMPLE.com ": "person@example.com",
    "\nperson@example.com\t": "person@example.com",
    "Person <Person@example.com>": "person@example.com",
    '"Person, The" <person@example.com>': "person@example.com",
    "o'hara+news@sub.example.co.test": "o'hara+news@sub.example.co.test",
}


@tagged("post_install", "-at_install")
class TestRecipients(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.make_campaign()

    def assertState(self, recipient, state, message=""):
        self.assertEqual((recipient.state, recipient.state_message), (state, message))

    def test_kind_of_leads_contacts_and_companies(self):
        contact = self.contact()
        company = self.contact("office@example.com", is_company=True)
        lead = self.lead()
        opportunity = self.lead("lead-2@example.com", type="opportunity")
        kinds = [
            self.add(self.campaign, person).kind for person in (contact, company, lead, opportunity)
        ]
        self.assertEqual(kinds, ["contact", "company", "lead", "lead"])
        contact.is_company = True
        company.is_company = False
        self.assertEqual(self.recipients(self.campaign, contact).kind, "company")
        self.assertEqual(self.recipients(self.campaign, company).kind, "contact")

    def test_each_reason_to_be_left_out_is_told(self):
        for number, (email, reason) in enumerate(REASONS.items()):
            for make in (self.contact, self.lead):
                with self.subTest(email=email, make=make.__name__):
                    recipient = self.add(self.campaign, make(email))
                    self.assertState(recipient, "excluded", reason)
            self.assertEqual(self.states(self.campaign), {"excluded": 2 * number + 2})
        self.sync(self.campaign)
        self.assertEqual(self.on_list(), [])

    def test_address_is_cleaned(self):
        for given, clean in ADDRESSES.items():
            with self.subTest(given=given):
                person = self.contact(given)
                recipient = self.add(self.campaign, person)
                self.assertEqual((recipient.email, recipient.state), (clean, "pending"))
                recipient.unlink()
                person.unlink()

    def test_first_of_several_addresses_is_used_and_that_is_said(self):
        for given in ("a@example.com, b@example.com", "a@example.com;b@example.com"):
            with self.subTest(given=given):
                recipient = self.add(self.campaign, self.contact(given))
                self.assertEqual(recipient.email, "a@example.com")
                self.assertState(recipient, "pending", "Several addresses: the first one is used")
                recipient.unlink()

    def test_many_are_removed_at_once_also_without_an_address(self):
        people = self.contacts(3) | self.contact(False) | self.contact("person-1@example.com")
        recipients = self.add(self.campaign, people)
        (recipients[0] | recipients[3]).unlink()
        self.assertEqual(self.states(self.campaign), {"pending": 3})

    def test_international_domain_never_blocks_the_others(self):
        recipient = self.add(self.campaign, self.contact("person@bücher.example"))
        other = self.add(self.campaign, self.contact("other@example.com"))
        self.sync(self.campaign)
        self.assertEqual(other.state, "added")
        self.assertIn(recipient.state, ("added", "rejected", "excluded"))
        if recipient.state != "added":
            self.assertTrue(recipient.state_message)

    def test_blacklisted_address_is_left_out(self):
        self.env["mail.blacklist"].create({"email": "person-1@example.com"})
        for make in (self.contact, self.lead):
            recipient = self.add(self.campaign, make("Person-1@example.com"))
            self.assertState(recipient, "excluded", "Blacklisted in Odoo")

    def test_archived_contact_is_left_out(self):
        contact = self.contact()
        recipient = self.env["campaign.master.recipient"].create(
            {"campaign_id": self.campaign.id, "partner_id": contact.id}
        )
        contact.active = False
        self.assertState(recipient, "excluded", "The contact is archived")

    def test_lost_lead_can_be_won_back(self):
        lead = self.lead()
        lead.action_set_lost()
        recipient = self.env["campaign.master.recipient"].create(
            {"campaign_id": self.campaign.id, "lead_id": lead.id}
        )
        self.assertEqual(recipient.state, "pending")

    def test_same_address_within_one_batch_is_used_once(self):
        people = self.contact("same@example.com") | self.contact("SAME@example.com")
        first, second = self.add(self.campaign, people)
        self.assertState(first, "pending")
        self.assertState(
            second,
            "excluded",
            "Duplicate: another recipient of the campaign has this address",
        )

    def test_address_of_an_existing_recipient_is_not_used_again(self):
        self.add(self.campaign, self.contact())
        lead = self.add(self.campaign, self.lead("person-1@example.com"))
        self.assertEqual((lead.state, lead.state_reason), ("excluded", "duplicate"))
        self.sync(self.campaign)
        late = self.add(self.campaign, self.contact("PERSON-1@example.com"))
        self.assertEqual((late.state, late.state_reason), ("excluded", "duplicate"))
        self.assertEqual(self.on_list(), ["person-1@example.com"])

    def test_duplicates_are_found_however_recipients_are_created(self):
        model = self.env["campaign.master.recipient"]
        partners = self.contact("same@example.com") | self.contact("same@example.com")
        one_by_one = [
            model.create({"campaign_id": self.campaign.id, "partner_id": partner.id})
            for partner in partners
        ]
        self.assertEqual([one.state for one in one_by_one], ["pending", "excluded"])
        others = self.contact("other@example.com") | self.contact("other@example.com")
        together = model.create(
            [{"campaign_id": self.campaign.id, "partner_id": partner.id} for partner in others]
        )
        self.assertEqual(together.mapped("state"), ["pending", "excluded"])

    def test_who_is_left_out_anyway_keeps_no_address_from_who_is_added_with_him(self):
        reasons = {
            "archived": self.contact("same-1@example.com", active=False),
            "malformed": self.contact("two same-2@example.com"),
        }
        others = self.contacts(2, "same")
        self.add(self.campaign, self.env["res.partner"].union(*reasons.values(), others))
        for reason, contact in reasons.items():
            self.assertEqual(self.recipients(self.campaign, contact).state_reason, reason)
        self.assertEqual(
            self.recipients(self.campaign, others).mapped("state"), ["pending", "pending"]
        )

    def test_who_left_keeps_the_address_from_who_is_added_with_him(self):
        gone, other = self.contact("same@example.com"), self.contact("same@example.com")
        self.env["campaign.master.opt.out"].sudo().create(
            {
                "account_id": self.account.id,
                "email": "former@example.com",
                "partner_id": gone.id,
            }
        )
        self.add(self.campaign, gone | other)
        self.assertEqual(self.recipients(self.campaign, gone).state, "opted_out")
        self.assertEqual(self.recipients(self.campaign, other).state_reason, "duplicate")

    def test_who_was_left_out_meanwhile_keeps_no_address_from_who_is_looked_at_with_him(self):
        first, second = self.contacts(2, "same")
        self.add(self.campaign, first | second)
        self.env.flush_all()
        # Past the ORM: nobody looks at the recipients of both before they are looked at together.
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET active = id = %(second)s, email = 'same@example.com', "
                "email_normalized = 'same@example.com' WHERE id IN (%(first)s, %(second)s)",
                first=first.id,
                second=second.id,
            )
        )
        self.env.invalidate_all()
        of_this = SQL("recipient.campaign_id = %s", self.campaign.id)
        recipient_review.reconsider(self.env, of_this)
        self.assertEqual(self.recipients(self.campaign, first).state_reason, "archived")
        self.assertEqual(self.recipients(self.campaign, second).state, "pending")

    def test_same_address_in_another_campaign_is_no_duplicate(self):
        self.add(self.campaign, self.contact())
        other = self.make_campaign(title="Another")
        self.assertEqual(self.add(other, self.contact()).state, "pending")

    def test_nobody_is_on_a_campaign_twice(self):
        contact, lead = self.contact(), self.lead()
        for _time in range(2):
            self.add(self.campaign, contact)
            self.add(self.campaign, lead)
        self.assertEqual(len(self.campaign.cm_recipient_ids), 2)
        for values in ({"partner_id": contact.id}, {"lead_id": lead.id}):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.UniqueViolation),
                self.cr.savepoint(),
            ):
                self.env["campaign.master.recipient"].create(
                    {"campaign_id": self.campaign.id, **values}
                )
                self.env.flush_all()

    def test_only_the_address_is_sent(self):
        self.add(self.campaign, self.contact(phone="+1 555 0100", street="1 Example Street"))
        self.sync(self.campaign)
        [there] = self.control.list_recipients(self.customers)
        self.assertEqual((there["email"], there["fields"]), ("person-1@example.com", {}))

    def test_numbers_balance_whatever_became_of_them(self):
        self.control.add_to_list(self.customers, ["there@example.com"])
        self.control.suppress(["gone@example.com"])
        self.control.refuse("bad@example.com", "Role addresses are refused.")
        for email in ("new", "there", "gone", "bad", "new"):
            self.add(self.campaign, self.contact(f"{email}@example.com"))
        self.add(self.campaign, self.contact(False) | self.contact("nonsense"))
        self.assertEqual(self.states(self.campaign), {"pending": 4, "excluded": 3})
        self.sync(self.campaign)
        self.assertEqual(
            self.states(self.campaign),
            {"added": 1, "exists": 1, "opted_out": 1, "excluded": 3, "rejected": 1},
        )
        summary = self.campaign.cm_recipient_summary()
        self.assertEqual(
            [(one["reason"], one["count"]) for one in summary["excluded"]],
            [("no_address", 1), ("malformed", 1), ("duplicate", 1)],
        )
        for one in summary["states"]:
            found = self.env["campaign.master.recipient"].search_count(
                [("campaign_id", "=", self.campaign.id), ("state", "=", one["state"])]
            )
            self.assertEqual(found, one["count"], "each number can be clicked")

    def test_whoever_was_blacklisted_after_adding_is_not_sent(self):
        recipient = self.add(self.campaign, self.contact())
        self.env["mail.blacklist"].create({"email": "person-1@example.com"})
        self.sync(self.campaign)
        self.assertState(recipient, "excluded", "Blacklisted in Odoo")
        self.assertEqual(self.on_list(), [])
        self.env["mail.blacklist"]._remove("person-1@example.com")
        self.sync(self.campaign)
        self.assertEqual(recipient.state, "added")
