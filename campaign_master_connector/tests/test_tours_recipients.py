"""What people do with the recipients of a campaign in their browser."""

from odoo.tests import HttpCase, tagged

from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestToursRecipients(CampaignMasterCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user("salesperson", "sales_team.group_sale_salesman")

    def tour(self, campaign, name):
        self.start_tour(f"/odoo/campaign-master/{campaign.id}", name, login="salesperson")

    def test_recipients_are_picked_fixed_and_removed(self):
        self.contacts(100).name = "Tour person"
        self.control.refuse("person-1@example.com")
        campaign = self.make_campaign()
        self.tour(campaign, "campaign_master_recipients")
        self.assertEqual(self.states(campaign), {"added": 99})
        self.assertEqual(len(self.on_list()), 99)

    def test_more_than_the_web_client_passes_on_are_not_removed_without_a_word(self):
        self.env["ir.config_parameter"].sudo().set_param("web.active_ids_limit", 10)
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(50))
        self.tour(campaign, "campaign_master_remove_all")
        self.assertEqual(self.states(campaign), {"pending": 40})

    def test_push_is_followed_paused_and_resumed(self):
        campaign = self.make_campaign()
        ids = self.bulk_contacts(2100)
        campaign.cm_add_people("res.partner", [("id", "in", ids)])
        self.tour(campaign, "campaign_master_push_progress")
        self.assertEqual(self.states(campaign), {"added": 2100})
        self.assertFalse(campaign.cm_paused)
