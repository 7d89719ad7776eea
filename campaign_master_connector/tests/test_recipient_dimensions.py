from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..report import campaign_master_recipient_report as report
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestRecipientDimensions(CampaignMasterCase):
    """What recipients are analysed by is stored with them, and is what their person says now."""

    def setUp(self):
        super().setUp()
        self.belgium, self.france = self.env.ref("base.be"), self.env.ref("base.fr")
        self.office = self.contact(
            "office@example.com", is_company=True, country_id=self.belgium.id
        )

    def campaign_with(self, *people):
        campaign = self.make_campaign()
        for record in people:
            self.add(campaign, record)
        return campaign

    def dimensions(self, recipient):
        self.env.flush_all()
        recipient.invalidate_recordset()
        return recipient.user_id, recipient.country_id, recipient.commercial_partner_id

    def test_both_ways_of_adding_store_the_same(self):
        person = self.contact(
            "one@example.com",
            parent_id=self.office.id,
            user_id=self.env.uid,
            country_id=self.belgium.id,
        )
        lead = self.lead(user_id=False, country_id=self.france.id, partner_id=person.id)
        by_filter, by_form = self.campaign_with(self.office, person, lead), self.make_campaign()
        by_form.write(
            {
                "cm_recipient_ids": [
                    (0, 0, {"partner_id": self.office.id}),
                    (0, 0, {"partner_id": person.id}),
                    (0, 0, {"lead_id": lead.id}),
                ]
            }
        )
        nobody = self.env["res.users"]
        for campaign in (by_filter, by_form):
            found = [self.dimensions(recipient) for recipient in campaign.cm_recipient_ids]
            self.assertEqual(
                found,
                [
                    (nobody, self.belgium, self.office),
                    (self.env.user, self.belgium, self.office),
                    (self.env.user, self.france, self.office),
                ],
            )

    def test_what_was_just_changed_is_stored(self):
        person = self.contact("one@example.com")
        campaign = self.make_campaign()
        self.env.flush_all()
        person.user_id = self.env.user
        campaign.cm_add_people("res.partner", [("id", "=", person.id)])
        stored = "SELECT user_id FROM campaign_master_recipient WHERE campaign_id = %s"
        self.assertEqual(self.env.execute_query(SQL(stored, campaign.id)), [(self.env.uid,)])

    def test_they_follow_the_person(self):
        person = self.contact("one@example.com")
        lead = self.lead(user_id=False)
        campaign = self.campaign_with(person, lead)
        of_person, of_lead = campaign.cm_recipient_ids
        person.write({"parent_id": self.office.id, "country_id": self.belgium.id})
        self.assertEqual(self.dimensions(of_person)[1:], (self.belgium, self.office))
        lead.partner_id = person
        self.assertEqual(self.dimensions(of_lead)[2], self.office)
        lead.user_id = self.env.user
        self.assertEqual(self.dimensions(of_lead)[0], self.env.user)

    def test_a_deleted_company_is_nobodys(self):
        person = self.contact("one@example.com", parent_id=self.office.id)
        campaign = self.campaign_with(person)
        self.assertEqual(self.dimensions(campaign.cm_recipient_ids)[2], self.office)
        self.office.unlink()
        self.assertFalse(self.dimensions(campaign.cm_recipient_ids)[2])

    def test_charts_show_the_largest_companies_alone(self):
        other = self.contact("other@example.com", is_company=True)
        large = [self.contact(f"{n}@example.com", parent_id=self.office.id) for n in ("one", "two")]
        alone = self.contact("alone@example.com")
        campaign = self.campaign_with(other, *large, alone)
        self.env.flush_all()
        analysis = self.env["campaign.master.recipient.report"]
        domain = [("campaign_id", "=", campaign.id)]
        with patch.object(report, "LARGEST_COMPANIES", 1):
            groups = analysis.formatted_read_group(
                domain, ["commercial_partner_id"], ["recipients:sum"]
            )
            [[total], rows] = analysis.formatted_read_grouping_sets(
                domain, [[], ["commercial_partner_id"]], ["recipients:sum"]
            )
        for found in (groups, rows):
            self.assertEqual(
                [
                    (
                        group["commercial_partner_id"] and group["commercial_partner_id"][0],
                        group["recipients:sum"],
                    )
                    for group in found
                ],
                [(self.office.id, 2), (False, 1)],
            )
        self.assertEqual(total["recipients:sum"], 3)
