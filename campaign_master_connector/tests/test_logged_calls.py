"""The log has each call that the quota counts."""

from contextlib import suppress

from odoo.tests import Form, tagged

from .common import CampaignMasterCase

MINUTES_AGO = "2020-01-01"


@tagged("post_install", "-at_install")
class TestLoggedCalls(CampaignMasterCase):
    def rows(self, *kinds):
        self.env.flush_all()
        domain = [("account_id", "=", self.account.id)] + [("kind", "in", kinds)] * bool(kinds)
        return self.env["campaign.master.sync.log"].search(domain)

    def logged(self):
        return sum(row.calls or 0 for row in self.rows())

    def test_log_and_quota_agree_whatever_is_done(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(3))
        campaign.action_cm_sync()
        self.account.action_test_connection()
        campaign.action_cm_update_statistics()
        self.add(campaign, self.contact("another@example.com"))
        self.run_cron()
        for fault in ("server_error", "malformed_json", "drop_connection"):
            self.control.set_fault(fault)
            self.account.choices_attempted_at = MINUTES_AGO
            Form(campaign)
            self.account.action_test_connection()
            campaign.cm_subject = f"Subject {fault}"
            campaign.action_cm_sync()
            campaign.action_cm_update_statistics()
            self.env["utm.campaign"]._cron_cm_update_recipient_statistics()
            self.control.clear_faults()
        self.run_cron()
        self.assertGreater(self.account.month_calls, 20)
        self.assertEqual(self.logged(), self.account.month_calls)

    def test_forms_and_tests_are_one_row_an_hour_each(self):
        for _time in range(3):
            self.account.choices_attempted_at = MINUTES_AGO
            self.pull_choices()
            self.account.action_test_connection()
        for kind in ("choices", "test"):
            row = self.rows(kind)
            self.assertEqual(len(row), 1)
            self.assertFalse(row.campaign_id)
            self.assertEqual(row.company_id, self.company)
            self.assertFalse(row.hour.minute or row.hour.second)
        self.assertEqual(self.rows("choices").calls, 7)
        self.assertEqual(self.rows("test").calls, 6)
        self.rows("test").hour = "2020-01-01 10:00:00"
        self.account.action_test_connection()
        self.assertEqual(sorted(self.rows("test").mapped("calls")), [2, 6])
        self.assertIn("calls: 2", self.rows("test")[0].support_text)

    def test_each_row_has_a_name(self):
        campaign = self.synced_campaign()
        self.account.action_test_connection()
        self.assertEqual(self.rows("sync").display_name, campaign.display_name)
        self.assertEqual(self.rows("test").display_name, "Tests of the connection, an hour's sum")

    def test_row_of_an_hour_costs_one_statement(self):
        self.account.action_test_connection()
        log = self.env["campaign.master.sync.log"]
        self.env.flush_all()
        with self.assertQueryCount(1):
            log._sum_up(self.account, "test", 1, 0.5, None)

    def test_what_went_wrong_stands_in_the_row(self):
        self.control.set_fault("service_unavailable")
        self.account.action_test_connection()
        self.assertIn("503", self.rows("test").error)

    def test_calls_of_a_run_that_breaks_off_are_not_lost(self):
        campaign = self.synced_campaign(self.contact())
        before = self.account.month_calls
        run = type(self.env["campaign.master.sync.log"])

        def fails(*_arguments):
            raise ZeroDivisionError

        self.patch(run, "_add", fails)
        # Not by `assertRaises`, which would take back what was stored.
        with suppress(ZeroDivisionError):
            campaign.action_cm_update_statistics()
        self.assertGreater(self.account.month_calls, before)
        self.assertEqual(self.logged(), self.account.month_calls)
