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

    def test_list_is_changed_after_a_question_and_a_pause_holds(self):
        campaign = self.synced_campaign(self.contacts(3), user_id=self.salesperson.id)
        self.tour(campaign, "campaign_master_list_change")
        self.assertEqual(campaign.cm_list_id, self.choice("list", self.newsletter))
        self.assertEqual(self.states(campaign), {"pending": 3})
        self.assertTrue(campaign.cm_paused)

    def test_refused_sender_is_marked_until_it_is_changed(self):
        campaign = self.make_campaign(
            cm_from_email="stranger@elsewhere.example", user_id=self.salesperson.id
        )
        self.tour(campaign, "campaign_master_refused_sender")
        self.assertTrue(campaign.cm_external_id)

    def test_administrator_lifts_an_opt_out(self):
        self.control.suppress(["person-1@example.com", "person-2@example.com"])
        self.synced_campaign(self.contacts(2))
        path = "/odoo/action-campaign_master_connector.campaign_master_opt_out_action"
        self.start_tour(path, "campaign_master_lift", login="admin")
        gone = self.env["campaign.master.opt.out"].search([("lifted_at", "!=", False)])
        self.assertEqual(gone.mapped("lift_reason"), ["Asked for it by letter"])
