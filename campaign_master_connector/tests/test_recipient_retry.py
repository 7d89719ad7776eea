from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CampaignMasterCase

REFUSAL = "The domain of this address does not exist"


@tagged("post_install", "-at_install")
class TestRecipientRetry(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.control.refuse("refused-1@example.com", REFUSAL)
        self.people = self.contact("refused-1@example.com") + self.contact("person-2@example.com")
        self.campaign = self.synced_campaign(self.people)
        self.refused, self.added = self.recipients(self.campaign, self.people)
        self.assertEqual(self.refused.state, "rejected")

    def test_retry_pushes_whom_campaign_master_takes_now(self):
        self.control.accept_all()
        notification = (self.refused + self.added).action_cm_retry()
        self.assertEqual(notification["params"]["message"], "Tried again: 1.")
        self.assertEqual(self.states(self.campaign), {"pending": 1, "added": 1})
        self.assertFalse(self.refused.state_message)
        self.run_cron()
        self.assertEqual(self.states(self.campaign), {"added": 2})
        self.assertEqual(self.calls()["addListRecipients"], 1)

    def test_retry_of_who_is_refused_again_says_why(self):
        self.refused.action_cm_retry()
        self.run_cron()
        self.assertEqual(self.refused.state, "rejected")
        self.assertIn(REFUSAL, self.refused.state_message)

    def test_fix_opens_the_person_and_a_new_address_is_pushed(self):
        action = self.refused.action_cm_fix()
        self.assertEqual(action["target"], "new")
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", self.people[0].id)
        )
        self.people[0].email = "fixed-1@example.com"
        self.run_cron()
        self.assertEqual(self.refused.state, "added")
        self.assertIn("fixed-1@example.com", self.on_list())

    def test_retry_of_nobody_says_so(self):
        params = self.added.action_cm_retry()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertEqual(self.added.state, "added")

    def test_fix_by_who_may_not_change_the_person_says_so_and_why_it_was_refused(self):
        marketing = self.make_user("marketing", "mass_mailing.group_mass_mailing_user")
        with self.assertRaisesRegex(UserError, f"{REFUSAL}\nYou may not change"):
            self.refused.with_user(marketing).action_cm_fix()

    def test_retry_needs_the_campaign(self):
        stranger = self.make_user("stranger")
        with self.assertRaises(AccessError):
            self.refused.with_user(stranger).action_cm_retry()
        self.assertEqual(self.refused.state, "rejected")

    def test_recipient_without_address_is_removed(self):
        nobody = self.contact(False)
        recipient = self.add(self.campaign, nobody)
        user = self.make_user("remover", "sales_team.group_sale_salesman")
        recipient.with_user(user).unlink()
        self.assertFalse(recipient.exists())
