"""Who reacted: on the person, in the analysis, and what a campaign brought in."""

from ast import literal_eval
from urllib.parse import parse_qs

from lxml import etree
from odoo.tests import Form, tagged

from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestEngagement(CampaignMasterCase):
    def reacted(self, recipient, **values):
        recipient.write({"total_opens": 1, "first_open": "2026-03-01 09:00:00", **values})

    def test_smart_button_counts_campaigns_and_tells_the_last_reaction(self):
        contact, lead = self.contact(), self.lead()
        for title in ("First", "Second"):
            campaign = self.synced_campaign(contact, lead, title=title)
            for recipient in campaign.cm_recipient_ids:
                day = "05" if title == "First" else "03"
                self.reacted(recipient, last_open=f"2026-03-{day} 10:00:00")
        self.recipients(campaign, contact).last_click = "2026-03-06 11:00:00"
        self.assertEqual((contact.cm_campaign_count, lead.cm_campaign_count), (2, 2))
        self.assertEqual(str(contact.cm_last_reaction), "2026-03-06 11:00:00")
        self.assertEqual(str(lead.cm_last_reaction), "2026-03-05 10:00:00")
        action = contact.action_cm_open_engagement()
        shown = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(shown.partner_id, contact)
        self.assertEqual(len(shown), 2)

    def test_company_counts_its_people_too(self):
        company = self.contact("office@example.com", is_company=True)
        person = self.contact("person@example.com", parent_id=company.id)
        campaign = self.synced_campaign(person)
        self.assertEqual(company.cm_campaign_count, 1)
        self.add(campaign, company)
        company.invalidate_recordset()
        self.assertEqual(company.cm_campaign_count, 1, "one campaign, two recipients")

    def test_button_counts_no_campaign_that_left_the_person_out(self):
        contact, lead = self.contact("one@example.com"), self.lead("one@example.com")
        synced = self.synced_campaign(contact, lead, title="Synced")
        self.assertEqual(self.recipients(synced, lead).state, "excluded")
        unsynced = self.make_campaign(title="Not synced")
        self.add(unsynced, contact)
        self.assertEqual((contact.cm_campaign_count, lead.cm_campaign_count), (1, 0))
        context = contact.action_cm_open_engagement()["context"]
        arch = etree.fromstring(
            self.env["campaign.master.recipient"].get_view(view_type="search")["arch"]
        )
        [received] = [
            one for one in arch.iter("filter") if context.get(f"search_default_{one.get('name')}")
        ]
        shown = self.env["campaign.master.recipient"].search(literal_eval(received.get("domain")))
        self.assertEqual(shown, self.recipients(synced, contact))

    def test_button_goes_on_counting_who_was_on_a_list(self):
        contact = self.contact("one@example.com")
        campaign = self.synced_campaign(contact)
        contact.email = "two@example.com"
        self.assertEqual(self.recipients(campaign, contact).state, "pending")
        self.assertEqual(contact.cm_campaign_count, 1)

    def test_person_without_campaigns_has_none(self):
        contact = self.contact()
        self.assertEqual(contact.cm_campaign_count, 0)
        self.assertFalse(contact.cm_last_reaction)
        self.assertEqual(Form(self.env["res.partner"]).cm_campaign_count, 0)

    def test_analysis_counts_by_kind_salesperson_country_and_company(self):
        country = self.env.ref("base.be")
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        company = self.contact("office@example.com", is_company=True, country_id=country.id)
        person = self.contact(
            "person@example.com", parent_id=company.id, user_id=seller.id, country_id=country.id
        )
        lead = self.lead(user_id=seller.id)
        campaign = self.synced_campaign(company, person, lead)
        self.reacted(self.recipients(campaign, person), total_clicks=3)
        self.reacted(self.recipients(campaign, lead), bounced=True)
        self.env.flush_all()
        report = self.env["campaign.master.recipient.report"]

        def sums(group):
            groups = report._read_group(
                [("campaign_id", "=", campaign.id)],
                [group],
                ["recipients:sum", "opened:sum", "clicked:sum", "bounced:sum"],
            )
            return {key: tuple(values) for key, *values in groups}

        self.assertEqual(
            sums("kind"),
            {"contact": (1, 1, 1, 0), "company": (1, 0, 0, 0), "lead": (1, 1, 0, 1)},
        )
        self.assertEqual(sums("user_id")[seller], (2, 2, 1, 1))
        self.assertEqual(sums("country_id")[country], (2, 1, 1, 0))
        self.assertEqual(sums("commercial_partner_id")[company], (2, 1, 1, 0))

    def test_filters_of_the_tabs_find_who_reacted(self):
        campaign = self.synced_campaign(self.contacts(4))
        opened, clicked, bounced, silent = campaign.cm_recipient_ids
        self.reacted(opened)
        self.reacted(clicked, total_clicks=1)
        bounced.bounced = True
        self.env.flush_all()
        recipients = self.env["campaign.master.recipient"]
        arch = etree.fromstring(recipients.get_view(view_type="search")["arch"])
        filters = {
            one.get("name"): literal_eval(one.get("domain"))
            for one in arch.iter("filter")
            if one.get("domain")
        }
        own = [("campaign_id", "=", campaign.id)]
        for name, expected in (
            ("opened", opened | clicked),
            ("clicked", clicked),
            ("never_opened", silent),
            ("bounced", bounced),
            ("opted_out", recipients),
            ("added", campaign.cm_recipient_ids),
        ):
            with self.subTest(name=name):
                self.assertEqual(recipients.search(own + filters[name]), expected)
        self.assertEqual(recipients.search(own, order="total_clicks desc", limit=1), clicked)

    def test_link_parameters_bring_leads_back_to_the_campaign(self):
        campaign = self.synced_campaign(title="Spring & Summer 50 %")
        parameters = parse_qs(campaign.cm_link_parameters)
        self.assertEqual(parameters["utm_campaign"], [campaign.name])
        lead = self.lead(campaign_id=campaign.id)
        self.assertEqual(campaign.crm_lead_count, 1)
        self.assertEqual(lead.campaign_id, campaign)
