"""Array literals: what PostgreSQL reads is what was written, whatever is in an address."""

from datetime import UTC, datetime

from odoo.tests import tagged
from odoo.tools import SQL

from ..services.array_literals import array_of
from .common import CampaignMasterCase

TEXTS = [
    "plain@example.com",
    '"quoted name"@example.com',
    "back\\slash@example.com",
    '\\"both@example.com',
    "{curly},comma@example.com",
    "NULL",
    "null",
    "",
    " spaces ",
    "o'hara%s@example.com",
    "ünï©ode@example.com",
    None,
]


@tagged("post_install", "-at_install")
class TestArrayLiterals(CampaignMasterCase):
    def read_back(self, kind, values):
        [(array,)] = self.env.execute_query(SQL("SELECT %s", array_of(kind, values)))
        return array

    def test_any_text(self):
        self.assertEqual(self.read_back("varchar", TEXTS), TEXTS)

    def test_numbers_and_flags(self):
        self.assertEqual(self.read_back("integer", [0, -1, 2**31 - 1]), [0, -1, 2**31 - 1])
        self.assertEqual(self.read_back("boolean", [True, False]), [True, False])

    def test_moments_are_those_of_utc_in_whole_seconds(self):
        moment = datetime(2026, 3, 29, 1, 30, 59, 999_999, tzinfo=UTC)
        self.assertEqual(
            self.read_back("timestamp", [moment, None]), [datetime(2026, 3, 29, 1, 30, 59), None]
        )

    def test_no_values(self):
        for kind in ("integer", "varchar", "timestamp", "boolean"):
            self.assertEqual(self.read_back(kind, []), [])
