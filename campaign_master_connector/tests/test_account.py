"""The account of a company and the settings page that it is set up on."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..models.res_config_settings import LOGIN_SETTINGS
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestAccount(CampaignMasterCase):
    def test_pasted_address_is_stored_clean(self):
        for pasted in (
            "  https://api.example.com  ",
            "https://api.example.com/",
            "https://api.example.com/api/v1",
            "https://API.example.com/api/v1/",
            "api.example.com",
            "\thttps://api.example.com/api/v1/ \n",
        ):
            with self.subTest(pasted=pasted):
                self.account.api_url = pasted
                self.assertEqual(self.account.api_url, "https://api.example.com")

    def test_port_and_path_of_an_address_are_kept(self):
        self.account.api_url = "https://api.example.com:8443/campaigns/api/v1/"
        self.assertEqual(self.account.api_url, "https://api.example.com:8443/campaigns")

    def test_unencrypted_address_of_another_host_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "would send the password unencrypted"):
            self.account.api_url = "http://api.example.com"
        self.account.api_url = "http://127.0.0.1:8025/"
        self.assertEqual(self.account.api_url, "http://127.0.0.1:8025")

    def test_address_that_is_none_is_refused_in_a_sentence(self):
        for address in (
            "not an address",
            "ftp://api.example.com",
            "https://",
            "https://u:p@x.test",
        ):
            with self.subTest(address=address), self.assertRaises(ValidationError) as refused:
                self.account.api_url = address
            self.assertRegex(str(refused.exception), r"^The API address .*\.$")

    def test_version_that_is_none_is_refused_when_it_is_entered(self):
        with self.assertRaisesRegex(ValidationError, "API version"):
            self.account.api_version = "v1/../../secret"
        self.account.api_version = "  v2 "
        self.assertEqual(self.account.api_version, "v2")

    def test_account_stays_with_its_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(UserError, "The company of an account can't be changed"):
            self.account.company_id = other
        self.account.company_id = self.company

    def test_empty_secret_keeps_the_stored_one(self):
        self.account.client_secret = "client-secret-1"
        self.account.write({"password": "", "client_secret": False})
        self.assertEqual(self.account.stored_password, "demo")
        self.assertEqual(self.account.stored_client_secret, "client-secret-1")
        self.account.password = "another"
        self.assertEqual(self.account.stored_password, "another")

    def test_client_secret_is_removed_with_its_id(self):
        self.account.write({"client_id": "id-1", "client_secret": "client-secret-1"})
        self.account.write({"client_secret": False, "username": "demo"})
        self.assertEqual(self.account.stored_client_secret, "client-secret-1")
        self.account.client_id = "id-2"
        self.assertEqual(self.account.stored_client_secret, "client-secret-1")
        self.account.client_id = False
        self.assertFalse(self.account.stored_client_secret)
        self.assertFalse(self.account.client_secret_origin)
        self.assertEqual(self.account.stored_password, "demo")

    def test_enabling_needs_all_of_the_login(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        complete = {
            "company_id": company.id,
            "username": "demo",
            "password": "demo",
            "api_url": self.sandbox.url,
        }
        for missing in ("username", "password", "api_url"):
            values = {name: value for name, value in complete.items() if name != missing}
            with self.subTest(missing=missing), self.cr.savepoint() as savepoint:
                account = self.env["campaign.master.account"].create(values)
                with self.assertRaisesRegex(ValidationError, "can't be enabled for Second Company"):
                    account.enabled = True
                savepoint.rollback()
        account = self.env["campaign.master.account"].create({**complete, "enabled": True})
        self.assertTrue(account.enabled)

    def test_login_of_an_enabled_account_cannot_be_emptied(self):
        for name in ("username", "api_url"):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.account[name] = "  "

    def test_company_has_one_account(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "(?i)unique|one already"),
        ):
            self.make_account(self.company)

    def test_account_with_campaigns_cannot_be_deleted(self):
        self.make_campaign().active = False
        with self.assertRaisesRegex(UserError, "Disable it instead"):
            self.account.unlink()


@tagged("post_install", "-at_install")
class TestSettings(CampaignMasterCase):
    def settings(self, **values):
        """Open the settings page, enter ``values`` and save."""
        form = Form(self.env["res.config.settings"])
        for name, value in values.items():
            form[name] = value
        settings = form.save()
        settings.execute()
        return settings

    def test_settings_show_and_change_the_account(self):
        form = Form(self.env["res.config.settings"])
        self.assertEqual(form.cm_username, "demo")
        self.assertEqual(form.cm_api_url, self.sandbox.url)
        self.assertEqual(form.cm_api_version, "v1")
        self.assertTrue(form.cm_enabled)
        self.settings(cm_client_id="id-1", cm_show_extended_statistics=True)
        self.assertEqual(self.account.client_id, "id-1")
        self.assertTrue(self.account.show_extended_statistics)

    def test_secrets_are_not_on_the_page_and_stay_when_it_is_saved(self):
        self.account.client_secret = "client-secret-1"
        form = Form(self.env["res.config.settings"])
        self.assertFalse(form.cm_password)
        self.assertFalse(form.cm_client_secret)
        self.settings(cm_username="somebody")
        self.assertEqual(self.account.username, "somebody")
        self.assertEqual(self.account.stored_password, "demo")
        self.assertEqual(self.account.stored_client_secret, "client-secret-1")
        self.settings(cm_password="another")
        self.assertEqual(self.account.stored_password, "another")

    def test_script_changes_what_it_gives_alone(self):
        before = self.account.read(["username", "api_url", "api_version", "enabled"])[0]
        self.account.client_id = "id-1"
        settings = self.env["res.config.settings"]
        for values in (
            {"cm_show_extended_statistics": True},
            {"cm_show_extended_statistics": False, "company_id": self.company.id},
            {"cm_password": self.sandbox.password},
            {"cm_client_secret": "secret-1"},
            {"cm_enabled": True},
        ):
            with self.subTest(values=list(values)):
                made = settings.create(values)
                made.execute()
                made.write({"cm_client_id": "id-1"})
                self.assertEqual(self.account.read(list(before))[0], before)
                self.assertEqual(self.account.client_id, "id-1")
        self.assertTrue(self.account._has_password())
        settings.create({"cm_username": "another"}).execute()
        self.assertEqual(self.account.username, "another")
        self.assertEqual(self.account.api_url, before["api_url"])

    def test_script_makes_the_account_of_a_company_that_has_none(self):
        company = self.env["res.company"].create({"name": "Third Company"})
        settings = self.env["res.config.settings"].with_company(company)
        settings.create({"cm_show_extended_statistics": True}).execute()
        account = self.env["campaign.master.account"]._for_company(company)
        self.assertTrue(account.show_extended_statistics)
        self.assertEqual((account.api_version, account.enabled), ("v1", False))

    def test_settings_of_a_company_that_is_not_worked_in(self):
        company = self.env["res.company"].create({"name": "Third Company"})
        account = self.make_account(company, username="secret-name", client_id="secret-id")
        manager = self.make_user("boss", "base.group_system", company_id=self.company.id)
        settings = self.env["res.config.settings"].with_user(manager)
        taking = settings.create({"company_id": company.id, "cm_username": "taken"})
        for refused in (taking.execute, taking.action_cm_test_connection):
            with self.assertRaisesRegex(AccessError, "a company that you haven't chosen"):
                refused()
        shown = settings.create({"company_id": company.id})
        self.assertFalse(shown.cm_username or shown.cm_client_id or shown.cm_enabled)
        told = settings.onchange({"company_id": company.id}, ["company_id"], {"cm_username": {}})
        self.assertNotIn("secret", str(told))
        self.assertEqual(account.username, "secret-name")
        self.assertTrue(account.enabled)

    def test_saving_other_settings_changes_nothing_of_the_account(self):
        self.pull_choices()
        before = self.account.read(["connection_state", "database_uuid", "write_date"])
        token = self.account.token
        self.settings()
        self.assertEqual(
            self.account.read(["connection_state", "database_uuid", "write_date"]), before
        )
        self.assertEqual(self.account.token, token)

    def test_saving_without_any_entry_makes_no_account(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env.user.company_ids += company
        self.env = self.env(context={**self.env.context, "allowed_company_ids": [company.id]})
        self.settings()
        accounts = self.env["campaign.master.account"].search([("company_id", "=", company.id)])
        self.assertFalse(accounts)
        self.settings(
            cm_username="demo", cm_password="demo", cm_api_url=self.sandbox.url, cm_enabled=True
        )
        account = self.env["campaign.master.account"].search([("company_id", "=", company.id)])
        self.assertTrue(account.enabled)
        self.assertEqual(account.stored_password, "demo")

    def test_enabling_an_empty_account_is_refused_in_a_sentence(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env.user.company_ids += company
        self.env = self.env(context={**self.env.context, "allowed_company_ids": [company.id]})
        with self.assertRaisesRegex(ValidationError, "can't be enabled for Second Company yet"):
            self.settings(cm_enabled=True)

    def test_page_opens_whatever_the_state_of_the_account(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE campaign_master_account
                   SET api_url = 'no address at all', username = NULL, stored_password = NULL,
                       token = 'a token', token_expires_at = NULL, database_uuid = NULL,
                       connection_state = 'refused', connection_message = 'Refused.',
                       api_version = '../..'
                 WHERE id = %s
                """,
                self.account.id,
            )
        )
        self.env.invalidate_all(flush=False)
        form = Form(self.env["res.config.settings"])
        self.assertEqual(form.cm_connection_state, "refused")
        self.assertEqual(form.cm_connection_message, "Refused.")
        self.settings(
            cm_username="demo",
            cm_password="demo",
            cm_api_url=self.sandbox.url,
            cm_api_version="v1",
        )
        message = self.account.action_test_connection()["params"]["message"]
        self.assertRegex(message, r"^Connected\.")

    def test_page_opens_without_the_server_and_makes_no_call(self):
        Form(self.env["res.config.settings"])
        self.assertEqual(self.calls(), {})

    def test_changed_login_is_tried_again(self):
        self.account.connection_state = "refused"
        self.settings(cm_password="demo")
        self.assertEqual(self.account.connection_state, "unknown")

    def test_test_button_stores_nothing_wrong_and_answers(self):
        settings = self.settings()
        message = settings.action_cm_test_connection()["params"]["message"]
        self.assertRegex(message, r"^Connected\. [\d,]+ of 5,000 calls are left this hour\.$")
        self.assertEqual(self.account.connection_state, "connected")

    def entered(self, **values):
        """What the page has of the login, as its button sends it."""
        form = Form(self.env["res.config.settings"])
        return {name: form[name] for name in LOGIN_SETTINGS} | values

    def test_wrong_password_that_is_tried_stops_nobody(self):
        self.account.action_test_connection()
        before = self.stored()
        settings = self.env["res.config.settings"]
        page = settings.create({"cm_password": "wrong-1"})
        for params in (
            settings.cm_test_connection(self.entered(cm_password="wrong-1"))["params"],
            page.action_cm_test_connection()["params"],
        ):
            self.assertEqual(params["type"], "danger")
            self.assertIn("refused the username or password", params["message"])
        self.assertEqual(self.stored(), before)
        self.assertEqual(self.account.connection_state, "connected")
        self.assertFalse(self.account.activity_ids)
        self.assertIn("added", self.sync(self.campaign_with_a_person()))

    def campaign_with_a_person(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contact())
        return campaign

    def stored(self):
        self.account.invalidate_recordset()
        names = ("username", "api_url", "stored_password", "token", "connection_state", "enabled")
        return {name: self.account[name] for name in names}

    def test_right_login_that_is_tried_is_stored_on_save_alone(self):
        self.control.create_account("other", "other-1", client_id="id-1", client_secret="secret-1")
        before = self.stored()
        values = {
            "cm_username": "other",
            "cm_password": "other-1",
            "cm_client_id": "id-1",
            "cm_client_secret": "secret-1",
        }
        settings = self.env["res.config.settings"]
        for action in (
            settings.cm_test_connection(self.entered(**values)),
            settings.create(values).action_cm_test_connection(),
        ):
            self.assertRegex(action["params"]["message"], r"^Connected\.")
        self.assertEqual(self.stored(), before)
        self.settings(**values)
        self.assertEqual(self.account.stored_password, "other-1")
        self.assertEqual(self.account.stored_client_secret, "secret-1")
        self.assertRegex(
            self.account.action_test_connection()["params"]["message"], r"^Connected\."
        )

    def test_login_is_tried_before_there_is_an_account(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env.user.company_ids += company
        self.env = self.env(context={**self.env.context, "allowed_company_ids": [company.id]})
        settings = self.env["res.config.settings"]
        login = self.entered(cm_username="demo", cm_api_url=self.sandbox.url)
        with self.assertRaisesRegex(UserError, "Fill in user name, password"):
            settings.cm_test_connection(login)
        login["cm_password"] = "demo"
        action = settings.cm_test_connection(login)
        self.assertRegex(action["params"]["message"], r"^Connected\.")
        bad = settings.cm_test_connection({**login, "cm_api_url": "http://api.example.com"})
        self.assertIn("unencrypted", bad["params"]["message"])
        self.assertFalse(self.account.search([("company_id", "=", company.id)]))

    def test_calls_of_a_test_count_whoever_logs_in(self):
        self.env["res.config.settings"].cm_test_connection(self.entered(cm_password="demo"))
        self.assertEqual(self.account.month_calls, 2)
        self.env["res.config.settings"].cm_test_connection(self.entered(cm_password="wrong"))
        self.assertEqual(self.account.month_calls, 3)

    def test_red_box_is_gone_when_the_login_is_another_one_or_none(self):
        self.control.change_password("changed-there")
        self.account.action_test_connection()
        for name, value in (
            ("cm_username", False),
            ("cm_username", "somebody"),
            ("cm_password", "changed-there"),
            ("cm_api_url", "https://api.example.com"),
        ):
            form = Form(self.env["res.config.settings"])
            self.assertEqual(form.cm_connection_state, "refused")
            self.assertIn("refused", form.cm_connection_message)
            form[name] = value
            self.assertEqual(form.cm_connection_state, "unknown")
            self.assertFalse(form.cm_connection_message)
        self.settings(cm_enabled=False, cm_username=False)
        self.assertEqual(self.account.connection_state, "unknown")
        self.assertFalse(self.account.connection_message)

    def test_secrets_wait_for_save_encrypted_and_are_gone_after_it(self):
        settings = self.env["res.config.settings"].create(
            {"cm_password": "pass-7f3a91c2", "cm_client_secret": "client-5d20e8b4"}
        )
        self.assertFalse(settings.cm_password)
        self.env.flush_all()
        [(stored,)] = self.env.execute_query(
            SQL("SELECT row_to_json(s)::text FROM res_config_settings s WHERE id = %s", settings.id)
        )
        for secret in ("pass-7f3a91c2", "client-5d20e8b4"):
            self.assertNotIn(secret, stored)
        with self.assertRaises(AccessError):
            settings.with_user(self.env.ref("base.user_admin")).read(
                ["entered_campaign_master_secrets"]
            )
        self.assertEqual(self.account.stored_password, "demo")
        # As the next request has it, which knows nothing but the row.
        self.env.invalidate_all()
        settings.execute()
        self.assertEqual(self.account.stored_password, "pass-7f3a91c2")
        self.assertEqual(self.account.stored_client_secret, "client-5d20e8b4")
        self.assertFalse(settings.entered_campaign_master_secrets)

    def test_settings_that_a_script_leaves_out_stay_as_they_are(self):
        self.account.write({"client_id": "id-1", "client_secret": "secret-1"})
        before = self.stored()
        settings = self.env["res.config.settings"]
        settings.create({"cm_show_extended_statistics": True}).execute()
        self.assertTrue(self.account.show_extended_statistics)
        self.assertEqual(self.stored(), before)
        settings.create({"cm_username": "somebody"}).execute()
        self.assertEqual(self.account.username, "somebody")
        self.assertEqual(self.account.client_id, "id-1")
        self.assertTrue(self.account.show_extended_statistics)
        settings.create({}).execute()
        self.assertEqual(self.account.stored_client_secret, "secret-1")
        settings.create({"cm_client_id": False}).execute()
        self.assertFalse(self.account.stored_client_secret)
        self.assertTrue(self.account.enabled)

    def test_company_that_is_not_of_the_session_is_neither_shown_nor_changed(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.make_account(other, username="theirs")
        admin = self.env.ref("base.user_admin")
        for user in (admin, self.env.user):
            settings = self.env["res.config.settings"].with_user(user)
            settings = settings.with_context(allowed_company_ids=self.company.ids)
            page = settings.create({"company_id": other.id})
            self.assertFalse(page.cm_username)
            self.assertFalse(page.cm_enabled)
            page.execute()
            with self.assertRaisesRegex(AccessError, "you haven't chosen"):
                settings.create({"company_id": other.id, "cm_username": "mine"}).execute()
            with self.assertRaisesRegex(AccessError, "you haven't chosen"):
                page.action_cm_test_connection()
            moved = settings.create({"cm_username": "mine"})
            moved.company_id = other
            with self.assertRaisesRegex(AccessError, "you haven't chosen"):
                moved.write({"cm_username": "mine"})
                moved.execute()
            told = settings.onchange(
                {"company_id": other.id}, ["company_id"], {"company_id": {}, "cm_username": {}}
            )
            self.assertNotIn("theirs", repr(told))
        self.assertEqual(theirs.username, "theirs")
        self.assertTrue(theirs.enabled)
        chosen = self.env["res.config.settings"].with_company(other)
        chosen.create({"company_id": other.id, "cm_username": "new"}).execute()
        self.assertEqual(theirs.username, "new")

    def test_who_is_no_administrator_tests_no_login(self):
        user = self.make_user("seller", "sales_team.group_sale_manager")
        settings = self.env["res.config.settings"].with_user(user)
        with self.assertRaises(AccessError):
            settings.cm_test_connection(self.entered())
        self.assertEqual(self.calls(), {})
