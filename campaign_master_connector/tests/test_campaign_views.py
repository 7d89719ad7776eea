from lxml import etree
from odoo.tests import Form, tagged

from ..models.utm_campaign_statistics import EXTENDED_FIGURES
from .common import CampaignMasterCase

MANY_RECORD_VIEWS = ("list", "kanban", "search")
ACTIONS = {"Sync with Campaign Master", "Update Campaign Master statistics"}
ADDING = {"Add to Campaign Master campaign"}
USES = ("aggregator", "groupable", "searchable", "exportable")


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
        return (ACTIONS | ADDING) & {action["name"] for action in view["toolbar"].get("action", [])}

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

    def test_people_are_added_from_their_lists_while_an_account_is_enabled(self):
        for shown in (ADDING, set()):
            self.account.enabled = bool(shown)
            for model in ("res.partner", "crm.lead"):
                people = self.env[model].with_user(self.salesperson)
                views = people.get_views([(False, "list")], {"toolbar": True})["views"]
                self.assertEqual(self.own_actions(views["list"]), shown, model)

    def test_account_of_another_company_offers_nothing_in_this_one(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.salesperson.write({"company_id": elsewhere.id, "company_ids": [(6, 0, elsewhere.ids)]})
        self.assertFalse(self.own_actions(self.views()["list"]))

    def test_starred_figures_are_of_no_use_in_reports_until_settings_show_them(self):
        campaigns = self.env["utm.campaign"].with_user(self.salesperson)
        for shown in (False, True):
            self.account.show_extended_statistics = shown
            views = campaigns.get_views([(False, "graph"), (False, "pivot"), (False, "search")])
            offered = views["models"]["utm.campaign"]["fields"]
            fields = campaigns.fields_get(attributes=USES)
            for name in EXTENDED_FIGURES:
                self.assertEqual(bool(offered[name]["aggregator"]), shown, name)
                for use in USES:
                    self.assertEqual(bool(fields[name][use]), shown, f"{name} {use}")
            self.assertTrue(fields["cm_total_clicks"]["aggregator"])
            self.assertTrue(fields["cm_total_clicks"]["groupable"])

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
