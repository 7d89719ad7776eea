from lxml import etree
from odoo.tests import Form, tagged

from .common import CampaignMasterCase

MANY_RECORD_VIEWS = ("list", "kanban", "search")
ACTIONS = {"Sync with Campaign Master", "Update Campaign Master statistics"}


@tagged("post_install", "-at_install")
class TestCampaignViews(CampaignMasterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user("salesperson", "sales_team.group_sale_salesman")

    def views(self):
        campaigns = self.env["utm.campaign"].with_user(self.salesperson)
        wanted = [(False, view_type) for view_type in MANY_RECORD_VIEWS]
        return campaigns.get_views(wanted, {"toolbar": True})["views"]

    def own_nodes(self, view):
        return etree.fromstring(view["arch"]).xpath("//*[starts-with(@name, 'cm_')]")

    def own_actions(self, view):
        return ACTIONS & {action["name"] for action in view["toolbar"].get("action", [])}

    def test_enabled_account_shows(self):
        views = self.views()
        for view_type in MANY_RECORD_VIEWS:
            self.assertTrue(self.own_nodes(views[view_type]), view_type)
        self.assertEqual(self.own_actions(views["list"]), ACTIONS)

    def test_disabled_account_shows_nothing(self):
        self.views()
        self.account.enabled = False
        views = self.views()
        for view_type in MANY_RECORD_VIEWS:
            self.assertFalse(self.own_nodes(views[view_type]), view_type)
        self.assertFalse(self.own_actions(views["list"]))

    def test_salesperson_opens_the_form_with_mailings(self):
        campaign = self.make_campaign()
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["mailing.mailing"].create(
            {
                "subject": "Odoo's own mailing",
                "campaign_id": campaign.id,
                "mailing_model_id": model,
                "ab_testing_enabled": True,
            }
        )
        campaign.invalidate_recordset()
        form = Form(campaign.with_user(self.salesperson))
        self.assertEqual(form.cm_subject, "Our spring offers")
