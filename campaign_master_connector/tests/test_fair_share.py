"""Who waits for whom: a large push gives way to other campaigns, accounts and workers."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.utm_campaign_sync import FURTHER_PUSH_CRONS
from ..services import transaction
from .common import SENDER, CampaignMasterCase


@tagged("post_install", "-at_install")
class TestFairShare(CampaignMasterCase):
    def large(self, title, count=2_200, **values):
        campaign = self.synced_campaign(title=title, **values)
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(count, title)))
        return campaign

    def run_until_the_time_is_up(self, batches=1):
        """A run of the schedule whose worker is wanted elsewhere after some batches."""
        seconds = iter([10.0] * batches + [0.0] * 9)
        with (
            patch.object(transaction, "commit_progress", lambda *_arguments: next(seconds)),
            patch.object(transaction, "seconds_left", lambda _env: 0.0),
        ):
            self.run_cron()
        self.account.flush_recordset()

    def triggers(self, name="campaign_master_connector.ir_cron_sync_recipients"):
        cron = self.env.ref(name)
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def sizes(self):
        return [call["items"] for call in self.control.calls("addListRecipients")]

    def test_run_ends_with_its_time_and_asks_for_another_one(self):
        campaign = self.large("Large")
        triggers = self.triggers()
        self.run_until_the_time_is_up()
        self.assertEqual(self.states(campaign), {"added": 1_000, "pending": 1_200})
        self.assertEqual(self.triggers(), triggers + 1)

    def test_small_campaign_waits_for_one_batch_of_a_large_one(self):
        large = self.large("Large")
        small = self.synced_campaign(title="Small")
        self.add(small, self.contact("small@example.com"))
        large.cm_synced_at = fields.Datetime.now() - timedelta(hours=1)
        self.control.clear_calls()
        self.run_until_the_time_is_up(batches=2)
        self.assertEqual(self.sizes(), [1_000, 1])

    def test_account_with_a_large_campaign_gives_way_to_other_accounts(self):
        large = self.large("Large")
        company = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids |= company
        account = self.make_account(company)
        self.pull_choices(account)
        small = self.env(context={**self.env.context, "allowed_company_ids": company.ids})[
            "utm.campaign"
        ].create(
            {
                "title": "Small",
                "cm_subject": "Small",
                "cm_description": "Small",
                "cm_from_name": "Sales",
                "cm_from_email": SENDER,
                "cm_list_id": self.choice("list", self.customers, account).id,
                "cm_template_id": self.choice("template", self.spring, account).id,
            }
        )
        small.action_cm_sync()
        self.add(small, self.contact("small@example.com"))
        (large | small).cm_synced_at = fields.Datetime.now() - timedelta(hours=1)
        self.run_until_the_time_is_up()
        self.assertEqual(self.states(small), {"pending": 1})
        self.run_until_the_time_is_up()
        self.assertEqual(self.states(small), {"added": 1})
        self.assertEqual(self.states(large), {"added": 1_000, "pending": 1_200})

    def test_further_workers_are_called_for_several_campaigns_only(self):
        self.add(self.synced_campaign(title="First"), self.contact("first@example.com"))
        before = [self.triggers(name) for name in FURTHER_PUSH_CRONS]
        self.run_cron()
        self.assertEqual([self.triggers(name) for name in FURTHER_PUSH_CRONS], before)
        for title in ("One", "Two", "Three"):
            campaign = self.synced_campaign(title=title)
            self.add(campaign, self.contact(f"{title}@example.com"))
        self.run_cron()
        after = [self.triggers(name) for name in FURTHER_PUSH_CRONS]
        self.assertEqual(after, [before[0] + 1, before[1] + 1, before[2]])

    def test_further_worker_pushes_too_and_calls_nobody(self):
        campaigns = [self.synced_campaign(title=title) for title in ("First", "Second")]
        for campaign in campaigns:
            self.add(campaign, self.contact(f"{campaign.title}@example.com"))
        before = [self.triggers(name) for name in FURTHER_PUSH_CRONS]
        self.env["utm.campaign"]._cron_cm_sync_recipients_beside()
        for campaign in campaigns:
            self.assertEqual(self.states(campaign), {"added": 1})
        self.assertEqual([self.triggers(name) for name in FURTHER_PUSH_CRONS], before)
