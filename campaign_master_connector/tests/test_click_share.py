"""Clicks can't use up everybody's calls: each record once, nothing twice, a share a minute."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models import campaign_master_account_quota as quota
from ..services import statistics_run
from ..services.moments import moment_for
from .common import CampaignMasterCase

RECENT = timedelta(seconds=10)
STATISTICS_CALLS = {"getCampaignStatistics": 1, "listCampaignRecipients": 1}


@tagged("post_install", "-at_install")
class TestClickShare(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(statistics_run, "RECENT", RECENT))
        self.campaign = self.synced_campaign(self.contact())

    def click(self, campaigns):
        params = campaigns.action_cm_update_statistics()["params"]
        return params["type"], params["message"]

    def many(self, count):
        """Synced campaigns without a call: ids as Campaign Master gives them aren't asked for."""
        campaigns = self.env["utm.campaign"].create(
            [{"title": f"Campaign {number}", "cm_subject": "Subject"} for number in range(count)]
        )
        for number, campaign in enumerate(campaigns):
            campaign.cm_external_id = f"share-{number}"
        return campaigns

    def use_up(self):
        self.account.write({"click_calls": 1000, "click_calls_at": fields.Datetime.now()})

    def test_one_campaign_named_a_thousand_times_is_asked_about_once(self):
        thousand = self.env["utm.campaign"].browse([self.campaign.id] * 1000)
        self.click(thousand)
        self.assertEqual(self.calls(), STATISTICS_CALLS)
        self.control.clear_calls()
        self.campaign.cm_subject = "Other words"
        self.assertNotIn("Spring offers:", self.sync(thousand))
        self.assertEqual(self.calls(), {"updateCampaign": 1})

    def test_what_was_pulled_seconds_ago_is_not_pulled_again(self):
        self.click(self.campaign)
        for _click in range(60):
            self.assertEqual(
                self.click(self.campaign),
                ("success", "Statistics are up to date, as of a few seconds ago."),
            )
        self.assertEqual(self.calls(), STATISTICS_CALLS)
        just_before = fields.Datetime.now() - RECENT
        self.campaign.write(
            {"cm_statistics_at": just_before, "cm_recipient_statistics_at": just_before}
        )
        self.click(self.campaign)
        self.assertEqual(self.calls(), dict.fromkeys(STATISTICS_CALLS, 2))

    def test_schedule_brings_what_is_due_however_recent(self):
        self.click(self.campaign)
        self.campaign.cm_statistics_requested = True
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.assertEqual(self.calls()["getCampaignStatistics"], 2)

    def test_clicks_on_everything_end_at_their_share(self):
        many = self.many(60)
        now = fields.Datetime.now()
        with (
            patch.object(quota, "LEAST_AT_ONCE", 20),
            patch.object(quota, "MINUTES_AT_ONCE", 0),
            # The share grows back as time passes, which a slow machine has more of.
            patch.object(fields.Datetime, "now", lambda: now),
        ):
            kind, _message = self.click(self.campaign | many)
            self.assertEqual(kind, "danger", "the others aren't there")
            made = sum(self.calls().values())
            self.assertLessEqual(made, 20)
            for _click in range(5):
                self.click(many)
            self.assertEqual(sum(self.calls().values()), made)

    def test_refusal_says_when_and_leaves_nothing_to_the_schedules(self):
        self.use_up()
        kind, message = self.click(self.campaign)
        self.assertEqual(kind, "warning")
        self.assertRegex(message, r"^People's clicks have used their share .* Try again at .*\.$")
        moment = self.account._clicks_go_on_at()
        self.assertIn(moment_for(self.env, moment), message)
        self.assertFalse(self.campaign.cm_statistics_requested)
        self.assertFalse(self.campaign.cm_sync_error)
        self.assertEqual(self.account.connection_state, "connected")
        self.assertEqual(self.calls(), {})
        seconds = (moment - fields.Datetime.now()).total_seconds()
        with patch.object(fields.Datetime, "now", lambda: moment):
            self.assertIsNone(self.account._clicks_go_on_at())
        self.assertGreater(seconds, 0)

    def test_sync_goes_on_in_the_background_and_schedules_are_not_held_back(self):
        self.use_up()
        self.campaign.cm_subject = "Other words"
        message = self.sync(self.campaign)
        self.assertIn("The background syncs it.", message)
        self.assertEqual(self.calls(), {})
        self.run_cron()
        self.assertEqual(self.calls(), {"updateCampaign": 1})

    def test_test_of_the_connection_is_a_click_too(self):
        self.use_up()
        params = self.account.action_test_connection()["params"]
        self.assertIn("used their share", params["message"])
        self.assertEqual(self.account.connection_state, "connected")
        self.assertFalse(self.account.connection_message)

    def test_share_fills_up_again_by_itself(self):
        self.use_up()
        self.assertTrue(self.account._clicks_go_on_at())
        self.account.click_calls_at = fields.Datetime.now() - timedelta(minutes=30)
        self.assertIsNone(self.account._clicks_go_on_at())
        self.click(self.campaign)
        self.assertGreater(self.account.click_calls, 0)
        self.assertLessEqual(self.account.click_calls, 2)

    def test_nobody_writes_the_count(self):
        user = self.make_user("seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.account.with_user(user).click_calls = 0

    def test_sync_of_thousands_answers_shortly(self):
        campaigns = self.campaign | self.many(2000)
        with patch(
            "odoo.addons.campaign_master_connector.services.sync_run.SECONDS_AT_THE_SCREEN", 0.5
        ):
            message = self.sync(campaigns)
        self.assertLessEqual(len(message.splitlines()), 15)
        self.assertRegex(message, r"(?m)^Synced in the background: [\d,]+$")
        self.assertTrue(all(campaigns.mapped("cm_sync_requested")[1000:]))

    def test_thousands_with_one_obstacle_answer_shortly(self):
        self.account.enabled = False
        message = self.sync(self.many(300))
        self.assertIn("With a problem: 300", message)
        self.assertIn("and 290 more", message)
        self.assertLessEqual(len(message.splitlines()), 12)
        _kind, message = self.click(self.campaign)
        self.assertEqual(len(message.splitlines()), 1)
