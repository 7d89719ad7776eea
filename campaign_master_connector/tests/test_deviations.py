"""Where answers are written otherwise than the contract says: counted, shown, and nobody's data."""

from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..campaign_master_api import Deviation
from ..services.account_session import AT_THE_SCREEN, AccountSession
from .common import CampaignMasterCase

ODD_DATE = Deviation("getCampaignStatistics", "sentAt", "read_generously")
ODD_ROW = Deviation("listCampaignRecipients", "email", "row_skipped")


@tagged("post_install", "-at_install")
class TestDeviations(CampaignMasterCase):
    def meet(self, *deviations, account=None):
        """A run whose answers deviate like that."""
        with AccountSession(account or self.account, AT_THE_SCREEN) as session:
            session.client.deviations.update(deviations)
            next(session.client.iter_lists(), None)

    def known(self):
        found = self.env["campaign.master.deviation"].search([])
        return {(one.operation, one.key, one.kind): one.count for one in found}

    def test_runs_of_a_day_are_counted_together(self):
        self.meet(ODD_DATE, ODD_DATE, ODD_ROW)
        self.meet(ODD_DATE)
        self.assertEqual(
            self.known(),
            {
                ("getCampaignStatistics", "sentAt", "read_generously"): 3,
                ("listCampaignRecipients", "email", "row_skipped"): 1,
            },
        )
        self.assertEqual(self.account.deviation_notice, "2 kinds of deviation since yesterday")
        self.assertIn("2 kinds", Form(self.account).deviation_notice)
        domain = self.account.action_open_deviations()["domain"]
        self.assertEqual(self.env["campaign.master.deviation"].search_count(domain), 2)

    def test_answers_to_the_letter_leave_nothing(self):
        self.synced_campaign(self.contacts(3)).action_cm_update_statistics()
        self.assertEqual(self.known(), {})
        self.assertFalse(self.account.deviation_notice)

    def test_kinds_of_the_week_before_are_told_no_more_and_go_after_a_month(self):
        self.meet(ODD_DATE)
        deviation = self.env["campaign.master.deviation"].search([])
        deviation.day = fields.Date.today() - timedelta(days=2)
        self.account.invalidate_recordset()
        self.assertFalse(self.account.deviation_notice)
        deviation._gc_old_days()
        self.assertTrue(deviation.exists())
        deviation.day = fields.Date.today() - timedelta(days=31)
        deviation._gc_old_days()
        self.assertFalse(deviation.exists())

    def test_log_of_a_run_has_those_of_its_campaign(self):
        text = self.env["campaign.master.deviation"]._as_text(Counter({ODD_DATE: 2}))
        self.assertEqual(text, "getCampaignStatistics sentAt: Written otherwise and understood (2)")

    def test_nobody_but_administrators_of_the_company_reads_them(self):
        self.meet(ODD_DATE)
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.env["campaign.master.deviation"].with_user(seller).search([])
        other = self.env["res.company"].create({"name": "Branch"})
        self.meet(ODD_ROW, account=self.make_account(other))
        admin = self.make_user("boss", "campaign_master_connector.group_campaign_master_manager")
        seen = self.env["campaign.master.deviation"].with_user(admin).search([])
        self.assertEqual(seen.mapped("key"), ["sentAt"])
        self.assertFalse(seen.has_access("write") or seen.has_access("unlink"))
