"""A campaign of Odoo is everybody's, also when one company uses it with Campaign Master."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CampaignMasterCase

MARKETING = "mass_mailing.group_mass_mailing_user"


@tagged("post_install", "-at_install")
class TestSharedCampaigns(CampaignMasterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        cls.other_account = cls.make_account(cls.other_company, username="second", password="word")
        groups = (MARKETING, "base.group_allow_export")
        cls.ours = cls.make_user("ours", *groups, company_id=cls.company.id)
        cls.theirs = cls.make_user("theirs", *groups, company_id=cls.other_company.id)

    def setUp(self):
        super().setUp()
        self.pull_choices()
        self.campaign = self.env["utm.campaign"].create({"title": "Spring fair"})
        self.own = self.env["utm.campaign"].create({"title": "Their own"})
        self.mailing = (
            self.env["mailing.mailing"]
            .with_user(self.theirs)
            .create(
                {
                    "subject": "Come to the fair",
                    "campaign_id": self.campaign.id,
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                }
            )
        )
        self.use_it()

    def use_it(self):
        """One company begins to use the campaign, up to its figures."""
        self.campaign.with_user(self.ours).write(
            {
                "cm_subject": "Secret subject",
                "cm_description": "Secret description",
                "cm_from_email": "secret@example.com",
                "cm_list_id": self.choice("list", self.customers).id,
                "cm_template_id": self.choice("template", self.spring).id,
            }
        )
        self.add(self.campaign, self.contact())
        self.campaign.write(
            {
                "cm_external_id": 77,
                "cm_state": "sent",
                "cm_sent_at": "2026-03-01 10:00:00",
                "cm_emails_sent": 1234,
                "cm_total_clicks": 55,
                "cm_sync_error": "Secret problem",
                "cm_statistics_at": "2026-03-02 10:00:00",
                "cm_sync_counts": {"new": 1, "total": 1, "added": 1},
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def seen(self, *campaigns):
        ids = [campaign.id for campaign in campaigns or (self.campaign,)]
        return self.env["utm.campaign"].with_user(self.theirs).browse(ids)

    def ours_of(self, model):
        """Names of all fields of the addon that the other company's user may ask for."""
        return [
            name
            for name in self.env[model].with_user(self.theirs).fields_get()
            if name.startswith("cm_")
        ]

    def test_others_go_on_with_their_mailing(self):
        mailing = self.mailing.with_user(self.theirs)
        self.assertEqual(mailing.read(["campaign_id"])[0]["campaign_id"][1], "Spring fair")
        with Form(mailing) as form:
            form.subject = "Come to the fair tomorrow"
        self.assertEqual(mailing.copy().campaign_id, self.campaign)
        self.assertIn(self.campaign, self.seen().search([("title", "=", "Spring fair")]))
        with Form(self.seen()) as form:
            form.title = "Summer fair"
        self.assertEqual(self.campaign.title, "Summer fair")
        self.assertEqual(self.campaign.cm_subject, "Secret subject")

    def test_nothing_of_the_block_is_read(self):
        names = self.ours_of("utm.campaign")
        self.assertGreater(len(names), 40)
        per_user = {"cm_link_parameters"}
        for values in (
            self.seen().read(names)[0],
            self.seen().web_read({name: {} for name in names})[0],
            self.seen().search_read([("id", "=", self.campaign.id)], names)[0],
        ):
            shown = {name for name in names if values[name]}
            self.assertFalse(shown - per_user)
        paths = [name for name in names if self.env["utm.campaign"]._fields[name].exportable]
        [row] = self.seen().export_data(paths)["datas"]
        self.assertFalse(any(row))
        [row] = self.mailing.with_user(self.theirs).export_data(
            ["campaign_id/cm_subject", "campaign_id/cm_list_id/name", "campaign_id/title"]
        )["datas"]
        self.assertEqual(row, ["", "", "Spring fair"])

    def test_what_others_see_is_not_what_the_owner_reads_later(self):
        """One cache serves them all."""
        names = [
            "cm_subject",
            "cm_list_id",
            "cm_missing_fields",
            "cm_problem",
            "cm_emails_sent",
            "cm_click_rate",
            "cm_next_attempt_at",
            "cm_available",
        ]
        mixed = self.seen(self.own, self.campaign)
        mixed.read(names)
        whole = self.campaign.with_user(self.ours).read(names)[0]
        self.env.invalidate_all()
        self.assertEqual(whole, self.campaign.with_user(self.ours).read(names)[0])
        self.assertEqual(whole["cm_subject"], "Secret subject")
        self.assertEqual(whole["cm_missing_fields"], "cm_from_name")
        self.assertTrue(whole["cm_available"] and whole["cm_problem"] and whole["cm_list_id"])
        self.assertFalse(
            any(
                self.seen().read(["cm_subject", "cm_problem"])[0][name]
                for name in ("cm_subject", "cm_problem")
            )
        )

    def test_nothing_of_the_block_is_found(self):
        for domain in (
            [("cm_subject", "like", "Secret")],
            [("cm_subject", "!=", False)],
            [("cm_external_id", "=", 77)],
            [("cm_emails_sent", ">", 1000)],
            [("cm_state", "=", "sent")],
            [("cm_sync_error", "!=", False)],
            [("cm_list_id", "!=", False)],
            [("cm_list_id.name", "=", "Customers")],
            [("cm_list_id", "any", [("name", "=", "Customers")])],
            [("cm_account_id", "!=", False)],
            [("cm_account_id", "=", self.account.id)],
            [("cm_recipient_ids", "!=", False)],
            ["!", ("cm_recipient_ids", "=", False)],
            ["!", ("cm_recipient_ids", "in", [False])],
            [("cm_recipient_ids", "any", [])],
            [("cm_recipient_ids.state", "=", "pending")],
            [("cm_sent_at", ">", "2026-01-01")],
            [("cm_sent_at.month_number", "=", 3)],
            [("cm_click_rate", ">", 0)],
        ):
            with self.subTest(domain=domain):
                self.assertIn(self.campaign, self.env["utm.campaign"].search(domain))
                self.assertNotIn(self.campaign, self.seen().search(domain))
        found = self.env["mailing.mailing"].with_user(self.theirs)
        self.assertFalse(found.search([("campaign_id.cm_subject", "like", "Secret")]))
        self.assertTrue(found.search([("campaign_id.cm_subject", "=", False)]))

    def test_nothing_of_the_block_is_grouped_or_summed_up(self):
        both = [("id", "in", [self.campaign.id, self.own.id])]
        campaigns = self.seen()
        for name in ("cm_state", "cm_list_id", "cm_account_id", "cm_subject", "cm_sent_at:month"):
            with self.subTest(name=name):
                groups = campaigns._read_group(both, [name], ["__count"])
                values = [value for value, _count in groups]
                self.assertFalse({str(value) for value in values} & {"sent", "Secret subject"})
                self.assertFalse(any(hasattr(value, "ids") and value for value in values))
                self.assertEqual(sum(count for _value, count in groups), 2)
        [sums] = campaigns._read_group(
            both, [], ["cm_emails_sent:sum", "cm_total_clicks:max", "cm_click_rate:avg"]
        )
        self.assertFalse(any(sums))
        groups = campaigns.formatted_read_group(both, ["cm_list_id"], ["cm_emails_sent:sum"])
        self.assertNotIn("Customers", str(groups))
        # Who has the figures would come first or last.
        for order in ("cm_emails_sent desc, id desc", "cm_list_id, id desc", "cm_state, id desc"):
            found = campaigns.search(both, order=order)
            self.assertEqual(found[0], self.own)

    def test_block_of_others_cannot_be_written(self):
        for values in (
            {"cm_subject": "x"},
            {"cm_list_id": False},
            {"title": "x", "cm_subject": ""},
        ):
            with self.assertRaisesRegex(AccessError, "Spring fair is used with Campaign Master"):
                self.seen().write(values)
        with self.assertRaises(AccessError):
            self.env["campaign.master.recipient"].with_user(self.theirs).create(
                {"campaign_id": self.campaign.id, "partner_id": self.contact().id}
            )
        with self.assertRaisesRegex(AccessError, "can't be made for a company"):
            self.seen().create({"title": "Forged", "cm_account_id": self.account.id})

    def test_form_of_others_makes_no_call_through_the_owners_account(self):
        self.account.choices_attempted_at = False
        self.control.clear_calls()
        Form(self.seen())
        self.assertEqual(self.calls(), {})
        self.assertFalse(self.account.choices_attempted_at)

    def test_copy_of_others_has_no_block(self):
        copy = self.seen().copy().sudo()
        self.assertFalse(copy.cm_account_id or copy.cm_subject or copy.cm_list_id)
        copy.with_user(self.theirs).cm_subject = "Their subject"
        self.assertEqual(copy.cm_account_id, self.other_account)
        [data] = self.seen().copy_data()
        self.assertNotIn("Secret", str(data))

    def test_constraint_names_no_company_that_the_reader_does_not_see(self):
        other_list = self.env["campaign.master.list"].create(
            {"account_id": self.other_account.id, "external_id": 5, "name": "Theirs"}
        )
        campaigns = self.env["utm.campaign"].with_user(self.theirs)
        with self.assertRaises(Exception) as refused:
            campaigns.create({"title": "x", "cm_list_id": self.choice("list", self.customers).id})
        self.assertIn("must be of the Campaign Master account", str(refused.exception))
        self.assertNotIn(self.company.name, str(refused.exception))
        sentence = campaigns._cm_wrong_choice_sentence(self.campaign.sudo())
        self.assertNotIn(self.company.name, sentence)
        with self.assertRaises(Exception) as refused:
            self.campaign.with_user(self.ours).cm_list_id = other_list
        self.assertNotIn("Second", str(refused.exception))


@tagged("post_install", "-at_install")
class TestDefaults(CampaignMasterCase):
    """Defaults of the block never keep anybody from making a campaign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        cls.other_account = cls.make_account(cls.other_company, username="second", password="word")
        cls.theirs = cls.make_user("theirs", MARKETING, company_id=cls.other_company.id)

    def setUp(self):
        super().setUp()
        self.pull_choices()
        self.list = self.choice("list", self.customers)

    def default(self, name, value, **keywords):
        self.env["ir.default"].set("utm.campaign", name, value, **keywords)

    def make(self, **values):
        return self.env["utm.campaign"].create({"title": "Made", **values})

    def test_defaults_are_bound_to_the_account_as_entered_values(self):
        self.default("cm_list_id", self.list.id)
        self.default("cm_from_name", "  The\n Team ")
        campaign = self.make()
        self.assertEqual(campaign.cm_list_id, self.list)
        self.assertEqual(campaign.cm_from_name, "The Team")
        self.assertEqual(campaign.cm_account_id, self.account)
        entered = self.make(cm_from_name="Entered", cm_list_id=False)
        self.assertEqual((entered.cm_from_name, entered.cm_list_id.id), ("Entered", False))

    def test_default_in_the_context(self):
        campaigns = self.env["utm.campaign"].with_context(default_cm_list_id=self.list.id)
        campaign = campaigns.create({"title": "Made"})
        self.assertEqual((campaign.cm_list_id, campaign.cm_account_id), (self.list, self.account))

    def test_default_of_another_companys_account_is_dropped(self):
        self.default("cm_list_id", self.list.id)
        self.default("cm_template_id", self.choice("template", self.spring).id)
        for campaigns in (
            self.env["utm.campaign"].with_user(self.theirs),
            self.env["utm.campaign"].with_company(self.other_company).sudo(),
            self.env["utm.campaign"]
            .with_user(self.theirs)
            .with_context(default_cm_list_id=self.list.id),
        ):
            campaign = campaigns.create({"title": "Made"}).sudo()
            self.assertFalse(campaign.cm_list_id or campaign.cm_template_id)
            self.assertFalse(campaign.cm_account_id)
            self.assertFalse(Form(campaigns).cm_list_id)
        copied = self.make(cm_account_id=self.other_account.id, cm_subject="Theirs")
        self.assertEqual((copied.cm_account_id, copied.cm_list_id.id), (self.other_account, False))

    def test_default_that_is_no_value_is_dropped(self):
        gone = self.env["campaign.master.list"].create(
            {"account_id": self.account.id, "external_id": 99, "name": "Gone", "active": False}
        )
        for name, value in (
            ("cm_list_id", gone.id),
            ("cm_list_id", 987654),
            ("cm_from_email", "no address"),
            ("cm_subject", "x" * 300),
        ):
            campaigns = self.env["utm.campaign"].with_context(**{f"default_{name}": value})
            campaign = campaigns.create({"title": "Made"})
            self.assertFalse(campaign[name])
            self.assertFalse(campaign.cm_account_id)

    def test_kept_fields_have_no_defaults_of_people(self):
        self.default("cm_state", "sent")
        self.default("cm_external_id", 7)
        campaign = self.make()
        self.assertEqual((campaign.cm_state, campaign.cm_external_id), ("not_synced", 0))
        self.assertNotEqual(campaign.cm_reference, self.make().cm_reference)

    def test_every_way_of_making_a_campaign_goes_on(self):
        self.default("cm_list_id", self.list.id)
        self.default("cm_subject", "From the default")
        outsider = self.make_user("outsider", "base.group_user")
        made = self.env["utm.mixin"]._find_or_create_record("utm.campaign", "From a link")
        self.assertEqual(made.cm_subject, "From the default")
        by_name = self.env["utm.campaign"].name_create("By name")[0]
        self.assertEqual(self.env["utm.campaign"].browse(by_name).cm_account_id, self.account)
        by_outsider = (
            self.env["utm.campaign"].with_user(outsider).default_get(["cm_list_id", "cm_subject"])
        )
        self.assertFalse(by_outsider)
        third = self.env["res.company"].create({"name": "Third Company"})
        self.default("cm_list_id", self.list.id)
        alone = self.env["utm.campaign"].with_company(third).create({"title": "No account"})
        self.assertFalse(alone.cm_list_id or alone.cm_account_id)
