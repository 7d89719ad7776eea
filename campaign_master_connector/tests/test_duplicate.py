"""A copy of a campaign has its block, and its recipients if that is wanted; never its past."""

from odoo.tests import tagged

from ..models.utm_campaign import BLOCK_FIELDS
from .common import CampaignMasterCase

# What the copy begins anew with.
PAST = ("cm_external_id", "cm_sent_at", "cm_synced_at", "cm_sync_result", "cm_sync_error")
FIGURES = ("total_opens", "total_clicks", "first_open", "last_click", "bounced", "opted_out")


@tagged("post_install", "-at_install")
class TestDuplicate(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.people = self.contacts(4)
        self.firm = self.contact("firm@example.com", is_company=True)
        self.campaign = self.synced_campaign(self.people | self.firm, self.lead())
        reached = self.recipients(self.campaign, self.people)
        reached.sudo().write(
            {"total_opens": 3, "first_open": "2026-01-01", "added_at": "2026-01-01"}
        )
        self.campaign.sudo().write({"cm_state": "sent", "cm_emails_sent": 6, "cm_total_opens": 12})

    def duplicate(self, campaign=None, user=None):
        campaign = (campaign or self.campaign).with_user(user or self.env.user)
        action = campaign.action_cm_duplicate_with_recipients()
        self.assertEqual(action["views"], [(False, "form")])
        return self.env["utm.campaign"].browse(action["res_id"])

    def test_copy_has_the_block_and_not_the_identity_nor_the_statistics(self):
        copy = self.duplicate()
        for name in BLOCK_FIELDS:
            self.assertEqual(copy[name], self.campaign[name], name)
        self.assertEqual(copy.cm_account_id, self.account)
        self.assertNotEqual(copy.cm_reference, self.campaign.cm_reference)
        self.assertEqual(copy.cm_state, "not_synced")
        self.assertEqual((copy.cm_emails_sent, copy.cm_total_opens), (0, 0))
        for name in PAST:
            self.assertFalse(copy[name], name)

    def test_copy_is_told_from_the_original_by_its_name(self):
        self.assertEqual(self.duplicate().title, f"{self.campaign.title} (copy)")
        self.assertEqual(self.duplicate().title, f"{self.campaign.title} (copy)")

    def test_copy_without_recipients_has_none(self):
        self.assertFalse(self.campaign.copy().cm_recipient_ids)

    def test_recipients_begin_anew(self):
        copy = self.duplicate()
        self.assertEqual(copy.cm_recipient_ids.partner_id, self.people | self.firm)
        self.assertEqual(copy.cm_recipient_ids.lead_id, self.campaign.cm_recipient_ids.lead_id)
        self.assertEqual(self.states(copy), {"pending": 6})
        for recipient in copy.cm_recipient_ids:
            self.assertFalse(recipient.added_at)
            self.assertFalse(any(recipient[name] for name in FIGURES))
        self.assertEqual(self.states(self.campaign), {"added": 6})

    def test_each_is_decided_on_anew(self):
        left, moved, gone, *_same = self.people
        self.recipients(self.campaign, left).sudo().opted_out = True
        self.env["campaign.master.opt.out"].sudo().create(
            {"account_id": self.account.id, "email": left.email, "partner_id": left.id}
        )
        moved.email = "moved@example.com"
        gone.active = False
        copy = self.duplicate()
        self.assertEqual(self.recipients(copy, left).state, "opted_out")
        self.assertEqual(self.recipients(copy, moved).email, "moved@example.com")
        self.assertEqual(self.recipients(copy, gone).state_reason, "archived")

    def test_one_that_was_left_out_may_be_in_the_copy(self):
        nobody = self.contact(False)
        self.assertEqual(self.add(self.campaign, nobody).state, "excluded")
        nobody.email = "somebody@example.com"
        self.assertEqual(self.recipients(self.duplicate(), nobody).state, "pending")

    def test_copy_syncs_as_a_campaign_of_its_own(self):
        copy = self.duplicate()
        copy.action_cm_sync()
        self.assertTrue(copy.cm_external_id)
        self.assertNotEqual(copy.cm_external_id, self.campaign.cm_external_id)
        self.assertEqual(self.states(copy), {"exists": 6})
        self.assertEqual(len(self.control.campaigns()), 2)

    def test_salesperson_of_own_leads_copies_these_alone(self):
        user = self.make_user("own", "sales_team.group_sale_salesman")
        mine = self.lead("mine@example.com", user_id=user.id)
        others = self.lead("others@example.com", user_id=self.env.ref("base.user_admin").id)
        self.add(self.campaign, mine | others)
        copied = self.duplicate(user=user).cm_recipient_ids.lead_id
        self.assertIn(mine, copied)
        self.assertNotIn(others, copied)

    def test_mailing_user_without_leads_copies_the_contacts(self):
        user = self.make_user("marketing", "mass_mailing.group_mass_mailing_user")
        copy = self.duplicate(user=user)
        self.assertEqual(copy.cm_recipient_ids.partner_id, self.people | self.firm)

    def test_campaign_without_recipients_is_just_copied(self):
        campaign = self.env["utm.campaign"].create({"title": "Never used with Campaign Master"})
        self.assertFalse(self.duplicate(campaign).cm_recipient_ids)

    def test_archived_campaign_keeps_its_recipients_and_figures(self):
        self.campaign.active = False
        self.assertEqual(self.states(self.campaign), {"added": 6})
        self.control.clear_calls()
        self.run_cron()
        self.assertEqual(self.calls(), {})
        self.campaign.active = True
        self.assertEqual(self.campaign.cm_total_opens, 12)
