"""A secret goes to the host that it was entered for, and nowhere else."""

import importlib.util
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..services.secret_columns import write_secrets
from .common import CampaignMasterCase

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def load_script(name):
    """A script of a migration as a module."""
    spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Listener(BaseHTTPRequestHandler):
    """Somebody else's server: keeps what it is told, and answers like Campaign Master."""

    def do_GET(self):
        self.server.heard.append(f"{self.path} {self.headers}")
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"error": {"code": "invalid_token", "message": "No."}}')

    do_POST = do_GET

    def log_message(self, *_arguments):
        """Nothing on the console."""


@tagged("post_install", "-at_install")
class TestSecretAddresses(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.listener.heard = []
        thread = threading.Thread(target=self.listener.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)
        self.addCleanup(self.listener.server_close)
        self.addCleanup(self.listener.shutdown)
        self.elsewhere = f"http://127.0.0.1:{self.listener.server_port}"
        self.campaign = self.make_campaign()
        self.add(self.campaign, self.contact())
        self.account.write(
            {
                "api_url": "https://api.example.com",
                "password": "pass-7f3a91c2",
                "client_secret": "client-5d20e8b4",
            }
        )

    def assertNothingToldElsewhere(self):
        heard = "".join(self.listener.heard)
        self.assertNotIn("pass-7f3a91c2", heard)
        self.assertNotIn("client-5d20e8b4", heard)

    def test_password_is_not_sent_to_a_host_that_it_was_not_entered_for(self):
        self.account.api_url = self.elsewhere
        action = self.account.action_test_connection()
        self.assertIn("another host", action["params"]["message"])
        self.assertEqual(action["params"]["type"], "danger")
        self.assertTrue(self.listener.heard)
        self.assertNothingToldElsewhere()

    def test_address_that_is_wrong_is_told_before_the_password_is_asked_for(self):
        self.account.api_url = "https://nowhere.invalid"
        message = self.account.action_test_connection()["params"]["message"]
        self.assertIn("nowhere.invalid", message)
        self.assertNotIn("another host", message)

    def test_nothing_runs_meanwhile_and_everybody_is_told_why(self):
        self.campaign.sudo().cm_sync_requested = True
        self.account.api_url = self.elsewhere
        self.run_cron()
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        with self.assertRaisesRegex(UserError, "names another host"):
            self.campaign.action_cm_sync()
        self.assertIn("another host", Form(self.campaign).cm_connection_notice)
        self.assertIn("another host", self.account.connection_message)
        self.assertFalse(self.listener.heard)

    def test_entering_the_secrets_again_is_enough(self):
        self.account.api_url = self.sandbox.url
        self.account.write({"password": self.sandbox.password, "client_secret": "none-needed"})
        self.assertIn("1 added", self.sync(self.campaign))

    def test_each_secret_is_bound_on_its_own(self):
        self.account.api_url = self.elsewhere
        self.account.password = "another-1"
        self.assertEqual(self.account._secret_to_send("password"), "another-1")
        self.assertFalse(self.account._secret_to_send("client_secret"))
        self.account.action_test_connection()
        self.assertNothingToldElsewhere()

    def test_the_old_address_gets_its_password_again(self):
        self.account.api_url = self.elsewhere
        self.account.api_url = "https://api.example.com/again"
        self.assertEqual(self.account._secret_to_send("password"), "pass-7f3a91c2")

    def test_each_port_of_this_machine_is_a_host_of_its_own(self):
        self.account.write({"api_url": self.sandbox.url, "password": "pass-7f3a91c2"})
        for elsewhere in (self.elsewhere, self.elsewhere.replace("127.0.0.1", "localhost")):
            self.account.api_url = elsewhere
            self.assertFalse(self.account._secret_to_send("password"))
            self.account.action_test_connection()
        self.assertNothingToldElsewhere()
        self.account.api_url = self.sandbox.url
        self.assertEqual(self.account._secret_to_send("password"), "pass-7f3a91c2")

    def test_origins_that_an_earlier_version_stored(self):
        migrate = load_script("19.0.1.5.0/post-secret_addresses.py").migrate
        for before, api_url, is_sent in (
            ("loopback", self.elsewhere, True),
            ("loopback", "https://api.example.com", False),
            ("https://api.example.com:443", "https://api.example.com", True),
            ("https://api.example.com", self.elsewhere, False),
        ):
            self.account.api_url = api_url
            write_secrets(self.account, {"password_origin": before})
            migrate(self.env.cr, "19.0.1.4.0")
            self.env.invalidate_all()
            self.assertEqual(bool(self.account._secret_to_send("password")), is_sent, before)

    def test_port_that_is_the_usual_one_anyway_changes_nothing(self):
        self.account.api_url = "https://api.example.com:443/api/v1"
        self.assertEqual(self.account._secret_to_send("password"), "pass-7f3a91c2")

    def test_address_that_is_entered_for_a_test_is_not_told_the_stored_password(self):
        settings = self.env["res.config.settings"].create({"cm_api_url": self.elsewhere})
        message = settings.action_cm_test_connection()["params"]["message"]
        self.assertIn("another host", message)
        self.assertTrue(self.listener.heard)
        self.assertNothingToldElsewhere()
        self.assertEqual(self.account.api_url, "https://api.example.com")

    def test_secrets_of_the_installation_without_its_address_are_sent_nowhere(self):
        outside = {"CAMPAIGN_MASTER_PASSWORD": "pass-7f3a91c2"}
        with patch.dict(os.environ, outside):
            self.account.invalidate_recordset()
            self.account.api_url = self.elsewhere
            self.assertFalse(self.account._secret_to_send("password"))
            message = self.account.action_test_connection()["params"]["message"]
            self.assertIn("CAMPAIGN_MASTER_API_URL", message)
            self.assertNothingToldElsewhere()
            with self.assertRaisesRegex(UserError, "CAMPAIGN_MASTER_API_URL"):
                self.campaign.action_cm_sync()
            settings = self.env["res.config.settings"].create({"cm_username": "somebody"})
            message = settings.action_cm_test_connection()["params"]["message"]
            self.assertIn("CAMPAIGN_MASTER_API_URL", message)
            self.assertNothingToldElsewhere()
        self.account.invalidate_recordset()

    def test_a_detour_over_an_empty_or_third_address_gives_nothing_away(self):
        self.account.enabled = False
        for detour in (False, "https://third.example.com"):
            self.account.api_url = detour
            self.account.api_url = self.elsewhere
            self.assertFalse(self.account._secret_to_send("password"))

    def test_secrets_of_the_installation_are_sent_to_its_address_alone(self):
        outside = {
            "CAMPAIGN_MASTER_PASSWORD": "pass-7f3a91c2",
            "CAMPAIGN_MASTER_API_URL": "https://api.example.com/api/v1",
        }
        with patch.dict(os.environ, outside):
            self.account.invalidate_recordset()
            self.assertEqual(self.account._secret_to_send("password"), "pass-7f3a91c2")
            self.account.api_url = self.elsewhere
            self.assertFalse(self.account._secret_to_send("password"))
            self.account.action_test_connection()
            self.assertNothingToldElsewhere()
        self.account.invalidate_recordset()

    def test_secret_of_a_company_goes_before_the_general_one(self):
        outside = {
            "CAMPAIGN_MASTER_PASSWORD": "for-all",
            f"CAMPAIGN_MASTER_PASSWORD_{self.company.id}": "for-one",
            "CAMPAIGN_MASTER_API_URL": "https://api.example.com",
        }
        with patch.dict(os.environ, outside):
            self.account.invalidate_recordset()
            self.assertEqual(self.account._secret_to_send("password"), "for-one")
        self.account.invalidate_recordset()
        self.assertEqual(self.account._secret_to_send("password"), "pass-7f3a91c2")
