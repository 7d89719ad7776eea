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
        self.assertEqual(synced["id"], campaign.cm_external_id)
        self.assertEqual(synced["subject"], "Our spring offers")
