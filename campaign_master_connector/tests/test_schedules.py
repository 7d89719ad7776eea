"""The scheduled actions as administrators handle them: run by hand, deleted, restored."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.ir_cron import FIGURES_CRON, FURTHER_PUSH_CRONS, MORNING_CRON, NEEDED_CRONS, PUSH_CRON
from .common import CampaignMasterCase

LOST = "Scheduled actions of Campaign Master were deleted"


@tagged("post_install", "-at_install")
class TestRunByHand(CampaignMasterCase):
    def by_hand(self, xmlid, campaign_method):
        """Press *Run Manually*; the schedule itself runs in the test's transaction."""
        run = getattr(self.env["utm.campaign"], campaign_method)
        with patch.object(type(self.env["ir.cron"]), "_process_job", lambda *_args: run()):
            self.env.ref(xmlid).method_direct_trigger()

    def test_individual_statistics_run_whatever_the_morning(self):
        campaign = self.synced_campaign(self.contact())
        self.control.launch(campaign.cm_external_id, self.customers)
        run = (MORNING_CRON, "_cron_cm_update_recipient_statistics")
        for _time in range(2):
            before = len(self.control.calls("listCampaignRecipients"))
            self.by_hand(*run)
            self.assertEqual(len(self.control.calls("listCampaignRecipients")), before + 1)
        campaign.write(
            {"cm_failed_kind": "recipient_statistics", "cm_retry_at": "2999-01-01 00:00:00"}
        )
        self.by_hand(*run)
        self.assertEqual(len(self.control.calls("listCampaignRecipients")), before + 2)
        self.env["utm.campaign"]._cron_cm_update_recipient_statistics()
        self.assertEqual(len(self.control.calls("listCampaignRecipients")), before + 2)

    def test_campaign_statistics_run_however_new_they_are(self):
        campaign = self.synced_campaign()
        campaign.cm_statistics_at = fields.Datetime.now()
        self.by_hand(FIGURES_CRON, "_cron_cm_update_campaign_statistics")
        self.assertEqual(self.calls(), {"getCampaignStatistics": 1})

    def test_campaigns_that_are_too_old_are_left_alone(self):
        campaign = self.synced_campaign()
        campaign.write({"cm_sent_at": "2020-01-01", "cm_state": "sent"})
        self.by_hand(FIGURES_CRON, "_cron_cm_update_campaign_statistics")
        self.assertEqual(self.calls(), {})


@tagged("post_install", "-at_install")
class TestDeletedSchedules(CampaignMasterCase):
    def delete(self, *xmlids):
        for xmlid in xmlids:
            self.env.ref(xmlid).unlink()

    def test_everything_goes_on_and_says_what_is_missing(self):
        campaign = self.synced_campaign(self.contact())
        self.delete(*NEEDED_CRONS, *FURTHER_PUSH_CRONS)
        for action in (
            campaign.action_cm_pause,
            campaign.action_cm_resume,
            campaign.action_cm_sync,
            campaign.action_cm_update_statistics,
        ):
            notice = action()["params"]
            self.assertIn(LOST, notice["message"])
            self.assertIn("add new recipients, update campaign statistics", notice["message"])
            self.assertEqual(notice["type"], "warning")
        self.account.enabled = False
        self.account.enabled = True
        self.assertIn(LOST, self.account.missing_schedules)
        campaign._cm_request_statistics("recipient_statistics")
        campaign._cm_trigger_further_workers(3)
        self.add(campaign, self.contact("person-2@example.com"))
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 2})
        self.assertTrue(self.env["ir.cron"].search([], limit=1)._cm_schedule(PUSH_CRON) is not None)

    def test_nothing_is_said_while_all_are_there(self):
        campaign = self.synced_campaign(self.contact())
        self.assertFalse(campaign.action_cm_pause() or campaign.action_cm_resume())
        self.assertNotIn(LOST, self.sync(campaign))
        self.assertFalse(self.account.missing_schedules)
        with self.assertRaisesRegex(UserError, "No scheduled action"):
            self.account.action_restore_schedules()

    def test_an_administrator_gets_them_back(self):
        kept = self.env.ref(FIGURES_CRON)
        kept.interval_number = 45
        self.delete(PUSH_CRON, MORNING_CRON, *FURTHER_PUSH_CRONS)
        manager = self.make_user("boss", "base.group_system")
        self.account.with_user(manager).action_restore_schedules()
        self.assertFalse(self.account.missing_schedules)
        self.assertEqual(self.env.ref(FIGURES_CRON), kept)
        self.assertEqual(kept.interval_number, 45)
        push = self.env.ref(PUSH_CRON)
        self.assertEqual((push.interval_number, push.interval_type), (1, "minutes"))
        self.assertTrue(all(self.env.ref(xmlid).active for xmlid in FURTHER_PUSH_CRONS))

    def test_windows_and_lists_that_were_deleted(self):
        campaign = self.make_campaign()
        person = self.contact()
        self.delete(
            "campaign_master_connector.campaign_master_recipient_action",
            "campaign_master_connector.res_partner_view_list_picker",
            "campaign_master_connector.crm_lead_view_list_picker",
        )
        for opens in (campaign.action_cm_open_recipients, person.action_cm_open_engagement):
            action = opens()
            self.assertEqual(action["res_model"], "campaign.master.recipient")
            self.assertTrue(action["domain"] and action["views"])
        self.assertFalse(campaign.action_cm_add_contacts()["params"]["view_id"])
        self.assertFalse(campaign.action_cm_add_leads()["params"]["view_id"])

    def test_job_of_another_schedule_is_put_on_without_ours(self):
        cron = self.env.ref(FIGURES_CRON)
        job = cron.read(["nextcall", "interval_type", "interval_number", "user_id"])[0]
        job |= {"id": cron.id, "user_id": cron.user_id.id}
        self.delete(MORNING_CRON)
        cron._reschedule_later(job)
        cron.invalidate_recordset()
        self.assertGreater(cron.nextcall, fields.Datetime.now())
