"""When statistics are asked for: by the age of a campaign, and at six in the morning."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestDueByAge(CampaignMasterCase):
    def is_due(self, last_asked, **values):
        """Whether the half-hourly schedule asks for a campaign's statistics."""
        self.campaign.write(
            {
                "cm_statistics_at": last_asked and fields.Datetime.now() - last_asked,
                "cm_retry_at": False,
                **values,
            }
        )
        return self.campaign in self.env["utm.campaign"]._cm_due_for_statistics()

    def setUp(self):
        super().setUp()
        self.campaign = self.synced_campaign()

    def sent(self, **ago):
        return {"cm_sent_at": fields.Datetime.now() - timedelta(**ago), "cm_state": "sent"}

    def test_never_asked_is_due_at_once(self):
        self.assertTrue(self.is_due(None))
        self.assertTrue(self.is_due(None, **self.sent(days=60)))

    def test_old_campaigns_are_asked_less_often(self):
        for age, pause in (
            ({"days": 1}, timedelta(minutes=30)),
            ({"days": 6}, timedelta(minutes=30)),
            ({"days": 10}, timedelta(hours=6)),
            ({"days": 29}, timedelta(hours=6)),
            ({"days": 40}, timedelta(days=1)),
            ({"days": 89}, timedelta(days=1)),
        ):
            with self.subTest(age=age):
                self.assertTrue(self.is_due(pause + timedelta(seconds=30), **self.sent(**age)))
                self.assertFalse(self.is_due(pause - timedelta(minutes=5), **self.sent(**age)))

    def test_very_old_campaigns_are_updated_by_hand(self):
        self.assertFalse(self.is_due(timedelta(days=30), **self.sent(days=100)))
        self.campaign.action_cm_update_statistics()
        self.assertGreater(
            self.campaign.cm_statistics_at, fields.Datetime.now() - timedelta(minutes=1)
        )

    def test_draft_that_waits_for_long_is_seen_when_it_is_launched(self):
        self.control.add_to_list(self.newsletter, ["person-1@example.com"])
        self.campaign.cm_synced_at = fields.Datetime.now() - timedelta(days=200)
        draft = {"cm_state": "draft", "cm_sent_at": False}
        self.assertFalse(self.is_due(timedelta(days=6), **draft))
        self.assertTrue(self.is_due(timedelta(days=7), **draft))
        self.control.launch(self.campaign.cm_external_id, self.newsletter)
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.assertEqual(self.campaign.cm_state, "sent")
        self.assertTrue(self.is_due(timedelta(minutes=31)))

    def test_draft_that_is_worked_on_is_asked_about_as_often_as_a_launched_one(self):
        self.campaign.cm_synced_at = fields.Datetime.now() - timedelta(days=2)
        self.assertTrue(self.is_due(timedelta(minutes=31), cm_state="draft", cm_sent_at=False))

    def test_zero_days_mean_always(self):
        self.account.frequent_days = 0
        self.assertTrue(self.is_due(timedelta(minutes=31), **self.sent(days=500)))

    def test_zero_days_mean_always_as_often_as_at_first(self):
        self.account.write({"frequent_days": 0, "frequent_minutes": 120})
        self.assertFalse(self.is_due(timedelta(minutes=100), **self.sent(days=500)))
        self.assertTrue(self.is_due(timedelta(minutes=121), **self.sent(days=500)))

    def test_days_and_periods_are_the_accounts(self):
        self.account.write(
            {
                "frequent_minutes": 15,
                "frequent_days": 2,
                "regular_hours": 3,
                "regular_days": 4,
                "daily_hours": 48,
                "daily_days": 6,
            }
        )
        for age, pause in (
            ({"days": 1}, timedelta(minutes=15)),
            ({"days": 3}, timedelta(hours=3)),
            ({"days": 5}, timedelta(hours=48)),
        ):
            with self.subTest(age=age):
                self.assertTrue(self.is_due(pause + timedelta(seconds=30), **self.sent(**age)))
                self.assertFalse(self.is_due(pause - timedelta(minutes=5), **self.sent(**age)))
        self.assertFalse(self.is_due(timedelta(days=30), **self.sent(days=7)))

    def test_period_of_no_time_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.account.regular_hours = 0
            self.env.flush_all()

    def test_not_synced_and_unusable_are_never_due(self):
        campaign = self.make_campaign()
        self.assertNotIn(campaign, self.env["utm.campaign"]._cm_due_for_statistics())
        self.account.enabled = False
        self.assertFalse(self.is_due(None))

    def test_longest_waiting_comes_first(self):
        others = [self.synced_campaign(title=f"Other {number}") for number in range(2)]
        self.is_due(timedelta(hours=2))
        others[0].cm_statistics_at = fields.Datetime.now() - timedelta(hours=3)
        others[1].cm_statistics_at = False
        due = self.env["utm.campaign"]._cm_due_for_statistics()
        self.assertEqual(list(due), [others[1], others[0], self.campaign])

    def test_run_asks_only_for_what_is_due(self):
        self.is_due(timedelta(minutes=5), **self.sent(days=1))
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.assertEqual(self.calls(), {})


@tagged("post_install", "-at_install")
class TestMorning(CampaignMasterCase):
    def next_morning(self, now):
        with freeze_time(now):
            return self.env["campaign.master.account"]._next_morning()

    def set_zone(self, company, zone):
        company.partner_id.tz = zone

    def test_six_in_the_morning_where_the_company_is(self):
        for zone, now, expected in (
            ("UTC", "2026-02-10 05:59:00", "2026-02-10 06:00:00"),
            ("UTC", "2026-02-10 06:00:00", "2026-02-11 06:00:00"),
            ("Europe/Berlin", "2026-02-10 12:00:00", "2026-02-11 05:00:00"),
            ("Europe/Berlin", "2026-07-10 12:00:00", "2026-07-11 04:00:00"),
            ("America/New_York", "2026-02-10 12:00:00", "2026-02-11 11:00:00"),
            ("Asia/Kolkata", "2026-02-10 12:00:00", "2026-02-11 00:30:00"),
            ("Pacific/Auckland", "2026-01-10 16:59:00", "2026-01-10 17:00:00"),
        ):
            with self.subTest(zone=zone, now=now):
                self.set_zone(self.company, zone)
                self.assertEqual(str(self.next_morning(now)), expected)

    def test_six_stays_six_across_a_change_of_summer_time(self):
        self.set_zone(self.company, "Europe/Berlin")
        mornings = [
            str(self.next_morning(f"{day} 12:00:00"))
            for day in ("2026-03-27", "2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25")
        ]
        self.assertEqual(
            mornings,
            [
                "2026-03-28 05:00:00",
                "2026-03-29 04:00:00",
                "2026-03-30 04:00:00",
                "2026-10-25 05:00:00",
                "2026-10-26 05:00:00",
            ],
        )

    def test_company_without_a_usable_zone_has_its_morning_in_utc(self):
        self.company.partner_id.tz = False
        self.company.resource_calendar_id = False
        self.assertEqual(str(self.next_morning("2026-02-10 12:00:00")), "2026-02-11 06:00:00")

    def test_two_companies_have_each_their_morning(self):
        self.set_zone(self.company, "Europe/Berlin")
        other = self.env["res.company"].create({"name": "Second Company"})
        self.set_zone(other, "America/New_York")
        self.make_account(other)
        self.assertEqual(str(self.next_morning("2026-02-10 00:00:00")), "2026-02-10 05:00:00")
        self.assertEqual(str(self.next_morning("2026-02-10 05:00:00")), "2026-02-10 11:00:00")
        self.assertEqual(str(self.next_morning("2026-02-10 11:00:00")), "2026-02-11 05:00:00")

    def test_morning_of_a_company_brings_its_own_statistics(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        self.set_zone(self.company, "Europe/Berlin")
        self.set_zone(other, "America/New_York")
        theirs = self.make_account(other, username="second", password="word")
        campaign = self.make_campaign()
        campaign.write({"cm_external_id": "1", "cm_sent_at": "2026-02-09 08:00:00"})
        other_campaign = campaign.with_company(other).copy(
            {"cm_list_id": False, "cm_template_id": False}
        )
        other_campaign.write({"cm_account_id": theirs.id, "cm_sent_at": campaign.cm_sent_at})
        other_campaign.cm_external_id = "2"
        both = campaign + other_campaign
        both.cm_recipient_statistics_at = "2026-02-09 12:00:00"
        for now, expected in (
            ("2026-02-10 04:59:59", self.env["utm.campaign"]),
            ("2026-02-10 05:00:10", campaign),
            ("2026-02-10 11:00:10", other_campaign),
            ("2026-02-11 05:00:10", campaign),
            ("2026-02-11 11:00:10", other_campaign),
        ):
            with self.subTest(now=now), freeze_time(now):
                due = self.env["utm.campaign"]._cm_due_for_recipient_statistics()
                self.assertEqual(due & both, expected)
                expected.cm_recipient_statistics_at = fields.Datetime.now()

    def test_what_the_time_was_too_short_for_goes_on_at_once(self):
        campaign = self.synced_campaign()
        campaign.cm_recipient_statistics_at = fields.Datetime.now()
        campaigns = self.env["utm.campaign"]
        self.assertNotIn(campaign, campaigns._cm_due_for_recipient_statistics())
        campaign.cm_recipient_statistics_page = 2
        self.assertIn(campaign, campaigns._cm_due_for_recipient_statistics())

    def test_company_that_is_not_enabled_has_none(self):
        self.set_zone(self.company, "Europe/Berlin")
        other = self.env["res.company"].create({"name": "Second Company"})
        self.set_zone(other, "America/New_York")
        self.make_account(other, enabled=False)
        self.assertEqual(str(self.next_morning("2026-02-10 06:00:00")), "2026-02-11 05:00:00")

    def test_schedule_comes_at_six_after_each_run(self):
        self.set_zone(self.company, "Europe/Berlin")
        cron = self.env.ref("campaign_master_connector.ir_cron_update_recipient_statistics")
        job = cron.read(["nextcall", "interval_type", "interval_number", "user_id"])[0]
        job |= {"id": cron.id, "user_id": cron.user_id.id}
        with freeze_time("2026-03-28 05:00:30"):
            cron._reschedule_later(job)
        cron.invalidate_recordset()
        self.assertEqual(cron.nextcall, datetime(2026, 3, 29, 4, 0))

    def test_other_schedules_keep_their_interval(self):
        cron = self.env.ref("campaign_master_connector.ir_cron_update_campaign_statistics")
        job = cron.read(["nextcall", "interval_type", "interval_number", "user_id"])[0]
        job |= {"id": cron.id, "user_id": cron.user_id.id}
        now = self.env.cr.now().replace(microsecond=0)
        job["nextcall"] = now - timedelta(minutes=1)
        cron._reschedule_later(job)
        cron.invalidate_recordset()
        self.assertEqual(cron.nextcall, now + timedelta(minutes=29))

    def test_account_that_is_enabled_begins_with_its_next_morning(self):
        cron = self.env.ref("campaign_master_connector.ir_cron_update_recipient_statistics")
        other = self.env["res.company"].create({"name": "Second Company"})
        self.set_zone(self.company, "Asia/Kolkata")
        self.set_zone(other, "Asia/Kolkata")
        account = self.make_account(other, enabled=False)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        account.enabled = True
        [added] = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - triggers
        self.assertEqual(added.call_at, self.env["campaign.master.account"]._next_morning())
