"""What people do in their browser, against a real sandbox Campaign Master."""

from odoo.tests import HttpCase, tagged

from .common import CampaignMasterCase

PAGE = "/odoo/campaign-master"


@tagged("post_install", "-at_install")
class TestTours(CampaignMasterCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user("salesperson", "sales_team.group_sale_salesman")

    def make_contacts(self, count):
        """Contacts that a search finds by name; the last one has no address."""
        people = self.contacts(count)
        for number, person in enumerate(people, 1):
            person.name = f"Tour person {number}"
        people[-1].email = False
        return people

    def newest_campaign(self):
        return self.env["utm.campaign"].search([], order="id desc", limit=1)

    def test_salesperson_builds_and_syncs_a_campaign(self):
        self.make_contacts(3)
        self.start_tour("/odoo", "campaign_master_build_and_sync", login="salesperson")
        campaign = self.newest_campaign()
        self.assertEqual(campaign.create_uid, self.salesperson)
        self.assertEqual(self.on_list(), ["person-1@example.com", "person-2@example.com"])
        [synced] = self.control.campaigns()
        self.assertEqual(str(synced["id"]), campaign.cm_external_id)
        self.assertEqual(synced["subject"], "Our spring offers")

    def test_sync_says_what_is_missing(self):
        campaign = self.make_campaign(cm_subject=False, user_id=self.salesperson.id)
        self.start_tour(
            f"{PAGE}/{campaign.id}", "campaign_master_missing_subject", login="salesperson"
        )
        self.assertTrue(campaign.cm_external_id)

    def test_administrator_tests_the_connection(self):
        self.account.action_test_connection()
        self.start_tour("/odoo", "campaign_master_settings", login="admin")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.connection_state, "unknown", "a login was stored last")
        self.assertEqual(self.account.client_id, "id-1")
        self.assertEqual(self.account.stored_password, "demo")

    def test_contacts_are_added_from_a_list(self):
        people = self.make_contacts(3)
        self.add_from_list(people, "cm_contacts")
        self.assertEqual(self.newest_campaign().cm_recipient_ids.partner_id, people)

    def test_leads_are_added_from_a_list(self):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Tour person {number}",
                    "type": "lead",
                    "email_from": f"lead-{number}@example.com",
                    "user_id": self.salesperson.id,
                }
                for number in range(1, 4)
            ]
        )
        self.add_from_list(leads, "cm_leads")
        self.assertEqual(self.newest_campaign().cm_recipient_ids.lead_id, leads)

    def add_from_list(self, people, page):
        """Two rows a page, so that "all that match" is more than what is seen."""
        self.env["ir.actions.act_window"].create(
            {
                "name": "Tour people",
                "path": "tour-people",
                "res_model": people._name,
                "view_mode": "list,form",
                "domain": [("name", "like", "Tour person")],
                "limit": 2,
            }
        )
        self.start_tour(
            "/odoo/tour-people", f"campaign_master_add_from_list_{page}", login="salesperson"
        )
        self.assertEqual(self.newest_campaign().title, "From the list")

    def test_enabled_account_shows_campaign_master(self):
        new = self.make_campaign(cm_subject=False)
        self.start_tour(f"{PAGE}/{new.id}", "campaign_master_enabled_account", login="salesperson")

    def test_disabled_account_shows_nothing_of_it_on_an_incomplete_campaign(self):
        self.look_without_account(self.make_campaign(cm_subject=False))

    def test_disabled_account_shows_nothing_of_it_on_a_synced_campaign(self):
        self.look_without_account(self.synced_campaign(self.contact()))

    def look_without_account(self, campaign):
        self.account.enabled = False
        page = f"{PAGE}/{campaign.id}"
        self.start_tour(page, "campaign_master_disabled_account", login="salesperson")

    def test_statistics_are_pulled_and_drawn(self):
        campaign = self.synced_campaign(self.contacts(60), cm_reference="known-reference")
        rates = {"hard_bounce": 0.1, "open": 0.8, "click": 0.5, "unsubscribe": 0.2}
        self.control.launch(campaign.cm_external_id, self.customers, seed=3, rates=rates)
        self.start_tour(f"{PAGE}/{campaign.id}", "campaign_master_statistics", login="salesperson")
        statistics = self.control.campaign(campaign.cm_external_id)["statistics"]
        self.assertEqual(campaign.cm_emails_sent, statistics["emailsSent"])
        self.assertEqual(campaign.cm_unique_opens, statistics["uniqueOpens"])
