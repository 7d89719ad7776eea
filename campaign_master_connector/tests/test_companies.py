"""Two companies with an account each don't see anything of each other."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestCompanies(CampaignMasterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        cls.other_account = cls.make_account(cls.other_company, username="second", password="word")
        group = "sales_team.group_sale_salesman_all_leads"
        cls.ours = cls.make_user("ours", group, company_id=cls.company.id)
        cls.theirs = cls.make_user("theirs", group, company_id=cls.other_company.id)
        cls.both = cls.make_user(
            "both",
            group,
            company_id=cls.company.id,
            company_ids=[(6, 0, (cls.company | cls.other_company).ids)],
        )

    def setUp(self):
        super().setUp()
        self.control.create_account("second", "word", any_sender=True)
        self.their_list = self.control.create_list("Their list", account="second")
        self.their_template = self.control.create_template("Their template", account="second")
        self.pull_choices()
        self.pull_choices(self.other_account)
        self.our_campaign = self.synced_campaign(self.contact("ours@example.com"), title="Ours")
        self.their_campaign = (
            self.env["utm.campaign"]
            .with_user(self.theirs)
            .create(
                {
                    "title": "Theirs",
                    "cm_subject": "Their offers",
                    "cm_description": "Their description",
                    "cm_from_name": "They",
                    "cm_from_email": "they@example.org",
                    "cm_list_id": self.choice("list", self.their_list, self.other_account).id,
                    "cm_template_id": self.choice(
                        "template", self.their_template, self.other_account
                    ).id,
                }
            )
        )
        person = self.contact("theirs@example.com")
        self.their_campaign.cm_add_people("res.partner", [("id", "in", person.ids)])
        self.their_campaign.action_cm_sync()

    def as_both(self, model, *companies):
        return (
            self.env[model]
            .with_user(self.both)
            .with_context(allowed_company_ids=[company.id for company in companies])
        )

    def test_each_campaign_went_to_its_own_account(self):
        self.assertEqual(self.our_campaign.cm_account_id, self.account)
        self.assertEqual(self.their_campaign.sudo().cm_account_id, self.other_account)
        [ours] = self.control.campaigns("demo")
        [theirs] = self.control.campaigns("second")
        self.assertEqual(
            (ours["subject"], theirs["subject"]), ("Our spring offers", "Their offers")
        )
        self.assertEqual(self.on_list(), ["ours@example.com"])
        self.assertEqual(self.on_list(self.their_list), ["theirs@example.com"])

    def test_users_see_their_own_company_only(self):
        for model, ours, theirs in (
            ("campaign.master.list", {"Customers", "Newsletter"}, {"Their list"}),
            ("campaign.master.template", {"Spring", "Summer"}, {"Their template"}),
        ):
            self.assertEqual(
                set(self.env[model].with_user(self.ours).search([]).mapped("name")), ours
            )
            self.assertEqual(
                set(self.env[model].with_user(self.theirs).search([]).mapped("name")), theirs
            )
        for model in ("campaign.master.recipient", "campaign.master.recipient.report"):
            self.env.flush_all()
            ours = self.env[model].with_user(self.ours).search([]).campaign_id
            theirs = self.env[model].with_user(self.theirs).search([]).campaign_id
            self.assertEqual(ours, self.our_campaign)
            self.assertEqual(theirs, self.their_campaign)

    def test_campaigns_of_the_other_company_show_nothing_of_campaign_master(self):
        campaigns = self.env["utm.campaign"].with_user(self.ours)
        foreign = campaigns.search([("title", "=", "Theirs")])
        self.assertEqual(foreign.read(["title", "cm_subject"])[0]["title"], "Theirs")
        self.assertFalse(foreign.read(["cm_subject"])[0]["cm_subject"])
        for use in (
            lambda: foreign.write({"cm_subject": "x"}),
            lambda: foreign.action_cm_sync(),
            lambda: foreign.action_cm_pause(),
            lambda: foreign.action_cm_resume(),
            lambda: foreign.action_cm_update_statistics(),
            lambda: foreign.action_cm_duplicate_with_recipients(),
            lambda: foreign.action_cm_add_contacts(),
            lambda: foreign.cm_recipient_summary(),
            lambda: foreign.cm_statistics_charts(),
            lambda: foreign.cm_progress(),
            lambda: foreign.cm_add_people("res.partner", []),
        ):
            with self.assertRaisesRegex(AccessError, "duplicate the campaign") as refused:
                use()
            self.assertNotIn("Second Company", str(refused.exception))
        administrator = self.make_user("boss", "base.group_system", company_id=self.company.id)
        with self.assertRaisesRegex(AccessError, "duplicate the campaign"):
            foreign.with_user(administrator).unlink()

    def test_user_of_both_works_in_the_company_that_is_chosen(self):
        for companies, names in (
            ((self.company,), {"Ours"}),
            ((self.other_company,), {"Theirs"}),
            ((self.company, self.other_company), {"Ours", "Theirs"}),
        ):
            campaigns = self.as_both("utm.campaign", *companies).search(
                [("cm_external_id", "!=", False)]
            )
            self.assertEqual(set(campaigns.mapped("title")), names)
            recipients = self.as_both("campaign.master.recipient", *companies).search([])
            self.assertEqual(set(recipients.campaign_id.mapped("title")), names)

    def test_form_of_a_user_of_both_offers_the_lists_of_the_campaigns_account(self):
        form = Form(self.as_both("utm.campaign", self.other_company, self.company))
        self.assertEqual(form.cm_effective_account_id.id, self.other_account.id)
        ours = self.as_both("utm.campaign", self.other_company, self.company).browse(
            self.our_campaign.id
        )
        self.assertEqual(Form(ours).cm_effective_account_id.id, self.account.id)

    def test_list_of_the_other_company_is_refused(self):
        campaign = self.as_both("utm.campaign", self.company, self.other_company).browse(
            self.our_campaign.id
        )
        with self.assertRaisesRegex(Exception, "must be of the Campaign Master account"):
            campaign.cm_list_id = self.choice("list", self.their_list, self.other_account)

    def test_campaign_cannot_be_moved_to_the_other_account(self):
        for campaign in (
            self.our_campaign.with_user(self.ours),
            self.as_both("utm.campaign", self.company, self.other_company).browse(
                self.our_campaign.id
            ),
        ):
            with self.assertRaises(AccessError):
                campaign.write({"cm_account_id": self.other_account.id})
                self.env.flush_all()

    def test_contact_of_the_other_company_cannot_be_read_through_a_recipient(self):
        secret = self.contact("secret@example.com", company_id=self.other_company.id)
        with self.assertRaises(AccessError):
            self.env["campaign.master.recipient"].with_user(self.ours).create(
                {"campaign_id": self.our_campaign.id, "partner_id": secret.id}
            )
        self.our_campaign.with_user(self.ours).cm_add_people(
            "res.partner", [("id", "=", secret.id)]
        )
        self.assertFalse(self.recipients(self.our_campaign, secret))

    def test_logs_are_those_of_the_own_company(self):
        manager = self.make_user("boss", "base.group_system", company_id=self.company.id)
        logs = self.env["campaign.master.sync.log"].with_user(manager).search([])
        self.assertEqual(logs.account_id, self.account)
        accounts = self.env["campaign.master.account"].with_user(manager).search([])
        self.assertEqual(accounts, self.account)
        with self.assertRaises(AccessError):
            self.other_account.with_user(manager).write({"username": "x"})

    def test_administrators_of_the_other_company_are_not_alerted(self):
        ours = self.make_user("boss", "base.group_system", company_id=self.company.id)
        theirs = self.make_user("chef", "base.group_system", company_id=self.other_company.id)
        self.control.change_password("changed", "second")
        self.control.expire_tokens("second")
        self.their_campaign.action_cm_update_statistics()
        self.assertEqual(self.other_account.connection_state, "refused")
        alerted = self.other_account.activity_ids.user_id
        self.assertIn(theirs, alerted)
        self.assertNotIn(ours, alerted)

    def test_consent_and_addresses_are_those_of_the_own_company(self):
        manager = self.make_user("boss", "base.group_system", company_id=self.company.id)
        for campaign in (self.our_campaign, self.their_campaign.sudo()):
            [recipient] = campaign.cm_recipient_ids
            self.env["campaign.master.former.address"].create(
                {"recipient_id": recipient.id, "email": "before@example.com"}
            )
            self.env["campaign.master.unknown.address"].create(
                {"campaign_id": campaign.id, "digest": "of somebody"}
            )
            self.env["campaign.master.opt.out"].create(
                {"account_id": campaign.cm_account_id.id, "email": "gone@example.com"}
            )
        for name in ("former.address", "unknown.address", "opt.out"):
            with self.subTest(model=name):
                found = self.env[f"campaign.master.{name}"].with_user(manager).search([])
                self.assertEqual(found.company_id, self.company)
                self.assertEqual(len(found), 1)

    def test_settings_are_those_of_the_company_that_is_chosen(self):
        manager = self.make_user(
            "boss",
            "base.group_system",
            company_id=self.company.id,
            company_ids=[(6, 0, (self.company | self.other_company).ids)],
        )
        for company, username in ((self.company, "demo"), (self.other_company, "second")):
            settings = self.env["res.config.settings"].with_user(manager)
            form = Form(settings.with_context(allowed_company_ids=[company.id]))
            self.assertEqual(form.cm_username, username)

    def test_company_without_account_shows_nothing(self):
        third = self.env["res.company"].create({"name": "Third Company"})
        user = self.make_user("third", "sales_team.group_sale_salesman", company_id=third.id)
        self.assertFalse(Form(self.env["utm.campaign"].with_user(user)).cm_available)

    def test_one_account_that_fails_does_not_stop_the_other(self):
        for campaign, email in (
            (self.our_campaign, "more-ours@example.com"),
            (self.their_campaign, "more-theirs@example.com"),
        ):
            self.add(campaign.sudo(), self.contact(email))
        self.control.change_password("changed", "demo")
        self.control.expire_tokens("demo")
        self.run_cron()
        self.assertEqual(self.states(self.our_campaign), {"added": 1, "pending": 1})
        self.assertEqual(self.states(self.their_campaign.sudo()), {"added": 2})
        self.assertEqual(self.account.connection_state, "refused")
        self.assertEqual(self.other_account.connection_state, "connected")

    def test_each_account_has_its_own_quota(self):
        self.add(self.our_campaign, self.contact("more-ours@example.com"))
        self.add(self.their_campaign.sudo(), self.contact("more-theirs@example.com"))
        before = {one: one.month_calls for one in (self.account, self.other_account)}
        self.account.blocked_until = fields.Datetime.now() + timedelta(hours=1)
        self.run_cron()
        self.assertEqual(self.account.month_calls, before[self.account])
        self.assertEqual(self.other_account.month_calls, before[self.other_account] + 1)
        self.assertEqual(self.states(self.their_campaign.sudo()), {"added": 2})
        self.account.write({"blocked_until": False, "monthly_limit": 1})
        self.run_cron()
        self.assertEqual(self.states(self.our_campaign), {"added": 1, "pending": 1})

    def test_schedules_of_a_user_of_both_keep_the_companies_apart(self):
        """Also when somebody runs the schedule by hand, in one of the companies."""
        self.add(self.our_campaign, self.contact("more-ours@example.com"))
        self.add(self.their_campaign.sudo(), self.contact("more-theirs@example.com"))
        self.as_both("utm.campaign", self.company).sudo()._cron_cm_sync_recipients()
        self.assertEqual(self.on_list(), ["more-ours@example.com", "ours@example.com"])
        self.assertEqual(
            self.on_list(self.their_list), ["more-theirs@example.com", "theirs@example.com"]
        )
        logs = self.env["campaign.master.sync.log"].search([])
        for log in logs:
            if log.campaign_id:
                self.assertEqual(log.account_id, log.campaign_id.cm_account_id)
            self.assertEqual(log.company_id, log.account_id.company_id)
        recipients = self.env["campaign.master.recipient"].search([])
        for recipient in recipients:
            self.assertEqual(recipient.company_id, recipient.campaign_id.cm_account_id.company_id)
