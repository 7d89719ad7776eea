"""Secrets can be replaced, never read: not by RPC, not by an administrator, not in a log."""

import logging
from contextlib import contextmanager

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CampaignMasterCase

PASSWORD = "pass-7f3a91c2"
CLIENT_SECRET = "client-5d20e8b4"
TOKEN = "token-91be77a0"
SECRETS = (PASSWORD, CLIENT_SECRET, TOKEN)
STORED = ("stored_password", "stored_client_secret", "token")
COMPUTED = ("password", "client_secret")


@tagged("post_install", "-at_install")
class TestSecrets(CampaignMasterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write(
            {"password": PASSWORD, "client_secret": CLIENT_SECRET, "client_id": "id-1"}
        )
        cls.account.token = TOKEN
        cls.env.flush_all()
        cls.admin = cls.env.ref("base.user_admin")

    def setUp(self):
        super().setUp()
        self.as_admin = self.account.with_user(self.admin)
        self.model = self.as_admin.browse()
        self.campaigns = self.env["utm.campaign"].with_user(self.admin)
        self.campaign = self.campaigns.create({"title": "A campaign", "cm_subject": "Subject"})

    def assertNoSecret(self, anything):
        text = repr(anything)
        for secret in SECRETS:
            self.assertNotIn(secret, text)

    def test_administrator_is_no_superuser_here(self):
        self.assertTrue(self.admin.has_group("base.group_system"))
        self.assertFalse(self.as_admin.env.su)
        self.assertEqual(self.as_admin.username, "demo")

    def test_read_gives_no_secret(self):
        self.assertNoSecret(self.as_admin.read())
        self.assertNoSecret(self.as_admin.read(list(COMPUTED)))
        for name in STORED:
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_admin.read([name])
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_admin.mapped(name)

    def test_superuser_mode_gives_no_secret(self):
        self.assertFalse(self.account.sudo().password)
        self.assertFalse(self.account.sudo().client_secret)

    def test_web_read_gives_no_secret(self):
        self.assertNoSecret(self.as_admin.web_read({name: {} for name in COMPUTED}))
        for name in STORED:
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_admin.web_read({name: {}})
        specification = {"cm_account_id": {"fields": {"stored_password": {}}}}
        with self.assertRaises(AccessError):
            self.campaign.web_read(specification)
        specification = {"cm_account_id": {"fields": {name: {} for name in COMPUTED}}}
        self.assertNoSecret(self.campaign.web_read(specification))

    @contextmanager
    def refused(self, **what):
        """The block must raise for want of access, or since there is nothing to search by."""
        with self.subTest(**what):
            with self.assertRaises(Exception) as raised, self.cr.savepoint():
                yield
            self.assertIsInstance(raised.exception, (AccessError, ValueError))
            self.assertNoSecret(raised.exception)

    def test_search_by_a_secret_is_refused(self):
        for name in (*STORED, *COMPUTED):
            for operator, value in (("=", PASSWORD), ("=like", "pass%"), ("!=", False)):
                with self.refused(name=name, operator=operator):
                    self.model.search([(name, operator, value)])

    def test_search_by_a_secret_over_another_model_is_refused(self):
        for path in ("cm_account_id", "cm_list_id.account_id", "cm_template_id.account_id"):
            for name in (*STORED, *COMPUTED):
                with self.refused(path=path, name=name):
                    self.campaigns.search([(f"{path}.{name}", "=like", "pass%")])
        for name in STORED:
            with self.refused(name=name):
                self.campaigns.search([("cm_account_id", "any", [(name, "=like", "t%")])])

    def test_group_by_and_order_of_a_secret_are_refused(self):
        for name in (*STORED, *COMPUTED):
            with self.refused(name=name, use="group"):
                self.model.formatted_read_group([], [name], ["__count"])
            with self.refused(name=name, use="group over a path"):
                self.campaigns.formatted_read_group([], [f"cm_account_id.{name}"], ["__count"])
            with self.refused(name=name, use="aggregate"):
                self.model.formatted_read_group([], [], [f"{name}:array_agg"])
            with self.refused(name=name, use="order"):
                self.model.search([], order=name)
            with self.refused(name=name, use="order over a path"):
                self.campaigns.search([], order=f"cm_account_id.{name}")

    def test_export_gives_no_secret(self):
        self.assertNoSecret(self.as_admin.export_data(list(COMPUTED)))
        for name in STORED:
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_admin.export_data([name])
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.campaign.export_data([f"cm_account_id/{name}"])

    def test_copy_defaults_names_and_descriptions_have_no_secret(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.assertNoSecret(self.as_admin.copy_data({"company_id": company.id}))
        copy = self.account.copy({"company_id": company.id, "enabled": False})
        for name in STORED:
            self.assertFalse(copy[name])
        self.assertNoSecret(self.model.default_get(list(self.model._fields)))
        self.assertNoSecret(self.model.name_search(""))
        self.assertNoSecret(self.model.name_search(PASSWORD))
        self.assertNoSecret(self.model.fields_get())
        self.assertNoSecret(self.model.get_import_templates())
        self.assertFalse(set(STORED) & self.model.fields_get().keys())

    def test_forms_have_no_secret(self):
        form = Form(self.as_admin)
        self.assertFalse(form.password)
        self.assertFalse(form.client_secret)
        settings = Form(self.env["res.config.settings"].with_user(self.admin)).save()
        self.assertNoSecret(settings.read())

    def test_settings_record_keeps_no_entered_secret(self):
        form = Form(self.env["res.config.settings"].with_user(self.admin))
        form.cm_password = PASSWORD
        settings = form.save()
        settings.execute()
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM res_config_settings WHERE id = %s", [settings.id])
        self.assertNoSecret(self.env.cr.dictfetchall())
        settings.invalidate_recordset()
        self.assertNoSecret(settings.read())

    def test_stored_secrets_cannot_be_written_past_their_fields(self):
        for name in STORED:
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_admin.write({name: "x"})

    def test_administrator_replaces_a_secret(self):
        self.as_admin.write({"password": "replaced"})
        self.assertEqual(self.account.sudo().stored_password, "replaced")
        self.assertFalse(self.account.sudo().token)


@tagged("post_install", "-at_install")
class TestSecretsInLogs(CampaignMasterCase):
    def test_nothing_secret_is_logged_at_the_finest_level(self):
        self.control.create_account("other", PASSWORD)
        self.account.write(
            {
                "username": "other",
                "password": PASSWORD,
                "client_id": "id-1",
                "client_secret": CLIENT_SECRET,
            }
        )
        self.env.flush_all()
        logging.getLogger("odoo.sql_db").setLevel(logging.DEBUG)
        self.addCleanup(logging.getLogger("odoo.sql_db").setLevel, logging.NOTSET)
        with self.assertLogs(level="DEBUG") as logs:
            self.account.action_test_connection()
            token = self.account.token
            for fault in ("drop_connection", "server_error", "token_invalid", "malformed_json"):
                self.control.clear_faults()
                self.control.set_fault(fault)
                self.account.action_test_connection()
            self.control.clear_faults()
            self.account.client_secret = CLIENT_SECRET
            self.account.password = PASSWORD + "-wrong"
            self.account.action_test_connection()
        text = "\n".join(logs.output)
        self.assertIn("urllib3", text)
        self.assertIn("query: UPDATE", text)
        self.assertTrue(token)
        for secret in (PASSWORD, CLIENT_SECRET, token):
            self.assertNotIn(secret, text)
