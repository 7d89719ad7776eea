"""Addons that record what is read, created, written and deleted get no secret to record."""

import copy

from odoo import api
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import CampaignMasterCase

PASSWORD = "pass-7f3a91c2"
CLIENT_SECRET = "client-5d20e8b4"
MODELS = ("campaign.master.account", "res.config.settings")


class Recorder:
    """Wraps the methods of models as the community's `auditlog` does, in all its ways at once.

    It takes what a method is given, and as superuser what the stored fields are before and after.
    """

    def __init__(self, env):
        self.env = env
        self.records = []

    def wrap(self, model_name):
        """Put the recording methods on the model's class of the registry, before all others."""
        model_class = self.env.registry[model_name]
        for method in ("create", "write", "read", "unlink"):
            wrapped = getattr(self, f"_{method}")(getattr(model_class, method))
            setattr(model_class, method, wrapped)
            yield model_class, method

    def note(self, *what):
        self.records.append(repr(what))

    def snapshot(self, records):
        names = [
            name
            for name, field in records._fields.items()
            if (not field.compute and not field.related) or field.store
        ]
        for record in records.sudo():
            self.note(record.read(names))
            for name in names:
                field = record._fields[name]
                self.note(name, field.convert_to_read(record[name], record))
                self.note(name, field.convert_to_export(record[name], record))

    def _create(self, origin):
        @api.model_create_multi
        def create(model, vals_list, **options):
            self.note(copy.deepcopy(vals_list))
            created = origin(model, vals_list, **options)
            self.snapshot(created)
            return created

        return create

    def _write(self, origin):
        def write(records, vals, **options):
            given = dict(vals)
            self.snapshot(records)
            self.note({name: records.sudo().mapped(name) for name in given if name in STATED})
            result = origin(records, vals, **options)
            self.note(given, [f"{name}: {value}" for name, value in given.items()])
            self.snapshot(records)
            return result

        return write

    def _read(self, origin):
        def read(records, *args, **options):
            result = origin(records, *args, **options)
            self.note(result)
            return result

        return read

    def _unlink(self, origin):
        def unlink(records):
            self.snapshot(records)
            return origin(records)

        return unlink


STATED = ("password", "client_secret", "cm_password", "cm_client_secret")


@tagged("post_install", "-at_install")
class TestRecordedChanges(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")
        self.control.create_account("other", PASSWORD)
        self.recorder = Recorder(self.env)
        for model_name in MODELS:
            for model_class, method in self.recorder.wrap(model_name):
                self.addCleanup(delattr, model_class, method)

    def check(self, account=None):
        """What was entered is stored, and nothing of it was recorded."""
        account = account or self.account
        self.env.flush_all()
        account.invalidate_recordset()
        self.assertEqual(account.sudo().stored_password, PASSWORD)
        self.assertEqual(account.sudo().stored_client_secret, CLIENT_SECRET)
        self.assertTrue(self.recorder.records)
        secrets = [PASSWORD, CLIENT_SECRET, account.sudo().token]
        for record in self.recorder.records:
            for secret in filter(None, secrets):
                self.assertNotIn(secret, record)

    def save_settings(self, settings, **values):
        form = Form(settings.with_user(self.admin))
        for name, value in values.items():
            setattr(form, name, value)
        form.save().execute()

    def test_settings_page(self):
        self.save_settings(
            self.env["res.config.settings"],
            cm_username="other",
            cm_client_id="id-1",
            cm_password=PASSWORD,
            cm_client_secret=CLIENT_SECRET,
        )
        self.check()

    def test_settings_page_of_a_new_account(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.admin.company_ids += company
        self.save_settings(
            self.env["res.config.settings"].with_company(company),
            cm_enabled=True,
            cm_username="other",
            cm_api_url=self.sandbox.url,
            cm_client_id="id-1",
            cm_password=PASSWORD,
            cm_client_secret=CLIENT_SECRET,
        )
        account = self.env["campaign.master.account"]._for_company(company)
        self.assertTrue(account.enabled)
        self.check(account)

    def test_form_of_an_account(self):
        form = Form(self.account.with_user(self.admin))
        form.username = "other"
        form.client_id = "id-1"
        form.password = PASSWORD
        form.client_secret = CLIENT_SECRET
        form.save()
        self.check()

    def test_login_and_its_token(self):
        self.account.set_secrets({"password": PASSWORD, "client_secret": CLIENT_SECRET})
        self.account.username = "other"
        self.account.action_test_connection()
        self.assertEqual(self.account.connection_state, "connected")
        self.assertTrue(self.account.sudo().token)
        self.account.write({"api_version": "2"})
        self.account.read()
        self.check()

    def test_new_account_by_form_and_its_deletion(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        form = Form(self.env["campaign.master.account"])
        form.company_id = company
        form.enabled = True
        form.username = "other"
        form.api_url = self.sandbox.url
        form.password = PASSWORD
        form.client_secret = CLIENT_SECRET
        account = form.save()
        self.check(account)
        account.unlink()
        self.assertNotIn(PASSWORD, "".join(self.recorder.records))

    def test_import_of_an_account(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        row = {
            "company_id": company.name,
            "username": "other",
            "api_url": self.sandbox.url,
            "password": PASSWORD,
            "client_secret": CLIENT_SECRET,
        }
        accounts = self.env["campaign.master.account"]
        result = accounts.load(list(row), [list(row.values())])
        self.assertFalse(result["messages"])
        self.check(accounts.browse(result["ids"]))

    def test_what_a_script_writes_where_it_is_recorded_is_refused(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        settings = self.env["res.config.settings"].create({})
        for refused, vals in (
            (self.account.write, {"password": PASSWORD}),
            (self.account.write, {"client_id": "id-1", "client_secret": CLIENT_SECRET}),
            (self.account.create, {"company_id": company.id, "password": PASSWORD}),
            (settings.write, {"cm_password": PASSWORD}),
            (settings.create, {"cm_password": PASSWORD}),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "set_secrets"):
                refused(vals)
        self.account.write({"username": "demo", "password": False})
        self.assertEqual(self.account.sudo().stored_password, self.sandbox.password)


@tagged("post_install", "-at_install")
class TestSealed(CampaignMasterCase):
    def test_what_a_script_writes_is_sealed_for_whoever_comes_after(self):
        """Other addons' own `write`, beneath this one's, gets no secret either."""
        written = []
        base = self.env.registry["base"]
        original = base.write

        def write(records, vals):
            if records._name == "campaign.master.account":
                written.append(repr(vals))
            return original(records, vals)

        base.write = write
        self.addCleanup(delattr, base, "write")
        self.account.write({"password": PASSWORD, "client_secret": CLIENT_SECRET})
        self.assertEqual(self.account.sudo().stored_password, PASSWORD)
        self.assertIn("password", "".join(written))
        for secret in (PASSWORD, CLIENT_SECRET):
            self.assertNotIn(secret, "".join(written))
