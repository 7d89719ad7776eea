"""Recipients that are taken off their campaign, and those that have to stay."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestRecipientRemoval(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.synced_campaign(self.contacts(5, "there"))
        self.there = self.campaign.cm_recipient_ids
        self.new = self.add(self.campaign, self.contact("new@example.com") | self.contact(False))
        salesperson = self.make_user("salesperson", "sales_team.group_sale_salesman")
        self.everybody = (self.there | self.new).with_user(salesperson)

    def remove(self, recipients):
        params = recipients.action_cm_remove()["params"]
        return params["type"], params["message"]

    def test_of_a_mixed_selection_those_go_that_may(self):
        kind, message = self.remove(self.everybody)
        self.assertFalse(self.new.exists())
        self.assertEqual(self.campaign.cm_recipient_ids, self.there)
        self.assertEqual(kind, "warning")
        self.assertEqual(
            message,
            "Removed from the campaign: 2. 5 of these recipients are on the Campaign Master list "
            "already, and their statistics belong to the campaign: Person 1, Person 2, Person 3, "
            "2 more. Remove them from the list in Campaign Master.",
        )

    def test_who_stays_is_said_before_with_the_reason_and_by_name(self):
        self.there[0].partner_id.email = "moved@example.com"
        self.control.set_fault("drop_connection", operation="addListRecipients", when="after")
        self.run_cron()
        self.control.clear_faults()
        answer = self.everybody.cm_ask_before_removal()
        self.assertEqual((answer["removable"], answer["staying"]), (1, 6))
        self.assertEqual(
            answer["text"].split("\n"),
            [
                "Can be removed from the campaign: 1.",
                "4 stay, since they are on the Campaign Master list already; remove them there: "
                "Person 2; Person 3; Person 4; Person 5.",
                "2 stay, since they may be on the list: Campaign Master was asked to add them and "
                "hasn't answered yet: Person 1; Person.",
            ],
        )
        self.assertEqual(len(self.campaign.cm_recipient_ids), 7, "nobody is removed by asking")

    def test_who_was_on_another_list_is_said_to_stay_for_that(self):
        self.campaign.cm_list_id = self.choice("list", self.newsletter)
        self.assertEqual(
            self.there.cm_ask_before_removal()["text"].split("\n"),
            [
                "None of them can be removed from the campaign.",
                "5 stay, since they were added with another address or to another list before, and "
                "its statistics may still come: Person 1; Person 2; Person 3; Person 4; Person 5.",
            ],
        )

    def test_all_may_go(self):
        kind, message = self.remove(self.new.with_env(self.everybody.env))
        self.assertEqual((kind, message), ("success", "Removed from the campaign: 2."))

    def test_who_may_not_read_campaigns_removes_nobody(self):
        stranger = self.make_user("stranger")
        with self.assertRaises(AccessError):
            self.new.with_user(stranger).action_cm_remove()
        self.assertTrue(self.new.exists())

    def test_who_has_a_former_address_on_the_list_stays(self):
        for address in ("moved@example.com", False):
            with self.subTest(address=address):
                recipient = self.there[:1]
                recipient.partner_id.email = address
                self.assertNotIn(recipient.state, ("added", "exists"))
                self.assertStays(recipient)

    def test_who_was_on_the_list_before_the_campaign_chose_another_one_stays(self):
        self.campaign.cm_list_id = self.choice("list", self.newsletter)
        self.assertEqual(self.there.mapped("state"), ["pending"] * 5)
        self.assertStays(self.there[:1])

    def test_who_may_be_on_the_list_for_all_one_knows_stays(self):
        self.control.set_fault("drop_connection", operation="addListRecipients", when="after")
        self.run_cron()
        recipient = self.new.filtered("email")
        self.assertEqual(recipient.state, "pending")
        self.assertStays(recipient)

    def test_who_opted_out_may_go(self):
        self.control.suppress(["left@example.com"])
        recipient = self.add(self.campaign, self.contact("left@example.com"))
        self.run_cron()
        self.assertEqual(recipient.state, "opted_out")
        self.remove(recipient.with_env(self.everybody.env))
        self.assertFalse(recipient.exists())

    def assertStays(self, recipient):
        recipient = recipient.with_env(self.everybody.env)
        kind, message = self.remove(recipient)
        self.assertEqual(kind, "warning")
        self.assertIn("on the Campaign Master list already", message)
        with self.assertRaisesRegex(UserError, "on the Campaign Master list already"):
            recipient.unlink()
        self.assertTrue(recipient.exists())
