"""Adding people to a campaign: selected rows, all that match, an existing or a new campaign."""

import time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestAddRecipients(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.make_campaign()

    def wizard(self, people, campaign=None, **context):
        """The dialog of the Actions menu of Leads or Contacts for these rows."""
        model = self.env["campaign.master.add.recipients"].with_context(
            active_model=people._name, active_ids=people.ids, **context
        )
        form = Form(model)
        if campaign:
            form.campaign_id = campaign
        return form

    def added(self, form):
        return form.save().action_add()["params"]["message"]

    def test_selected_contacts_are_added_to_an_existing_campaign(self):
        people = self.contacts(3)
        form = self.wizard(people, self.campaign)
        self.assertEqual(form.selected_count, 3)
        self.assertEqual(self.added(form), "Recipients added to Spring offers: 3.")
        self.assertEqual(self.campaign.cm_recipient_ids.partner_id, people)

    def test_selected_leads_are_added_to_a_new_campaign(self):
        leads = self.lead() | self.lead("lead-2@example.com")
        form = self.wizard(leads)
        form.target = "new"
        form.campaign_title = "Black Friday"
        self.assertEqual(self.added(form), "Recipients added to Black Friday: 2.")
        campaign = self.env["utm.campaign"].search([("title", "=", "Black Friday")])
        self.assertEqual(campaign.cm_recipient_ids.lead_id, leads)
        self.assertEqual(campaign.cm_account_id, self.account)

    def test_dialog_says_what_adding_to_a_synced_campaign_does_before_it_does(self):
        synced = self.synced_campaign(title="Synced")
        picked = ("action_cm_add_leads", "action_cm_add_contacts", "action_cm_add_companies")
        form = self.wizard(self.contacts(1), self.campaign)
        self.assertFalse(form.warning)
        form.campaign_id = synced
        at_once = (
            "Synced is in Campaign Master: whom you add now goes on the list Customers at once, "
            "and can't be taken off it from here."
        )
        self.assertEqual(form.warning, at_once)
        for action in picked:
            self.assertEqual(getattr(self.campaign, action)()["params"]["warning"], "")
            self.assertEqual(getattr(synced, action)()["params"]["warning"], at_once)
        synced.action_cm_pause()
        self.assertIn("adding is paused", synced.action_cm_add_leads()["params"]["warning"])
        form.target = "new"
        self.assertFalse(form.warning)

    def test_next_page_after_adding_is_the_campaign(self):
        action = self.wizard(self.contacts(1), self.campaign).save().action_add()
        following = action["params"]["next"]
        self.assertEqual(
            (following["res_model"], following["res_id"]), ("utm.campaign", self.campaign.id)
        )

    def test_numbers_say_who_was_left_out_and_who_was_there(self):
        people = self.contacts(2)
        self.added(self.wizard(people, self.campaign))
        more = people | self.contact(False) | self.contact("new@example.com")
        self.assertEqual(
            self.added(self.wizard(more, self.campaign)),
            "Recipients added to Spring offers: 2. Can't get the mail: 1 (the campaign "
            "says why). Recipients already: 2.",
        )

    def test_campaign_must_be_chosen_or_named(self):
        people = self.contacts(1)
        wizard = self.wizard(people, self.campaign).save()
        wizard.campaign_id = False
        with self.assertRaisesRegex(UserError, "Choose the campaign"):
            wizard.action_add()
        wizard.write({"target": "new", "campaign_title": "   "})
        with self.assertRaisesRegex(UserError, "Give the new campaign a name"):
            wizard.action_add()

    def test_lost_leads_and_archived_contacts_that_were_selected_are_not_dropped(self):
        lead = self.lead()
        lead.action_set_lost()
        contact = self.contact()
        contact.active = False
        self.added(self.wizard(lead, self.campaign))
        self.added(self.wizard(contact, self.campaign))
        self.assertEqual(self.recipients(self.campaign, lead).state, "pending")
        self.assertEqual(self.recipients(self.campaign, contact).state_reason, "archived")

    def test_all_that_match_are_added_where_the_client_cut_their_ids(self):
        ids = self.bulk_contacts(20_500)
        started = time.monotonic()
        form = self.wizard(
            self.env["res.partner"].browse(ids[:20_000]),
            self.campaign,
            active_domain=[("email", "=like", "bulk-%@example.com")],
        )
        self.assertEqual(form.selected_count, 20_500)
        self.assertEqual(self.added(form), "Recipients added to Spring offers: 20,500.")
        self.assertLess(time.monotonic() - started, 10)
        self.assertEqual(self.states(self.campaign), {"pending": 20_500})

    def test_rows_selected_in_a_filtered_list_are_no_more_than_those_rows(self):
        people = self.contacts(5)
        form = self.wizard(
            people[:2], self.campaign, active_domain=[("email", "=like", "person-%")]
        )
        self.assertEqual(self.added(form), "Recipients added to Spring offers: 2.")

    def test_as_many_rows_as_the_client_passes_on_can_be_selected(self):
        rows = [("id", "in", list(range(10**8, 10**8 + 19_999)))]
        self.campaign.cm_add_people("res.partner", rows)
        self.assertFalse(self.campaign.cm_recipient_ids)

    def test_picker_of_the_form_offers_each_kind(self):
        for action, model, domain in (
            (self.campaign.action_cm_add_leads(), "crm.lead", []),
            (self.campaign.action_cm_add_contacts(), "res.partner", [("is_company", "=", False)]),
            (self.campaign.action_cm_add_companies(), "res.partner", [("is_company", "=", True)]),
        ):
            self.assertEqual(action["params"]["model"], model)
            self.assertEqual(action["params"]["domain"], domain)

    def test_people_are_added_under_the_users_own_access_rules(self):
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        own = self.lead(user_id=seller.id)
        foreign = self.lead("foreign@example.com", user_id=self.env.ref("base.user_admin").id)
        message = self.campaign.with_user(seller).cm_add_people(
            "crm.lead", [("id", "in", (own | foreign).ids)]
        )["params"]["message"]
        self.assertEqual(message, "Recipients added to Spring offers: 1.")
        self.assertEqual(self.campaign.cm_recipient_ids.lead_id, own)

    def test_domain_that_is_none_or_another_model_is_refused(self):
        for model, domain in (
            ("res.users", []),
            ("res.partner", [("no_such_field", "=", 1)]),
        ):
            with self.subTest(model=model), self.assertRaises(ValueError):
                self.campaign.cm_add_people(model, domain)

    def test_marketing_user_without_leads_cannot_add_leads(self):
        user = self.make_user("marketing", "mass_mailing.group_mass_mailing_user")
        with self.assertRaises(AccessError):
            self.campaign.with_user(user).cm_add_people("crm.lead", [])

    def test_company_without_an_account_is_told_in_a_sentence(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        user = self.make_user("other", "sales_team.group_sale_salesman", company_id=company.id)
        people = self.contacts(1)
        campaign = self.env["utm.campaign"].with_user(user).create({"title": "Without account"})
        with self.assertRaisesRegex(UserError, "Second Company has no Campaign Master account"):
            campaign.cm_add_people("res.partner", [("id", "in", people.ids)])
