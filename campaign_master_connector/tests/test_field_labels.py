"""Each field that people are offered has a name that they understand."""

import re

from odoo.tests import tagged

from ..models.utm_campaign_views import INTERNAL_FIELDS
from .common import CampaignMasterCase

# Of technical names, as Odoo makes labels of them.
TECHNICAL_WORDS = re.compile(r"\b(Cm|Res|Uuid|Id|Ids|Uid|Model|Origin|Attempted)\b")
OFFERED_THOUGH_ON_NO_VIEW = {
    "cm_account_id",
    "cm_addition_problem",
    "cm_recipient_ids",
    "cm_reference",
    "cm_retry_at",
    "cm_sync_error",
}
OFFERED = ("searchable", "groupable", "exportable")


@tagged("post_install", "-at_install")
class TestFieldLabels(CampaignMasterCase):
    def fields_of_ours(self):
        for model_name in sorted(self.registry):
            model = self.env[model_name]
            for field in model._fields.values():
                if field._module == "campaign_master_connector":
                    yield model, field

    def test_no_label_is_a_technical_name(self):
        labels = [(str(field), field.string) for _model, field in self.fields_of_ours()]
        self.assertGreater(len(labels), 150)
        technical = [one for one in labels if TECHNICAL_WORDS.search(one[1]) or "_" in one[1]]
        self.assertEqual(technical, [])

    def test_no_two_fields_of_ours_have_one_label(self):
        seen = {}
        for model, field in self.fields_of_ours():
            description = model.fields_get([field.name], OFFERED).get(field.name, {})
            if any(description.get(use) for use in OFFERED):
                seen.setdefault((model._name, field.string), []).append(field.name)
        self.assertEqual({key: names for key, names in seen.items() if len(names) > 1}, {})

    def test_internal_fields_of_a_campaign_are_not_offered(self):
        user = self.make_user("seller", "sales_team.group_sale_salesman")
        for env in (self.env, self.env(user=user)):
            campaigns = env["utm.campaign"]
            described = campaigns.fields_get(INTERNAL_FIELDS, (*OFFERED, "aggregator", "string"))
            self.assertEqual(described.keys(), INTERNAL_FIELDS)
            for name, description in described.items():
                with self.subTest(name=name):
                    self.assertFalse(any(description.get(use) for use in OFFERED))
            self.assertTrue(campaigns.fields_get(["cm_state"], OFFERED)["cm_state"]["groupable"])

    def test_whatever_a_user_may_not_write_and_does_not_see_is_internal(self):
        """A new field of the runs has to be decided on: shown somewhere, or not offered."""
        shown = {
            name
            for view in self.env["ir.ui.view"].search([("model", "=", "utm.campaign")])
            for name in re.findall(r'name="(cm_\w+)"', view.arch_db)
        }
        undecided = {
            field.name
            for model, field in self.fields_of_ours()
            if model._name == "utm.campaign" and field.name not in shown
            if not field.groups and field.name not in INTERNAL_FIELDS
        }
        self.assertEqual(undecided - OFFERED_THOUGH_ON_NO_VIEW, set())

    def test_import_offers_no_internal_models(self):
        manager = self.make_user("manager", "base.group_system")
        imports = self.env["base_import.import"].with_user(manager)
        ours = ("campaign.master.recipient", "campaign.master.account", "utm.campaign")
        for model in (*ours, "res.partner", "crm.lead"):
            offered = {
                one["comodel_name"]
                for one in imports.get_fields_tree(model)
                if one.get("comodel_name", "").startswith("campaign.master.")
            }
            with self.subTest(model=model):
                users = {"recipient", "account", "list", "template"}
                self.assertFalse(offered - {f"campaign.master.{name}" for name in users})
                if model in ("res.partner", "crm.lead"):
                    self.assertFalse(offered)
