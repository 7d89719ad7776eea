"""Who may see and do what: salespersons, marketing users, administrators, others."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .rights_common import RightsCase

SYSTEM_FIELDS = {
    "cm_external_id": "17",
    "cm_reference": "another",
    "cm_state": "sent",
    "cm_emails_sent": 1_000,
    "cm_sync_error": "Something.",
    "cm_in_flight_first_id": 1,
    "cm_sent_values": {},
    "cm_recipient_statistics_after": "2026-01-01",
}


@tagged("post_install", "-at_install")
class TestRights(RightsCase):
    def test_groups_are_implied_as_designed(self):
        user = "campaign_master_connector.group_campaign_master_user"
        manager = "campaign_master_connector.group_campaign_master_manager"
        self.assertTrue(self.seller.has_group(user))
        self.assertTrue(self.marketing.has_group(user))
        self.assertFalse(self.seller.has_group(manager))
        self.assertFalse(self.marketing.has_group(manager))
        self.assertTrue(self.manager.has_group(manager))
        self.assertFalse(self.employee.has_group(user))
        self.assertFalse(self.portal.has_group(user))

    def test_salesperson_and_marketing_user_do_the_whole_job(self):
        for user in (self.seller, self.marketing):
            with self.subTest(user=user.login):
                self.pull_choices()
                person = self.contact(f"{user.login}-1@example.com")
                form = Form(self.env["utm.campaign"].with_user(user))
                self.assertTrue(form.cm_available)
                form.title = f"Campaign of {user.login}"
                form.cm_subject = "Our spring offers"
                form.cm_description = "Who bought last spring"
                form.cm_from_name = "The Sales Team"
                form.cm_from_email = "news@example.com"
                form.cm_list_id = self.choice("list", self.customers)
                form.cm_template_id = self.choice("template", self.spring)
                campaign = form.save()
                campaign.cm_add_people("res.partner", [("id", "in", person.ids)])
                message = campaign.action_cm_sync()["params"]["message"]
                self.assertEqual(message, "The campaign is in Campaign Master: 1 added.")
                params = campaign.action_cm_update_statistics()["params"]
                self.assertEqual(params["type"], "success")
                self.assertEqual(campaign.cm_recipient_ids.state, "added")
                campaign.cm_recipient_summary()
                campaign.cm_statistics_charts()
                campaign.copy()
                Form(campaign)

    def test_users_have_no_accounts_logs_and_opt_outs(self):
        self.synced_campaign()
        models = ("account", "sync.log", "opt.out", "former.address", "unknown.address")
        for user in (self.seller, self.marketing, self.employee, self.portal):
            for model in models:
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.env[f"campaign.master.{model}"].with_user(user).search([])

    def test_manager_has_accounts_and_reads_logs(self):
        self.synced_campaign()
        accounts = self.env["campaign.master.account"].with_user(self.manager)
        self.assertEqual(accounts.search([("id", "=", self.account.id)]), self.account)
        accounts.browse(self.account.id).show_extended_statistics = True
        logs = self.env["campaign.master.sync.log"].with_user(self.manager)
        row = logs.search([("account_id", "=", self.account.id)])
        self.assertTrue(row)
        with self.assertRaises(AccessError):
            row.error = "x"
        params = accounts.browse(self.account.id).action_test_connection()["params"]
        self.assertEqual(params["type"], "success")

    def test_users_cannot_test_the_connection(self):
        for user in (self.seller, self.marketing):
            with self.assertRaises(AccessError):
                self.account.with_user(user).action_test_connection()

    def test_lists_and_templates_are_read_only(self):
        self.pull_choices()
        record = self.choice("list", self.customers)
        for user in (self.seller, self.manager):
            self.assertEqual(record.with_user(user).name, "Customers")
            with self.assertRaises(AccessError):
                record.with_user(user).name = "x"
            with self.assertRaises(AccessError):
                record.with_user(user).unlink()

    def test_employee_and_portal_have_nothing_of_it(self):
        campaign = self.synced_campaign(self.contacts(1))
        for user in (self.employee, self.portal):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    campaign.with_user(user).cm_recipient_ids.mapped("email")
                with self.assertRaises(AccessError):
                    self.env["campaign.master.recipient"].with_user(user).search([])
                with self.assertRaises(AccessError):
                    campaign.with_user(user).cm_recipient_summary()
                for action in (
                    "action_cm_sync",
                    "action_cm_update_statistics",
                    "cm_progress",
                    "action_cm_pause",
                    "action_cm_resume",
                    "cm_statistics_charts",
                ):
                    with self.subTest(action=action), self.assertRaises(AccessError):
                        getattr(campaign.with_user(user), action)()

    def test_employee_still_reads_and_writes_ordinary_campaigns(self):
        campaign = self.synced_campaign(self.contacts(1)).with_user(self.employee)
        campaign.invalidate_recordset()
        self.assertEqual(campaign.read()[0]["title"], "Spring offers")
        campaign.title = "Renamed"
        own = campaign.create({"title": "Own"})
        self.assertEqual(own.read(["title"])[0]["title"], "Own")
        Form(campaign)

    def test_salesperson_with_own_documents_changes_own_campaigns_alone(self):
        campaign = self.synced_campaign(self.contacts(1), user_id=self.colleague.id)
        changes = (
            {"title": "Renamed"},
            {"active": False},
            {"user_id": self.seller.id},
            {"cm_subject": "Another subject"},
            {"cm_list_id": self.choice("list", self.newsletter).id},
        )
        for values in changes:
            refused = self.assertRaisesRegex(AccessError, "can be changed by colleague")
            with self.subTest(values=values), refused:
                campaign.with_user(self.seller).write(values)
        for user in (self.colleague, self.all_leads, self.marketing, self.manager):
            campaign.with_user(user).write({"title": f"By {user.login}", "cm_subject": user.login})
        own_lead = self.lead("own@example.com", user_id=self.seller.id)
        campaign.with_user(self.seller).cm_add_people("crm.lead", [("id", "=", own_lead.id)])
        campaign.with_user(self.seller).action_cm_sync()
        self.assertIn("own@example.com", self.on_list())

    def test_form_offers_nobody_to_change_what_he_could_not_save(self):
        campaign = self.synced_campaign(self.contacts(1), user_id=self.colleague.id)
        with Form(campaign.with_user(self.seller)) as form:
            for name in ("title", "user_id", "cm_subject", "cm_from_email", "cm_list_id"):
                with self.subTest(name=name), self.assertRaisesRegex(AssertionError, "readonly"):
                    setattr(form, name, False)
        with Form(campaign.with_user(self.colleague)) as form:
            form.user_id = self.seller
            form.title, form.cm_subject = "Handed over", "Still his until he saves"
        self.assertEqual(campaign.user_id, self.seller)
        self.assertEqual((campaign.title, campaign.cm_subject), ("Handed over", form.cm_subject))
        with Form(campaign.with_user(self.marketing)) as form:
            form.title = "By who sees all"

    def test_campaign_without_campaign_master_is_odoos(self):
        campaign = self.env["utm.campaign"].create({"title": "A", "user_id": self.colleague.id})
        campaign.with_user(self.seller).title = "Renamed"
        self.assertEqual(campaign.title, "Renamed")

    def test_system_fields_of_a_campaign_cannot_be_forged(self):
        campaign = self.synced_campaign(self.contacts(1))
        for user in (self.seller, self.manager):
            for name, value in SYSTEM_FIELDS.items():
                with self.subTest(user=user.login, name=name):
                    with self.assertRaises(AccessError):
                        campaign.with_user(user).write({name: value})
                    with self.assertRaises(AccessError):
                        campaign.with_user(user).create({"title": "Forged", name: value})
                    with self.assertRaises(AccessError):
                        campaign.with_user(user).with_context(**{f"default_{name}": value}).create(
                            {"title": "Forged"}
                        )

    def test_recipients_cannot_be_written(self):
        campaign = self.synced_campaign(self.contacts(1))
        for user in (self.seller, self.marketing, self.manager):
            for values in (
                {"state": "added"},
                {"email": "x@example.com"},
                {"total_opens": 5},
                {"partner_id": self.contact("other@example.com").id},
            ):
                with self.subTest(user=user.login, values=values), self.assertRaises(AccessError):
                    campaign.cm_recipient_ids.with_user(user).write(values)
                with self.subTest(user=user.login, values=values), self.assertRaises(AccessError):
                    campaign.with_user(user).write(
                        {"cm_recipient_ids": [(1, campaign.cm_recipient_ids.id, values)]}
                    )

    def test_created_recipient_is_what_the_rules_say_and_not_what_was_passed(self):
        campaign = self.make_campaign()
        contact = self.contact()
        recipient = (
            self.env["campaign.master.recipient"]
            .with_user(self.seller)
            .create(
                {
                    "campaign_id": campaign.id,
                    "partner_id": contact.id,
                    "email": "somebody-else@example.com",
                    "state": "added",
                    "kind": "lead",
                    "total_opens": 99,
                    "opted_out": True,
                    "server_message": "Forged",
                }
            )
        )
        by_default = (
            self.env["campaign.master.recipient"]
            .with_user(self.seller)
            .with_context(default_state="added", default_total_opens=99)
            .create({"campaign_id": campaign.id, "partner_id": self.contact("b@example.com").id})
        )
        self.env.flush_all()
        recipient.invalidate_recordset()
        self.assertEqual(
            (recipient.email, recipient.state, recipient.kind, recipient.total_opens),
            ("person-1@example.com", "pending", "contact", 0),
        )
        self.assertFalse(recipient.opted_out or recipient.state_message)
        self.assertEqual((by_default.state, by_default.total_opens), ("pending", 0))

    def test_wizard_of_another_user_cannot_be_read(self):
        wizard = (
            self.env["campaign.master.add.recipients"]
            .with_user(self.seller)
            .create({"res_model": "res.partner", "domain": "[]"})
        )
        with self.assertRaises(AccessError):
            wizard.with_user(self.marketing).read(["domain"])

    def test_added_recipients_cannot_be_removed(self):
        campaign = self.synced_campaign(self.contacts(1))
        for user in (self.seller, self.manager):
            with self.assertRaises(UserError):
                campaign.cm_recipient_ids.with_user(user).unlink()
