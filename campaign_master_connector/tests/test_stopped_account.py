"""When the whole account has to wait: rate limits, wrong credentials, a copy of the database."""

from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import CampaignMasterCase

NEUTRALIZE = Path(__file__).parent.parent / "data" / "neutralize.sql"


@tagged("post_install", "-at_install")
class TestStoppedAccount(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.campaigns = self.env["utm.campaign"]
        for title in ("First", "Second"):
            campaign = self.synced_campaign(title=title)
            self.add(campaign, self.contact(f"{title}@example.com"))
            self.campaigns |= campaign

    def run_all_schedules(self):
        self.campaigns.cm_retry_at = False
        self.campaigns.write({"cm_statistics_at": False, "cm_recipient_statistics_at": False})
        self.run_cron()
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()

    def assertNoCall(self):
        self.control.clear_calls()
        self.run_all_schedules()
        self.account.choices_attempted_at = False
        self.campaigns[0].cm_refresh_choices()
        Form(self.campaigns[0])
        self.assertEqual(self.calls(), {})

    def assertWorks(self):
        self.run_all_schedules()
        for campaign in self.campaigns:
            self.assertEqual(self.states(campaign), {"added": 1})
            self.assertTrue(campaign.cm_statistics_at)
            self.assertTrue(campaign.cm_recipient_statistics_at)
            self.assertFalse(campaign.cm_sync_error)

    def test_rate_limit_stops_the_run_and_is_obeyed(self):
        self.control.set_limits(hourly_limit=100, calls_this_hour=100)
        self.run_cron()
        self.assertEqual(sum(self.calls().values()), 1)
        self.assertIn("used up", self.campaigns[0].cm_sync_error)
        self.assertGreater(self.account.blocked_until, fields.Datetime.now())
        self.assertNoCall()

    def test_click_during_a_pause_makes_no_call_and_is_made_up_for(self):
        self.control.set_limits(hourly_limit=100, calls_this_hour=100)
        self.run_cron()
        self.control.clear_calls()
        self.assertIn("used up", self.sync(self.campaigns[0]))
        self.assertEqual(self.calls(), {})
        self.account.blocked_until = fields.Datetime.now() - timedelta(minutes=1)
        self.account.hourly_reset_at = self.account.blocked_until
        self.control.set_limits(hourly_limit=5000, calls_this_hour=0)
        self.assertWorks()

    def test_pause_is_told_in_the_time_zone_of_who_reads(self):
        self.control.set_limits(hourly_limit=100, calls_this_hour=100)
        self.run_cron()
        campaign = self.campaigns[0]
        self.assertTrue(campaign.cm_sync_error.endswith("is used up."), campaign.cm_sync_error)
        ends = self.account.blocked_until
        for zone, offset in (("Etc/UTC", timedelta()), ("Asia/Kolkata", timedelta(hours=5.5))):
            self.env.user.tz = zone
            clock = f"{ends + offset:%m/%d/%Y %I:%M %p}"
            settings = self.env["res.config.settings"].create({})
            statistics = campaign.action_cm_update_statistics()["params"]["message"]
            for told in (self.sync(campaign), statistics, settings.cm_connection_message):
                self.assertTrue(told.endswith(f"used up. It answers again at {clock}."), told)

    def test_next_attempt_is_not_before_the_end_of_the_pause(self):
        self.control.set_limits(hourly_limit=100, calls_this_hour=100)
        self.run_cron()
        campaign = self.campaigns[0]
        self.assertLess(campaign.cm_retry_at, self.account.blocked_until)
        self.assertEqual(campaign.cm_next_attempt_at, self.account.blocked_until)
        self.account.blocked_until = False
        self.assertEqual(campaign.cm_next_attempt_at, campaign.cm_retry_at)
        self.account.connection_state = "refused"
        self.assertFalse(campaign.cm_next_attempt_at)

    def test_used_up_month_whose_end_is_not_told_is_probed_with_a_call_within_a_day(self):
        self.control.set_limits(monthly_limit=100, calls_this_month=100)
        self.run_cron()
        self.assertEqual(sum(self.calls().values()), 1)
        blocked_until = self.account.blocked_until
        self.assertGreater(blocked_until, fields.Datetime.now())
        self.assertLessEqual(blocked_until, fields.Datetime.now() + timedelta(days=1))
        self.assertNoCall()
        self.sync(self.campaigns[0])
        self.assertEqual(self.account.blocked_until, blocked_until)
        self.account.blocked_until = False
        self.control.clear_calls()
        self.run_all_schedules()
        self.assertEqual(sum(self.calls().values()), 1)
        self.assertGreater(self.account.blocked_until, blocked_until)
        self.account.blocked_until = False
        self.control.set_limits(monthly_limit=50_000, calls_this_month=0)
        self.assertWorks()

    def test_other_credentials_are_not_held_back_by_the_old_ones_limit(self):
        self.control.set_limits(hourly_limit=100, calls_this_hour=100)
        self.run_cron()
        self.control.set_limits(hourly_limit=5000, calls_this_hour=0)
        self.account.password = "demo"
        self.assertFalse(self.account.blocked_until)

    def test_schedules_leave_a_reserve_for_people(self):
        self.control.set_limits(hourly_limit=100, calls_this_hour=85)
        self.run_cron()
        self.assertNotEqual(self.calls(), {})
        self.control.set_limits(calls_this_hour=92)
        self.account.action_test_connection()
        self.control.clear_calls()
        self.campaigns.write({"cm_statistics_at": False, "cm_recipient_statistics_at": False})
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()
        self.assertEqual(self.calls(), {})
        self.campaigns[0].cm_subject = "Other words"
        self.sync(self.campaigns[0])
        self.assertEqual(self.calls(), {"updateCampaign": 1})

    def test_wrong_password_stops_the_schedules_until_it_changes(self):
        self.control.change_password("changed-there")
        self.control.expire_tokens()
        self.run_cron()
        self.assertEqual(self.calls()["authenticate"], 1)
        self.assertEqual(self.account.connection_state, "refused")
        self.assertIn("refused", self.campaigns[0].cm_sync_error)
        self.assertNoCall()
        with self.assertRaisesRegex(UserError, "refused the user name and password"):
            self.campaigns[0].action_cm_sync()
        self.assertEqual(self.calls(), {})
        self.account.password = "changed-there"
        self.assertWorks()

    def test_wrong_password_found_by_statistics_stops_all_schedules(self):
        self.control.change_password("changed-there")
        self.control.expire_tokens()
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.assertEqual(self.account.connection_state, "refused")
        self.assertNoCall()

    def test_copy_of_the_database_does_not_sync(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "the-copy")
        self.assertNoCall()
        with self.assertRaisesRegex(UserError, "This is a copy of the database"):
            self.campaigns[0].action_cm_sync()
        self.assertIn("This is a copy", self.sync(self.campaigns))
        self.campaigns[0].action_cm_update_statistics()
        self.assertEqual(self.calls(), {})
        self.assertIn("This is a copy", Form(self.campaigns[0]).cm_connection_notice)
        Form(self.env["res.config.settings"]).save().execute()
        self.assertNoCall()
        self.account.password = "demo"
        self.assertWorks()

    def test_neutralized_database_has_forgotten_how_to_log_in(self):
        self.env.flush_all()
        self.env.cr.execute(NEUTRALIZE.read_text())
        self.env.invalidate_all(flush=False)
        self.assertFalse(self.account.enabled)
        for name in ("stored_password", "stored_client_secret", "token"):
            self.assertFalse(self.account[name])
        self.assertNoCall()
        Form(self.env["res.config.settings"])

    def test_statistics_click_on_a_stopped_account_says_why(self):
        self.control.change_password("changed-there")
        self.control.expire_tokens()
        self.run_cron()
        params = self.campaigns[0].action_cm_update_statistics()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn("refused the user name and password", params["message"])
