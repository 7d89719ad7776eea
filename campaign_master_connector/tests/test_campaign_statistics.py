"""Campaign statistics: exact figures, computed rates, broken answers, the button."""

import responses
from odoo.tests import Form, tagged

from .common import CampaignMasterCase
from .recipient_statistics_common import RATES

FIGURES = {
    "emailsSent": "cm_emails_sent",
    "hardBounces": "cm_hard_bounces",
    "softBounces": "cm_soft_bounces",
    "totalUnsubscribes": "cm_total_unsubscribes",
    "totalClicks": "cm_total_clicks",
    "uniqueClicks": "cm_unique_clicks",
    "totalOpens": "cm_total_opens",
    "uniqueOpens": "cm_unique_opens",
    "confirmedTotalViews": "cm_confirmed_total_views",
    "totalForwards": "cm_total_forwards",
    "uniqueForwards": "cm_unique_forwards",
    "noRecordedActivity": "cm_no_recorded_activity",
    "openRate": "cm_reported_open_rate",
}
LABELS = {
    "cm_hard_bounces": "Hard Bounces",
    "cm_soft_bounces": "Soft Bounces",
    "cm_total_unsubscribes": "Total Unsubscribes",
    "cm_total_clicks": "Total Clicks",
    "cm_unique_clicks": "Unique Clicks",
    "cm_emails_sent": "No. of Emails Sent",
    "cm_confirmed_total_views": "Confirmed Total Views",
    "cm_total_forwards": "Total Forwards",
    "cm_unique_forwards": "Unique Forwards",
    "cm_no_recorded_activity": "No Record Activity Total",
    "cm_total_opens": "Total Opens",
    "cm_unique_opens": "Unique Opens",
    "cm_reported_open_rate": "Open Rate %",
    "cm_total_bounces": "Total Bounces",
    "cm_successful_emails": "Successful Emails",
    "cm_unsubscribe_rate": "Unsubscribe Percentage",
    "cm_click_rate": "Click Rate",
    "cm_open_rate": "Open Rate",
}
STARRED = (
    "cm_confirmed_total_views",
    "cm_total_forwards",
    "cm_unique_forwards",
    "cm_no_recorded_activity",
    "cm_total_opens",
    "cm_unique_opens",
    "cm_reported_open_rate",
)


@tagged("post_install", "-at_install")
class TestCampaignStatistics(CampaignMasterCase):
    def launched(self, **values):
        """A campaign of 300 people that was sent and that they have reacted to."""
        campaign = self.synced_campaign(cm_reference="known-reference", **values)
        self.control.populate_campaign(campaign.cm_external_id, 300, seed=3, rates=RATES)
        return campaign

    def pull(self, campaign):
        campaign.write({"cm_statistics_at": False, "cm_retry_at": False})
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()

    def figures(self, campaign):
        return {key: campaign[name] for key, name in FIGURES.items()}

    def there(self, campaign):
        statistics = self.control.campaign(campaign.cm_external_id)["statistics"]
        return {key: statistics[key] for key in FIGURES}

    def answering(self, campaign, **changed):
        """A server that answers the statistics of ``campaign`` with some values ``changed``."""
        document = {key: 0 for key in FIGURES} | {"status": "sent", "sentAt": None} | changed
        document = {key: value for key, value in document.items() if value != "missing"}
        server = responses.RequestsMock()
        server.get(
            f"{self.account.api_url}/api/v1/campaigns/{campaign.cm_external_id}/statistics",
            json=document,
        )
        return server

    def test_labels_are_those_of_the_design(self):
        described = self.env["utm.campaign"].fields_get(LABELS, ["string"])
        self.assertEqual({name: field["string"] for name, field in described.items()}, LABELS)

    def test_all_figures_are_those_of_campaign_master(self):
        campaign = self.launched()
        self.pull(campaign)
        self.assertEqual(self.figures(campaign), self.there(campaign))
        self.assertEqual(campaign.cm_emails_sent, 300)
        for name in FIGURES.values():
            self.assertGreater(campaign[name], 0, name)
        self.assertEqual(campaign.cm_state, "sent")
        sent_at = self.control.campaign(campaign.cm_external_id)["sentAt"]
        self.assertEqual(f"{campaign.cm_sent_at:%Y-%m-%dT%H:%M:%S}", sent_at[:19])
        self.assertTrue(campaign.cm_statistics_at)
        self.assertEqual(self.calls()["getCampaignStatistics"], 1)

    def test_computed_figures_follow_the_formulas(self):
        campaign = self.make_campaign()
        campaign.write(
            {
                "cm_emails_sent": 1_000,
                "cm_hard_bounces": 30,
                "cm_soft_bounces": 20,
                "cm_total_unsubscribes": 19,
                "cm_total_clicks": 95,
                "cm_unique_clicks": 50,
                "cm_total_opens": 475,
                "cm_unique_opens": 300,
            }
        )
        self.assertEqual(campaign.cm_total_bounces, 50)
        self.assertEqual(campaign.cm_successful_emails, 950)
        self.assertAlmostEqual(campaign.cm_unsubscribe_rate, 2.0)
        self.assertAlmostEqual(campaign.cm_click_rate, 10.0)
        self.assertAlmostEqual(campaign.cm_open_rate, 50.0)

    def test_rates_are_zero_where_there_are_none(self):
        campaign = self.make_campaign()
        for sent, bounced in ((0, 0), (10, 10)):
            campaign.write({"cm_emails_sent": sent, "cm_hard_bounces": bounced})
            self.assertEqual(campaign.cm_successful_emails, 0)
            for name in ("cm_unsubscribe_rate", "cm_click_rate", "cm_open_rate"):
                self.assertEqual(campaign[name], 0)

    def test_state_follows_the_launch(self):
        campaign = self.synced_campaign(self.contacts(5))
        self.control.freeze_clock()
        self.control.launch(campaign.cm_external_id, self.customers, speed=1)
        seen = []
        for seconds in (0, 31, 70):
            self.control.advance_clock(seconds=seconds)
            self.pull(campaign)
            seen.append(campaign.cm_state)
        self.control.freeze_clock(False)
        self.assertEqual(seen, ["scheduled", "sending", "sent"])

    def test_second_run_changes_nothing(self):
        campaign = self.launched()
        self.pull(campaign)
        first = self.figures(campaign)
        self.env.flush_all()
        self.pull(campaign)
        self.assertEqual(self.figures(campaign), first)

    def test_what_cannot_be_read_stays_as_it_was_known_and_the_rest_is_taken(self):
        campaign = self.launched()
        self.pull(campaign)
        known = self.figures(campaign)
        sent_at = campaign.cm_sent_at
        for key, value in (
            ("totalOpens", -1),
            ("totalOpens", "many"),
            ("totalOpens", 1.5),
            ("totalOpens", None),
            ("totalOpens", True),
            ("totalOpens", 2**31),
            ("totalOpens", "missing"),
            ("openRate", None),
            ("openRate", "high"),
            ("sentAt", ""),
            ("sentAt", "0001-01-01T00:00:00"),
            ("sentAt", "1970-01-01T00:00:00Z"),
            ("sentAt", "2099-01-01T00:00:00Z"),
            ("sentAt", "yesterday"),
        ):
            with self.subTest(key=key, value=value):
                with self.answering(campaign, **{key: value}):
                    self.pull(campaign)
                self.assertFalse(campaign.cm_sync_error)
                self.assertTrue(campaign.cm_statistics_at)
                expected = dict.fromkeys(FIGURES, 0)
                if key in FIGURES:
                    expected[key] = known[key]
                self.assertEqual(self.figures(campaign), expected)
                self.assertEqual(campaign.cm_sent_at, sent_at)
                with self.answering(campaign, **known):
                    self.pull(campaign)
                self.assertEqual(self.figures(campaign), known)

    def test_figures_are_stored_as_told_whether_they_add_up_or_not(self):
        campaign = self.launched()
        for told in (
            {"uniqueOpens": 5, "totalOpens": 4},
            {"hardBounces": 1, "softBounces": 1, "emailsSent": 1},
            {"totalOpens": "12", "uniqueOpens": 12.0},
        ):
            with self.subTest(told=told):
                with self.answering(campaign, **told):
                    self.pull(campaign)
                self.assertFalse(campaign.cm_sync_error)
                for key, value in told.items():
                    self.assertEqual(campaign[FIGURES[key]], int(value))
                self.assertGreaterEqual(campaign.cm_successful_emails, -1)

    def test_status_that_nobody_knows_is_shown_as_it_is_written_figures_and_all(self):
        campaign = self.launched()
        self.pull(campaign)
        with self.answering(campaign, status="Paused by the editor", totalOpens=7):
            self.pull(campaign)
        self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(campaign.cm_status_text, "Paused by the editor")
        self.assertEqual((campaign.cm_state, campaign.cm_total_opens), ("sent", 7))
        with self.answering(campaign, status=" SENT "):
            self.pull(campaign)
        self.assertFalse(campaign.cm_status_text)
        log = self.env["campaign.master.sync.log"].search([], limit=1, order="id desc")
        self.assertIn("getCampaignStatistics status", log.deviations)
        self.assertNotIn("SENT", log.deviations)

    def test_time_zones_and_unknown_keys_are_understood(self):
        campaign = self.launched()
        moment = {"sentAt": "2026-03-01T11:30:00+02:00", "somethingNew": {"a": 1}}
        with self.answering(campaign, **moment):
            self.pull(campaign)
        self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(str(campaign.cm_sent_at), "2026-03-01 09:30:00")

    def test_broken_answers_of_one_campaign_do_not_stop_the_next(self):
        bad = self.synced_campaign(title="Bad")
        good = self.synced_campaign(title="Good")
        for fault in ("malformed_json", "server_error"):
            with self.subTest(fault=fault):
                self.control.clear_faults()
                self.control.set_fault(fault, operation="getCampaignStatistics", count=1)
                self.pull(bad | good)
                failed = (bad | good).filtered("cm_sync_error")
                self.assertEqual(len(failed), 1)
                self.assertTrue(((bad | good) - failed).cm_statistics_at)
                self.assertFalse(failed.cm_statistics_at)

    def test_campaign_deleted_there_is_told_and_the_next_goes_on(self):
        gone, good = self.synced_campaign(title="Gone"), self.synced_campaign(title="Good")
        self.control.delete_campaign(gone.cm_external_id)
        self.pull(gone | good)
        self.assertIn("doesn't know the campaign", gone.cm_sync_error)
        self.assertTrue(good.cm_statistics_at)

    def test_good_run_clears_the_problem_of_a_bad_one(self):
        campaign = self.synced_campaign()
        self.control.set_fault("malformed_json", operation="getCampaignStatistics", count=1)
        self.pull(campaign)
        self.assertTrue(campaign.cm_sync_error)
        self.pull(campaign)
        self.assertFalse(campaign.cm_sync_error)

    def test_button_updates_campaign_and_people_and_says_so(self):
        campaign = self.synced_campaign(self.contacts(4))
        self.control.launch(
            campaign.cm_external_id, self.customers, rates=dict.fromkeys(RATES, 0) | {"open": 1}
        )
        params = campaign.action_cm_update_statistics()["params"]
        self.assertEqual(params["type"], "success")
        self.assertEqual(params["message"], "Statistics are up to date. Recipients changed: 4.")
        self.assertEqual(campaign.cm_unique_opens, 4)
        self.assertTrue(all(one.total_opens for one in campaign.cm_recipient_ids))

    def test_button_on_several_campaigns_from_the_actions_menu(self):
        campaigns = self.synced_campaign(title="First") | self.synced_campaign(title="Second")
        action = self.env.ref("campaign_master_connector.action_update_statistics")
        action.with_context(active_model="utm.campaign", active_ids=campaigns.ids).run()
        self.assertTrue(all(campaign.cm_statistics_at for campaign in campaigns))

    def test_button_says_what_went_wrong(self):
        campaign = self.synced_campaign()
        self.control.set_fault("service_unavailable")
        params = campaign.action_cm_update_statistics()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn("status 503", params["message"])

    def test_starred_figures_show_when_settings_say_so(self):
        campaign = self.synced_campaign()
        for shown in (False, True):
            self.account.show_extended_statistics = shown
            campaign.invalidate_recordset()
            form = Form(campaign)
            self.assertEqual(form.cm_show_extended_statistics, shown)
            for name in STARRED:
                self.assertEqual(form._get_modifier(name, "invisible"), not shown, name)
            self.assertFalse(form._get_modifier("cm_total_clicks", "invisible"))

    def test_charts_show_the_numbers_of_the_records(self):
        campaign = self.synced_campaign(self.contacts(6))
        self.control.launch(campaign.cm_external_id, self.customers, rates=RATES | {"open": 0.9})
        campaign.action_cm_update_statistics()
        charts = campaign.cm_statistics_charts()
        self.assertEqual(charts["funnel"]["sent"], 6)
        self.assertEqual(charts["funnel"]["delivered"], campaign.cm_successful_emails)
        opened = campaign.cm_recipient_ids.filtered("first_open")
        self.assertTrue(opened)
        points = charts["first_opens"]["points"]
        self.assertEqual(sum(count for _start, count in points), len(opened))

    def test_funnel_has_no_starred_figure_unless_settings_show_them(self):
        campaign = self.launched()
        self.pull(campaign)
        self.assertTrue(campaign.cm_unique_opens)
        charts = campaign.cm_statistics_charts()
        self.assertEqual((charts["funnel"]["opened"], charts["opened_by"]), (False, "recipients"))
        campaign.action_cm_update_statistics()
        opened = len(campaign.cm_recipient_ids.filtered("total_opens"))
        campaign.cm_unique_opens = opened + 7
        self.assertEqual(campaign.cm_statistics_charts()["funnel"]["opened"], opened)
        self.account.show_extended_statistics = True
        campaign.invalidate_recordset()
        charts = campaign.cm_statistics_charts()
        self.assertEqual(charts["funnel"]["opened"], campaign.cm_unique_opens)
        self.assertEqual(charts["opened_by"], "campaign")
