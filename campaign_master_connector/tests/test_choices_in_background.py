"""Lists and templates that a form tried in vain just now: the minute's schedule pulls them."""

from unittest.mock import patch

from odoo import fields, sql_db
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from ..campaign_master_api import CampaignMasterClient
from ..services import transaction
from .common import CampaignMasterCase

LONG_AGO = "2020-01-01"


@tagged("post_install", "-at_install")
class TestChoicesInTheBackground(CampaignMasterCase):
    def refresh(self):
        self.account.choices_attempted_at = fields.Datetime.now()
        self.account.choices_refreshed_at = LONG_AGO
        self.account._refresh_choices_that_took_too_long()

    def is_refreshed(self):
        return self.account.choices_refreshed_at >= self.account.choices_attempted_at

    def collide(self, times):
        """Let others change the same rows so many times, just when lists are stored."""
        lists = type(self.env["campaign.master.list"])
        store = lists._store
        collisions = iter(range(times))

        def collide(model, account, pulled):
            if next(collisions, None) is not None:
                raise SerializationFailure("could not serialize access due to concurrent update")
            return store(model, account, pulled)

        self.patch(lists, "_store", collide)

    def as_outside_of_tests(self):
        """Writing again after a collision, on the cursor of a test."""
        return patch.multiple(
            transaction,
            in_test=lambda: False,
            commit=lambda env: env.flush_all(),
            rollback=lambda env: env.invalidate_all(),
        )

    def test_collision_repeats_no_call(self):
        self.collide(2)
        with self.as_outside_of_tests():
            self.refresh()
        self.assertEqual(self.calls(), {"authenticate": 1, "listLists": 1, "listTemplates": 1})
        self.assertTrue(self.choice("list", self.customers))
        self.assertTrue(self.is_refreshed())

    def test_collision_each_time_fails_no_schedule(self):
        self.collide(99)
        with self.as_outside_of_tests():
            self.refresh()
        self.assertFalse(self.is_refreshed())
        self.assertEqual(self.account.connection_state, "connected")

    def test_account_whose_choices_somebody_pulls_now_is_left_alone(self):
        other = self.hold_lock(transaction.ACCOUNT_LOCK_CLASS, self.account)
        self.refresh()
        self.assertEqual(self.calls(), {})
        self.release(other)
        self.refresh()
        self.assertTrue(self.is_refreshed())

    def test_form_that_opens_meanwhile_pulls_nothing(self):
        another = sql_db.db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(another.close)
        key = (transaction.ACCOUNT_LOCK_CLASS, self.account.id)
        had = []
        fetch = CampaignMasterClient.iter_lists

        def iter_lists(client):
            another.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", key)
            had.append(another.fetchone()[0])
            return fetch(client)

        with patch.object(CampaignMasterClient, "iter_lists", iter_lists):
            self.refresh()
        self.assertEqual(had, [False])
        another.rollback()
        another.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", key)
        self.assertEqual(another.fetchone(), (True,))
