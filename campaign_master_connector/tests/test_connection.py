"""Test Connection: one sentence each, whatever is at the other end."""

import re
import socket
import ssl
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..campaign_master_api import Timeouts
from ..services import account_session
from ..services.moments import moment_for
from .common import CampaignMasterCase

SENTENCE = re.compile(r"[A-Z0-9][^\n]{10,300}[.)]")


class Handler(BaseHTTPRequestHandler):
    """Answers everything with the server's ``content`` as ``content_type``."""

    def do_POST(self):
        body = self.server.content
        self.send_response(200)
        self.send_header("Content-Type", self.server.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *args):
        """Nothing: what the test prints is the test's."""


@contextmanager
def other_server(content, content_type):
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.content, server.content_type = content, content_type
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def url_of(server):
    return f"http://127.0.0.1:{server.server_port}"


@contextmanager
def silent_port():
    """A port that accepts connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


@tagged("post_install", "-at_install")
class TestConnection(CampaignMasterCase):
    def outcome(self, **values):
        """Test the connection after a change of the account; (type, message)."""
        again = {"password": self.sandbox.password} if "api_url" in values else {}
        self.account.write({**again, **values})
        with self.assertNoLogs(level="WARNING"):
            params = self.account.action_test_connection()["params"]
        self.assertRegex(params["message"], SENTENCE)
        self.assertNotIn("Traceback", params["message"])
        self.assertNotIn("demo", params["message"])
        return params["type"], params["message"]

    def test_connected_with_the_calls_that_are_left(self):
        self.control.set_limits(hourly_limit=5000, calls_this_hour=100)
        kind, message = self.outcome()
        self.assertEqual(kind, "success")
        self.assertEqual(message, "Connected. 4,899 of 5,000 calls are left this hour.")
        self.assertEqual(self.account.connection_state, "connected")

    def test_client_id_and_secret_are_sent_where_they_were_issued(self):
        self.control.create_account("strict", "word", client_id="id-1", client_secret="secret-1")
        kind, _message = self.outcome(username="strict", password="word")
        self.assertEqual(kind, "danger")
        kind, message = self.outcome(client_id="id-1", client_secret="secret-1")
        self.assertEqual(kind, "success", message)

    def test_wrong_password_says_so(self):
        kind, message = self.outcome(password="wrong-secret")
        self.assertEqual(kind, "danger")
        self.assertIn("refused the username or password", message)
        self.assertNotIn("wrong-secret", message)
        self.assertEqual(self.account.connection_state, "refused")
        kind, _message = self.outcome(password="demo")
        self.assertEqual(self.account.connection_state, "connected")
        self.assertFalse(self.account.connection_message)

    def test_stored_token_does_not_hide_a_wrong_password(self):
        self.outcome()
        self.control.change_password("changed-there")
        kind, message = self.outcome()
        self.assertEqual(kind, "danger")
        self.assertIn("refused", message)

    def test_unknown_host(self):
        kind, message = self.outcome(api_url="https://no-such-host.invalid")
        self.assertEqual(kind, "danger")
        self.assertIn("The host no-such-host.invalid was not found", message)
        self.assertEqual(self.account.connection_state, "unreachable")

    def test_nothing_listening(self):
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            port = listener.getsockname()[1]
        kind, message = self.outcome(api_url=f"http://127.0.0.1:{port}")
        self.assertEqual(kind, "danger")
        self.assertIn("cannot be reached", message)

    def test_time_out(self):
        short = Timeouts(connect=0.2, read=0.2, total=0.2)
        with (
            silent_port() as port,
            patch.dict(account_session.AT_THE_SCREEN, {"timeouts": short}),
        ):
            kind, message = self.outcome(api_url=f"http://127.0.0.1:{port}")
        self.assertEqual(kind, "danger")
        self.assertIn("did not", message)
        self.assertIn("within 0.2 seconds", message)

    def test_web_page_in_place_of_the_api(self):
        with other_server(b"<!doctype html><h1>Welcome</h1>", "text/html") as server:
            kind, message = self.outcome(api_url=url_of(server))
        self.assertEqual(kind, "danger")
        self.assertIn("but not as Campaign Master does", message)
        self.assertNotIn("<h1>", message)

    def test_another_api(self):
        with other_server(b'{"access_token": "abc", "ok": true}', "application/json") as server:
            kind, message = self.outcome(api_url=url_of(server))
        self.assertEqual(kind, "danger")
        self.assertIn("but not as Campaign Master does", message)

    def test_state_tells_of_a_server_that_is_not_campaign_master(self):
        self.outcome()
        self.assertEqual(self.account.connection_state, "connected")
        with other_server(b"<!doctype html>", "text/html") as server:
            _kind, message = self.outcome(api_url=url_of(server))
        self.assertNotEqual(self.account.connection_state, "connected")
        self.assertEqual(self.account.connection_message, message)

    def test_certificate_that_is_not_trusted(self):
        with (
            silent_port() as port,
            patch.object(
                ssl.SSLContext,
                "wrap_socket",
                side_effect=ssl.SSLCertVerificationError(1, "self-signed certificate"),
            ),
        ):
            kind, message = self.outcome(api_url=f"https://127.0.0.1:{port}")
        self.assertEqual(kind, "danger")
        self.assertIn("The certificate of 127.0.0.1 is not trusted", message)

    def test_proxy_page_with_status_503(self):
        self.control.set_fault("service_unavailable")
        kind, message = self.outcome()
        self.assertEqual(kind, "danger")
        self.assertIn("failed with status 503", message)

    def test_broken_answer(self):
        for fault in ("malformed_json", "incomplete_json", "wrong_types", "redirect"):
            with self.subTest(fault=fault):
                self.control.clear_faults()
                self.control.set_fault(fault)
                kind, _message = self.outcome()
                self.assertEqual(kind, "danger")

    def test_incomplete_account_is_told_before_any_call(self):
        self.account.enabled = False
        self.account.username = False
        with self.assertRaisesRegex(UserError, "Fill in user name, password and API address"):
            self.account.action_test_connection()
        self.assertEqual(self.calls(), {})

    def test_used_up_hour_says_until_when(self):
        self.control.set_limits(hourly_limit=10, calls_this_hour=10)
        kind, message = self.outcome()
        self.assertEqual(kind, "danger")
        until = moment_for(self.env, self.account.blocked_until)
        self.assertTrue(message.endswith(f"is used up. It answers again at {until}."), message)
