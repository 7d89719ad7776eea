"""What an administrator can set up without writing code gives away no secret either."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.profiler import Profiler

from .common import CampaignMasterCase

PASSWORD = "pass-7f3a91c2"
CLIENT_SECRET = "client-5d20e8b4"
TOKEN = "token-91be77a0"
STORED = ("stored_password", "stored_client_secret", "token")


@tagged("post_install", "-at_install")
class TestSecretsFromAdministrators(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.account.write({"password": PASSWORD, "client_secret": CLIENT_SECRET})
        self.account.token = TOKEN
        self.env.flush_all()
        self.admin = self.env.ref("base.user_admin")

    def related_field(self, path):
        """A field of campaigns as Settings > Technical > Fields make it."""
        self.addCleanup(self.registry.clear_all_caches)
        self.addCleanup(self.registry.reset_changes)
        name = f"x_{path.replace('.', '_')}"
        self.env["ir.model.fields"].with_user(self.admin).create(
            {
                "name": name,
                "field_description": name,
                "model_id": self.env["ir.model"]._get_id("utm.campaign"),
                "ttype": "char",
                "related": path,
                "store": False,
            }
        )
        return name

    def test_related_field_of_another_model(self):
        campaign = self.env["utm.campaign"].create({"title": "A", "cm_subject": "Subject"})
        for secret in ("password", "client_secret", *STORED):
            name = self.related_field(f"cm_account_id.{secret}")
            with self.subTest(secret=secret):
                try:
                    [values] = campaign.with_user(self.admin).read([name])
                except AccessError:
                    continue
                self.assertFalse(values[name])

    def test_record_rule_that_guesses(self):
        """Rules are evaluated as superuser, and whether a record is there answers the guess."""
        for name in STORED:
            rule = self.env["ir.rule"].create(
                {
                    "name": "Guess",
                    "model_id": self.env["ir.model"]._get_id("campaign.master.account"),
                    "domain_force": [(name, "=like", "t%")],
                }
            )
            accounts = self.env["campaign.master.account"].with_user(self.admin)
            with self.subTest(name=name), self.assertRaisesRegex(AccessError, "by a secret"):
                accounts.search([])
            with self.subTest(name=name), self.assertRaisesRegex(AccessError, "by a secret"):
                accounts.browse(self.account.id).has_access("read")
            with self.subTest(name=name), self.assertRaisesRegex(AccessError, "by a secret"):
                self.account.filtered_domain([(name, "=like", "t%")])
            rule.unlink()

    def test_profiler(self):
        self.control.create_account("other", PASSWORD)
        with Profiler(db=None, collectors=["sql"], disable_gc=False) as profiler:
            self.account.write({"username": "other", "password": PASSWORD})
            self.account.action_test_connection()
            self.env.flush_all()
        statements = repr([entry["full_query"] for entry in profiler.collectors[0].entries])
        self.assertIn("UPDATE", statements)
        self.assertNotIn(self.account.token, (False, TOKEN))
        for secret in (PASSWORD, self.account.token):
            self.assertNotIn(secret, statements)
