"""Secrets stand in the account's own columns alone: no answer, no page, no other table has one."""

import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from .common import CampaignMasterCase

PASSWORD = "pass-7f3a91c2"
CLIENT_SECRET = "client-5d20e8b4"
COMPUTED = {"password": {}, "client_secret": {}}
STORED = ("stored_password", "stored_client_secret", "token")


class SecretAccountCase(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.control.create_account(
            "other", PASSWORD, client_id="id-1", client_secret=CLIENT_SECRET
        )
        self.control.register_sender("news@example.com", account="other")
        self.customers = self.control.create_list("Customers", account="other")
        self.spring = self.control.create_template("Spring", account="other")
        self.account.write(
            {
                "username": "other",
                "password": PASSWORD,
                "client_id": "id-1",
                "client_secret": CLIENT_SECRET,
            }
        )
        self.admin = self.env.ref("base.user_admin")
        self.as_admin = self.account.with_user(self.admin)

    def secrets(self):
        return PASSWORD, CLIENT_SECRET, self.account.sudo().token or "no token yet"

    def assertNoSecret(self, anything):
        text = anything if isinstance(anything, str) else repr(anything)
        for secret in self.secrets():
            self.assertNotIn(secret, text)


@tagged("post_install", "-at_install")
class TestSecretsElsewhere(SecretAccountCase):
    def tables_with(self, secret):
        """Every table of the database that has a row with ``secret`` in any column."""
        self.env.flush_all()
        names = self.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        )
        return {
            name
            for [name] in names
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS stored WHERE POSITION(%s IN stored::text) > 0 LIMIT 1",
                    SQL.identifier(name),
                    secret,
                )
            )
        }

    def test_no_other_table_has_one_whatever_went_wrong(self):
        campaign = self.synced_campaign(self.contact())
        self.as_admin.action_test_connection()
        secrets = self.secrets()
        for fault in ("validation", "malformed_json", "server_error", "redirect"):
            self.control.set_fault(fault, count=3, location="http://127.0.0.1:9/")
            self.add(campaign, self.contact(f"{fault}@example.com"))
            campaign.action_cm_sync()
            self.control.clear_faults()
        self.control.change_password("another", "other")
        self.control.expire_tokens("other")
        campaign.action_cm_sync()
        self.assertEqual(self.account.connection_state, "refused")
        self.assertTrue(self.env["mail.activity"].search([("res_id", "=", self.account.id)]))
        for secret in secrets:
            self.assertLessEqual(self.tables_with(secret), {"campaign_master_account"})
        self.assertEqual(self.tables_with(PASSWORD), {"campaign_master_account"})

    def test_log_rows_and_their_text_for_support_have_none(self):
        campaign = self.synced_campaign(self.contact())
        self.control.set_fault("server_error")
        campaign.action_cm_update_statistics()
        rows = self.env["campaign.master.sync.log"].with_user(self.admin).search([])
        self.assertIn(True, [bool(row.error) for row in rows])
        self.assertNoSecret(rows.read())
        self.assertNoSecret("".join(rows.mapped("support_text")))

    def test_defaults_and_onchange_of_the_settings_have_none(self):
        settings = self.env["res.config.settings"].with_user(self.admin)
        self.assertNoSecret(settings.default_get(list(settings._fields)))
        specification = {name: {} for name in settings._fields if name.startswith("cm_")}
        self.assertIn("cm_password", specification)
        self.assertNoSecret(settings.onchange({}, [], specification))

    def test_answers_to_a_form_have_none(self):
        self.assertNoSecret(self.as_admin.onchange({}, [], COMPUTED))
        self.assertNoSecret(self.as_admin.web_save({"username": "other"}, COMPUTED))
        self.assertNoSecret(self.as_admin.search_read([], list(COMPUTED)))
        self.assertNoSecret(self.as_admin.web_search_read([], COMPUTED))
        self.assertNoSecret(self.as_admin.web_save({"password": PASSWORD}, COMPUTED))
        for name in STORED:
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_admin.onchange({}, [], {name: {}})
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_admin.search_read([], [name])

    def test_chatter_tells_nothing(self):
        account = self.as_admin.with_context(tracking_disable=False, mail_notrack=False)
        for name in ("password", "client_secret"):
            account.write({name: f"{name}-5c1d"})
            self.env.flush_all()
        account.message_post(body="Changed")
        self.assertTrue(account.message_ids)
        self.assertNotIn("-5c1d", repr(account.message_ids.read()))
        tracked = {name for name, one in account._fields.items() if getattr(one, "tracking", 0)}
        self.assertFalse(tracked & {*COMPUTED, *STORED})


@tagged("post_install", "-at_install")
class TestSecretsInPages(SecretAccountCase, HttpCase):
    def test_pages_and_their_data_have_none(self):
        self.as_admin.action_test_connection()
        self.env.flush_all()
        self.authenticate("admin", "admin")
        action = self.env.ref("campaign_master_connector.campaign_master_account_action")
        for page in (
            "/odoo/settings",
            f"/odoo/action-{action.id}/{self.account.id}",
            "/web/session/get_session_info",
        ):
            with self.subTest(page=page):
                answer = self.url_open(page, json={} if "session" in page else None)
                self.assertEqual(answer.status_code, 200)
                self.assertNoSecret(answer.text)

    def test_calls_of_the_web_client_get_none(self):
        self.authenticate("admin", "admin")
        names = list(self.account.with_user(self.env.ref("base.user_admin")).fields_get())
        self.assertFalse(set(names) & set(STORED))
        for method, arguments in (
            ("read", [[self.account.id], names]),
            ("export_data", [[self.account.id], list(COMPUTED)]),
            ("web_read", [[self.account.id], COMPUTED]),
        ):
            with self.subTest(method=method):
                answer = self.call(method, arguments)
                self.assertTrue(answer["result"])
                self.assertNoSecret(answer)
        with mute_logger("odoo.http"):
            refused = self.call("read", [[self.account.id], list(STORED)])
        self.assertIn("AccessError", json.dumps(refused["error"]))
        self.assertNoSecret(refused)

    def call(self, method, arguments):
        model = "campaign.master.account"
        params = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", json={"params": params})
        return answer.json()
