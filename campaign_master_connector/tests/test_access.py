"""What axe finds on the addon's pages in a real browser: for screen readers and for weak eyes."""

import os
import unittest
from pathlib import Path

from odoo.modules.module import Manifest
from odoo.tests import HttpCase, tagged

from .common import CampaignMasterCase

AXE = os.environ.get("CAMPAIGN_MASTER_AXE")
AXE_URL = "/campaign_master_connector/axe.js"
DARK_MODE = "web_dark_mode"
PHONE = "375x667"
SECONDS = 180


@unittest.skipUnless(AXE, "CAMPAIGN_MASTER_AXE doesn't name the script of axe-core.")
@tagged("post_install", "-at_install")
class TestAccess(CampaignMasterCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Who sees every page.
        admin = cls.env.ref("base.user_admin")
        admin.group_ids |= cls.env.ref("mass_mailing.group_mass_mailing_user")
        if "odoobot_state" in admin._fields:
            # Else it opens its chat over the page.
            admin.odoobot_state = "disabled"
        cls.env["ir.attachment"].create(
            {
                "name": "axe.js",
                "url": AXE_URL,
                "raw": Path(AXE).read_bytes(),
                "mimetype": "application/javascript",
                "public": True,
            }
        )

    def setUp(self):
        super().setUp()
        self.make_everything()
        self.make_campaign(title="Nothing in it yet", cm_subject=False)
        self.make_records_of_odoo()

    def make_records_of_odoo(self):
        """What its own pages need to show their faults."""
        admin = self.env.ref("base.user_admin")
        self.env["mailing.mailing"].create(
            {
                "subject": "A mailing",
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                "state": "done",
                "user_id": admin.id,
            }
        )
        customer = self.env["res.partner"].create({"name": "Customer of many opportunities"})
        opportunity = {"name": "One", "type": "opportunity", "partner_id": customer.id}
        leads = self.env["crm.lead"].create([opportunity] * 12)
        leads[0].activity_schedule(
            "mail.mail_activity_data_todo", "2020-01-01", "Long ago", user_id=admin.id
        )

    def make_everything(self):
        """A campaign with each kind of recipient in each state, statistics and a problem."""
        self.control.refuse("person-1@example.com")
        people = self.contacts(40)
        people[2].email = False
        companies = self.contacts(3, "company")
        companies.is_company = True
        leads = self.lead() | self.lead("lead-2@example.com", name="Interest " * 20)
        campaign = self.synced_campaign(
            people, companies, leads, title="Everything in it", cm_reference="known-reference"
        )
        rates = {"hard_bounce": 0.1, "open": 0.8, "click": 0.5, "unsubscribe": 0.2}
        self.control.launch(campaign.cm_external_id, self.customers, seed=3, rates=rates)
        campaign.action_cm_update_statistics()
        self.add(campaign, self.contacts(3, "later"))
        campaign.write(
            {
                "cm_sync_error": "Campaign Master answered that its server failed.",
                "cm_failed_since": "2026-01-01 10:00:00",
                "cm_retry_at": "2100-01-01 10:00:00",
            }
        )
        self.account.write({"show_extended_statistics": True})

    def darken(self):
        """Odoo Community itself has no dark mode: the community's addon for it has the styles."""
        self.assertTrue(Manifest.for_addon(DARK_MODE), f"{DARK_MODE} isn't in the addons path.")
        assets = self.env.registry["ir.asset"]
        installed = assets._get_installed_addons_list
        self.patch(assets, "_get_installed_addons_list", lambda self: {*installed(self), DARK_MODE})
        self.patch(self.env.registry["ir.http"], "color_scheme", lambda self: "dark")
        self.env.registry.clear_cache("assets")
        self.addCleanup(self.env.registry.clear_cache, "assets")

    def look(self, scheme="light"):
        cookies = {"color_scheme": scheme}
        self.start_tour(
            "/odoo", "campaign_master_access", login="admin", timeout=SECONDS, cookies=cookies
        )

    def test_in_the_light(self):
        self.look()

    def test_in_the_dark(self):
        self.darken()
        self.look("dark")

    def test_on_a_phone(self):
        self.browser_size = PHONE
        self.touch_enabled = True
        self.look()
