"""What a run stores of its account: token, calls that are left, state of the connection."""

import time
from datetime import UTC, timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from ..campaign_master_api import CredentialsRefused, NoAnswer, RateLimit, RateLimitReached
from ..services.account_session import (
    AT_THE_SCREEN,
    BACKGROUND,
    AccountSession,
    ReserveReached,
)
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestAccountSession(CampaignMasterCase):
    def session(self):
        return AccountSession(self.account, BACKGROUND)

    def from_now(self, **duration):
        return fields.Datetime.now().replace(tzinfo=UTC) + timedelta(**duration)

    def test_token_is_shared_while_the_run_that_got_it_goes_on(self):
        with self.session() as first:
            first.client.authenticate()
            with self.session() as second:
                next(second.client.iter_lists(), None)
        self.assertEqual(self.calls(), {"authenticate": 1, "listLists": 1})

    def test_token_is_renewed_before_it_ends(self):
        with self.session() as session:
            next(session.client.iter_lists(), None)
        hours = (self.account.token_expires_at - fields.Datetime.now()) / timedelta(hours=1)
        self.assertAlmostEqual(hours, 8, delta=0.1)
        for left, logins in ((timedelta(minutes=5), 0), (timedelta(seconds=30), 1)):
            self.account.token_expires_at = fields.Datetime.now() + left
            self.control.clear_calls()
            with self.subTest(left=left), self.session() as session:
                next(session.client.iter_lists(), None)
                self.assertEqual(self.calls().get("authenticate", 0), logins)
                self.assertEqual(self.calls()["listLists"], 1)

    def test_run_that_was_begun_stops_at_the_reserve(self):
        self.control.set_limits(hourly_limit=100, calls_this_hour=80)
        with self.assertRaises(ReserveReached), self.session() as session:
            for _call in range(30):
                next(session.client.iter_lists(), None)
        self.assertEqual(self.calls()["listLists"], 10)
        with AccountSession(self.account, AT_THE_SCREEN) as session:
            next(session.client.iter_lists(), None)

    def test_refusal_of_a_password_that_was_replaced_meanwhile_stops_nothing(self):
        self.account.password = "wrong"
        with self.assertRaises(CredentialsRefused), self.session() as session:
            try:
                session.client.authenticate()
            finally:
                self.account.password = self.sandbox.password
        self.assertEqual(self.account.connection_state, "unknown")
        self.assertFalse(self.account.activity_ids)
        self.assertFalse(self.account._obstacle())

    def test_refusal_alerts_whatever_was_read_of_the_account_before(self):
        self.patch(AccountSession, "_is_still_the_login", lambda session: True)
        session = self.session()
        for is_alerted in (True, False):
            self.account.activity_ids.unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            session.record(CredentialsRefused("Refused"))
            self.assertEqual(self.account.connection_state, "refused")
            self.assertEqual(bool(self.account.activity_ids), is_alerted)

    def test_token_of_a_password_that_was_replaced_meanwhile_is_dropped(self):
        with self.session() as session:
            self.account.password = "another"
            session.client.authenticate()
        self.assertFalse(self.account.token)
        self.assertEqual(self.account.connection_state, "unknown")
        self.assertEqual(self.account.month_calls, 1)

    def test_no_call_begins_when_the_schedule_is_long_over(self):
        """A server whose pages never end would else keep the worker."""
        account = self.account.with_context(cron_end_time=time.monotonic() + 10)
        with AccountSession(account, BACKGROUND) as session:
            session.started -= 65
            session.client.authenticate()
            session.started -= 10
            with self.assertRaises(NoAnswer):
                session.client.authenticate()
        self.assertEqual(self.calls(), {"authenticate": 1})

    def pause(self, monthly=False, **duration):
        """Minutes for which nothing is sent after a 429 that names this end."""
        error = RateLimitReached("Used up", reset_at=self.from_now(**duration), monthly=monthly)
        self.session().record(error)
        return (self.account.blocked_until - fields.Datetime.now()).total_seconds() / 60

    def test_pause_is_as_long_as_the_server_says(self):
        self.assertAlmostEqual(self.pause(minutes=40), 40, delta=1)
        self.assertAlmostEqual(self.pause(monthly=True, days=12), 12 * 24 * 60, delta=1)

    def test_end_of_a_pause_that_cannot_be_is_not_believed(self):
        for monthly, duration in (
            (False, {"days": -20000}),
            (False, {"minutes": -1}),
            (False, {"days": 365}),
            (True, {"days": 365 * 1000}),
        ):
            with self.subTest(monthly=monthly, **duration):
                minutes = self.pause(monthly=monthly, **duration)
                self.assertGreater(minutes, -0.1)
                self.assertLess(minutes, 31 * 24 * 60 if monthly else 61)

    def test_pause_without_an_end_is_probed_at_growing_distance_within_a_day(self):
        for monthly in (True, False):
            self.account.write({"blocked_until": False, "pause_probes": 0})
            minutes = []
            with freeze_time("2026-03-01 00:00:10") as frozen:
                for _probe in range(10):
                    self.session().record(RateLimitReached("Used up", monthly=monthly))
                    pause = self.account.blocked_until - fields.Datetime.now()
                    minutes.append(pause.total_seconds() / 60)
                    frozen.tick(pause)
            self.assertEqual(minutes[:4], [15, 30, 60, 120])
            self.assertEqual(minutes[-1], 24 * 60)

    def test_answer_ends_the_growth(self):
        self.session().record(RateLimitReached("Used up", monthly=True))
        self.account.blocked_until = False
        with self.session() as session:
            next(session.client.iter_lists(), None)
        self.assertEqual(self.account.pause_probes, 0)
        self.session().record(RateLimitReached("Used up", monthly=True))
        self.assertAlmostEqual(
            self.account.blocked_until,
            self.from_now(minutes=15).replace(tzinfo=None),
            delta=timedelta(minutes=1),
        )

    def test_hour_that_never_ends_stops_the_schedules_for_an_hour_at_most(self):
        with self.session() as session:
            session.client.authenticate()
            session.client._caller.rate_limit = RateLimit(100, 0, self.from_now(days=365 * 7000))
        self.assertFalse(self.account._may_call())
        self.account.hourly_reset_at -= timedelta(hours=1)
        self.assertTrue(self.account._may_call())
