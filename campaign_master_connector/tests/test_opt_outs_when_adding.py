"""Campaign Master answers that an address unsubscribed: heard of all who have it or had it."""

from odoo.tests import tagged

from .common import CampaignMasterCase

SHARED = "shared@example.com"


@tagged("post_install", "-at_install")
class TestOptOutsWhenAdding(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.former = self.contact(SHARED)
        self.before = self.synced_campaign(self.former, title="Before")

    def somebody_left(self):
        """Somebody else with the address is sent, and Campaign Master knows that it left."""
        self.control.suppress([SHARED])
        other = self.synced_campaign(self.lead(SHARED), title="Other")
        self.assertEqual(other.cm_recipient_ids.state, "opted_out")
        self.control.lift_suppression(SHARED)

    def assertStaysOff(self):
        later = self.make_campaign(title="Later")
        self.assertEqual(self.add(later, self.former).state, "opted_out")
        self.sync(later)
        self.run_cron()
        self.assertNotIn("new@example.com", self.on_list())

    def test_who_was_on_a_list_with_it_is_left_out_of_later_campaigns(self):
        self.somebody_left()
        self.former.email = "new@example.com"
        self.assertStaysOff()

    def test_who_was_on_a_list_with_it_formerly_is_left_out_of_later_campaigns(self):
        self.before.action_cm_pause()
        self.former.email = "new@example.com"
        self.assertEqual(self.before.cm_recipient_ids.state, "pending")
        self.somebody_left()
        self.assertStaysOff()
        self.before.action_cm_resume()
        self.run_cron()
        self.assertEqual(self.before.cm_recipient_ids.state, "opted_out")
        self.assertNotIn("new@example.com", self.on_list())

    def test_who_never_was_on_a_list_with_it_still_gets_mail(self):
        self.former.email = "new@example.com"
        elsewhere = self.contact("elsewhere@example.com")
        self.somebody_left()
        later = self.synced_campaign(elsewhere, title="Later")
        self.assertEqual(later.cm_recipient_ids.state, "added")
