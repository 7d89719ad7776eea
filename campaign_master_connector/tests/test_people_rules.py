"""Recipients are seen by who may read the lead or contact that they are, by whatever rule."""

from lxml import etree
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .rights_common import RightsCase

RECIPIENT, REPORT = "campaign.master.recipient", "campaign.master.recipient.report"


@tagged("post_install", "-at_install")
class TestPeopleRules(RightsCase):
    def setUp(self):
        super().setUp()
        self.seen = self.contact("seen@example.com", name="Seen")
        self.hidden = self.contact("hidden@example.com", name="Hidden", is_company=True)
        self.campaign = self.synced_campaign(self.seen | self.hidden)

    def rule(self, model, domain, **values):
        return self.env["ir.rule"].create(
            {
                "name": "Some",
                "model_id": self.env["ir.model"]._get_id(model),
                "domain_force": str(domain),
                **values,
            }
        )

    def check_only_seen(self, user, hidden, *seen):
        """Nothing tells ``user`` of the recipients of ``hidden``."""
        self.env.flush_all()
        unseen = self.recipients(self.campaign, hidden)
        self.assertEqual(len(unseen), 1)
        self.env.invalidate_all()
        expected = {person.display_name for person in seen}
        recipients = self.env[RECIPIENT].with_user(user)
        campaign = self.campaign.with_user(user)
        domain = [("campaign_id", "=", self.campaign.id)]
        self.assertEqual(set(recipients.search(domain).mapped("display_name")), expected)
        self.assertEqual(set(campaign.cm_recipient_ids.mapped("display_name")), expected)
        self.assertEqual(campaign.cm_recipient_count, len(expected))
        summary = campaign.cm_recipient_summary()
        self.assertEqual((summary["total"], summary["is_whole"]), (len(expected), False))
        for model in (RECIPIENT, REPORT):
            [[count]] = self.env[model].with_user(user)._read_group(domain, [], ["__count"])
            self.assertEqual(count, len(expected))
        groups = recipients.formatted_read_group(domain, ["email"], ["__count"])
        self.assertEqual(len(groups), len(expected))
        user.group_ids += self.env.ref("base.group_allow_export")
        for read in (
            lambda one: one.read(["email"]),
            lambda one: one.export_data(["email", "display_name"]),
            lambda one: one.web_read({"display_name": {}}),
            lambda one: one.action_open_person(),
            lambda one: one.action_cm_remove(),
        ):
            with self.assertRaises(AccessError):
                read(unseen.with_user(user))

    def test_rule_of_own_contacts(self):
        self.seen.user_id = self.all_leads
        self.rule("res.partner", [("user_id", "=", self.all_leads.id)])
        self.check_only_seen(self.all_leads, self.hidden, self.seen)

    def test_contact_of_another_company(self):
        self.hidden.company_id = self.env["res.company"].create({"name": "Second Company"})
        self.check_only_seen(self.all_leads, self.hidden, self.seen)
        self.hidden.company_id = self.company
        self.env.flush_all()
        summary = self.campaign.with_user(self.all_leads).cm_recipient_summary()
        self.assertEqual((summary["total"], summary["is_whole"]), (2, True))

    def test_deleted_contact_of_another_company_stays_hidden(self):
        self.hidden.company_id = self.env["res.company"].create({"name": "Second Company"})
        self.env.flush_all()
        self.hidden.unlink()
        self.env.flush_all()
        found = self.env[RECIPIENT].with_user(self.all_leads).search([])
        self.assertEqual(found.mapped("email"), ["seen@example.com"])

    def test_colleague_of_another_company_is_seen_as_in_contacts(self):
        second = self.env["res.company"].create({"name": "Second Company"})
        colleague = self.make_user("second", company_id=second.id, company_ids=[(6, 0, second.ids)])
        colleague.partner_id.write({"company_id": second.id, "email": "second@example.com"})
        self.add(self.campaign, colleague.partner_id)
        self.env.flush_all()
        recipients = self.env[RECIPIENT].with_user(self.all_leads)
        self.assertTrue(recipients.search([("partner_id", "=", colleague.partner_id.id)]))
        colleague.group_ids = self.env.ref("base.group_portal")
        self.env.flush_all()
        self.assertFalse(recipients.search([("partner_id", "=", colleague.partner_id.id)]))

    def test_team_rule_on_leads(self):
        team = self.env["crm.team"].create({"name": "Ours"})
        own = self.lead("own@example.com", name="Own", team_id=team.id)
        foreign = self.lead("foreign@example.com", name="Foreign", team_id=False)
        self.add(self.campaign, own | foreign)
        self.rule("crm.lead", [("team_id", "=", team.id)])
        self.check_only_seen(self.all_leads, foreign, self.seen, self.hidden, own)

    def test_rule_that_shows_a_salesperson_more(self):
        foreign = self.lead("foreign@example.com", name="Foreign", user_id=self.colleague.id)
        group = self.env.ref("sales_team.group_sale_salesman")
        self.rule("crm.lead", [("email_from", "=", "foreign@example.com")], groups=group)
        self.campaign.with_user(self.seller).cm_add_people("crm.lead", [("id", "=", foreign.id)])
        for model in (RECIPIENT, REPORT):
            self.env.flush_all()
            found = self.env[model].with_user(self.seller).search([("kind", "=", "lead")])
            self.assertEqual(found.lead_id, foreign)

    def test_who_reads_no_leads_sees_none(self):
        lead = self.lead("lead@example.com", name="Lead", user_id=False)
        self.add(self.campaign, lead)
        self.assertFalse(self.env["crm.lead"].with_user(self.marketing).has_access("read"))
        self.check_only_seen(self.marketing, lead, self.seen, self.hidden)

    def test_changed_rule_counts_at_once(self):
        recipients = self.env[RECIPIENT].with_user(self.all_leads)
        self.assertEqual(len(recipients.search([])), 2)
        rule = self.rule("res.partner", [("name", "!=", "Hidden")])
        self.assertEqual(recipients.search([]).partner_id, self.seen)
        rule.active = False
        self.assertEqual(len(recipients.search([])), 2)

    def test_former_addresses_and_opt_outs_of_hidden_people(self):
        self.hidden.email = "new@example.com"
        self.env.flush_all()
        opt_outs = self.env["campaign.master.opt.out"]
        opt_outs.create(
            [
                {"account_id": self.account.id, "email": "a@example.com", "partner_id": one.id}
                for one in (self.seen, self.hidden)
            ]
        )
        former = self.env["campaign.master.former.address"].with_user(self.manager)
        self.assertEqual(former.search([]).email, "hidden@example.com")
        self.rule("res.partner", [("name", "!=", "Hidden")])
        self.assertFalse(former.search([]))
        self.assertEqual(opt_outs.with_user(self.manager).search([]).partner_id, self.seen)

    def test_time_is_told_where_nobody_is_hidden(self):
        self.env["campaign.master.sync.log"].create(
            {
                "kind": "recipients",
                "campaign_id": self.campaign.id,
                "account_id": self.account.id,
                "added": 1,
                "duration": 600,
            }
        )
        self.add(self.campaign, self.contact("late@example.com"))
        campaign = self.campaign.with_user(self.all_leads)
        self.assertEqual(campaign.cm_progress()["minutes_left"], 10)
        self.hidden.company_id = self.env["res.company"].create({"name": "Second Company"})
        self.env.flush_all()
        self.assertIs(campaign.cm_progress()["minutes_left"], False)


@tagged("post_install", "-at_install")
class TestSearchByName(RightsCase):
    """One search over name and address, as contacts have it."""

    def setUp(self):
        super().setUp()
        company = self.contact("office@example.com", name="Northwind", is_company=True)
        person = self.contact("berta@example.com", name="Berta Brown", parent_id=company.id)
        lead = self.lead(
            "carla@example.com",
            name="Interest in spring",
            contact_name="Carla Cole",
            partner_name="Southwind",
            user_id=self.seller.id,
        )
        self.campaign = self.synced_campaign(company | person, lead)
        self.emails = {"office@example.com", "berta@example.com", "carla@example.com"}

    def found(self, text, user=None, operator="ilike"):
        recipients = self.env["campaign.master.recipient"].with_user(user or self.env.user)
        domain = [("display_name", operator, text), ("campaign_id", "=", self.campaign.id)]
        return set(recipients.search(domain).mapped("email"))

    def test_by_any_name_and_by_address(self):
        for text, emails in (
            ("berta b", {"berta@example.com"}),
            ("northwind", {"office@example.com", "berta@example.com"}),
            ("carla cole", {"carla@example.com"}),
            ("southwind", {"carla@example.com"}),
            ("spring", {"carla@example.com"}),
            ("office@", {"office@example.com"}),
            ("example.com", self.emails),
            ("", self.emails),
            ("nobody", set()),
        ):
            for user in (self.env.user, self.seller):
                with self.subTest(text=text, user=user.login):
                    self.assertEqual(self.found(text, user), emails)
        self.assertEqual(self.found("northwind", operator="not ilike"), {"carla@example.com"})

    def test_who_reads_no_leads_searches_too(self):
        self.assertEqual(self.found("berta", self.marketing), {"berta@example.com"})
        self.assertEqual(self.found("carla", self.marketing), set())

    def test_it_is_the_first_suggestion(self):
        for user in (self.seller, self.marketing):
            recipients = self.env["campaign.master.recipient"].with_user(user)
            arch = etree.fromstring(recipients.get_view(view_type="search")["arch"])
            self.assertEqual(arch.find(".//field").get("name"), "display_name")
            offered = {node.get("name") for node in arch.iter("field")}
            self.assertEqual("lead_id" in offered, user == self.seller)
