"""Recipients that are taken off their campaign, and those that have to stay."""

from odoo.exceptions import AccessError
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

    def test_all_may_go(self):
        kind, message = self.remove(self.new.with_env(self.everybody.env))
        self.assertEqual((kind, message), ("success", "Removed from the campaign: 2."))

    def test_who_may_not_read_campaigns_removes_nobody(self):
        stranger = self.make_user("stranger")
        with self.assertRaises(AccessError):
            self.new.with_user(stranger).action_cm_remove()
        self.assertTrue(self.new.exists())
