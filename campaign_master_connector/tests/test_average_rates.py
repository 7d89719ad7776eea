"""Rates of several campaigns, as the reports group them."""

from odoo.tests import tagged

from .common import CampaignMasterCase

RATES = ["cm_open_rate:avg", "cm_click_rate:avg", "cm_unsubscribe_rate:avg"]


@tagged("post_install", "-at_install")
class TestAverageRates(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.stage = self.env["utm.stage"].create({"name": "Measured"})

    def sent(self, **figures):
        values = {f"cm_{name}": value for name, value in figures.items()}
        return self.make_campaign(stage_id=self.stage.id, **values)

    def averages(self):
        domain = [("stage_id", "=", self.stage.id)]
        [rates] = self.env["utm.campaign"]._read_group(domain, [], RATES)
        return [round(rate, 2) for rate in rates]

    def test_each_email_weighs_the_same_in_however_large_a_campaign(self):
        self.sent(emails_sent=1000, total_opens=100, total_clicks=50, total_unsubscribes=10)
        self.sent(emails_sent=10, total_opens=10, total_clicks=10, total_unsubscribes=1)
        self.assertEqual(self.averages(), [10.89, 5.94, 1.09])

    def test_bounces_count_in_no_rate(self):
        self.sent(emails_sent=100, hard_bounces=30, soft_bounces=20, total_opens=10)
        self.sent(emails_sent=50, total_opens=10)
        self.assertEqual(self.averages(), [20, 0, 0])

    def test_campaigns_that_reached_nobody_pull_no_rate_down(self):
        self.sent(emails_sent=100, total_opens=50)
        self.sent()
        self.sent(emails_sent=5, hard_bounces=8, total_opens=4)
        self.assertEqual(self.averages(), [50, 0, 0])

    def test_nobody_reached_by_any_is_a_rate_of_zero(self):
        self.sent()
        self.assertEqual(self.averages(), [0, 0, 0])

    def test_one_campaign_has_the_rate_that_its_form_shows(self):
        campaign = self.sent(emails_sent=7, total_opens=5, total_clicks=3, total_unsubscribes=1)
        rates = [campaign.cm_open_rate, campaign.cm_click_rate, campaign.cm_unsubscribe_rate]
        self.assertEqual(self.averages(), [round(rate, 2) for rate in rates])

    def test_other_averages_stay_odoos(self):
        self.sent(emails_sent=100, reported_open_rate=10)
        self.sent(emails_sent=10, reported_open_rate=20)
        [[average]] = self.env["utm.campaign"]._read_group(
            [("stage_id", "=", self.stage.id)], [], ["cm_reported_open_rate:avg"]
        )
        self.assertEqual(average, 15)
