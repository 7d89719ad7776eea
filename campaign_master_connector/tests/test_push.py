"""Recipients on their way to the list: batches, states, refused batches, a new list."""

import time
from unittest.mock import patch

from odoo.tests import tagged

from ..services import sync_run
from .common import CampaignMasterCase


@tagged("post_install", "-at_install")
class TestPush(CampaignMasterCase):
    def batch_sizes(self):
        return [call["items"] for call in self.control.calls("addListRecipients")]

    def test_click_pushes_a_thousand_and_the_schedule_the_rest(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(2_500)))
        triggers = self.env["ir.cron.trigger"].search_count([])
        self.assertEqual(
            self.sync(campaign),
            "The campaign is in Campaign Master: 1,000 added. 1,500 more are added in the "
            "background.",
        )
        self.assertEqual(self.states(campaign), {"pending": 1_500, "added": 1_000})
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers + 1)
        self.run_cron()
        self.assertEqual(self.batch_sizes(), [1_000, 1_000, 500])
        self.assertEqual(self.states(campaign), {"added": 2_500})
        self.assertEqual(len(self.on_list()), 2_500)

    def test_click_on_several_campaigns_pushes_a_thousand_together(self):
        campaigns = self.env["utm.campaign"]
        for title in ("First", "Second", "Third"):
            campaign = self.make_campaign(title=title, cm_list_id=self.newsletter_id())
            self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(600, title)))
            campaigns |= campaign
        self.sync(campaigns)
        self.assertEqual(self.batch_sizes(), [600, 400])
        self.assertEqual(len(self.control.campaigns()), 3)
        self.run_cron()
        self.assertEqual(len(self.on_list(self.newsletter)), 1_800)

    def newsletter_id(self):
        self.pull_choices()
        return self.choice("list", self.newsletter).id

    def test_click_does_not_wait_for_the_last_culprit_of_a_refused_batch(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(200)))
        self.control.set_fault("latency", seconds=0.1)
        self.control.set_fault("validation", operation="addListRecipients")
        with patch.object(sync_run, "SECONDS_AT_THE_SCREEN", 0.2):
            began = time.monotonic()
            self.assertIn("too slowly", self.sync(campaign))
        self.assertLess(time.monotonic() - began, 4)
        self.assertLess(self.calls()["addListRecipients"], 30)
        self.control.clear_faults()
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 200})

    def test_states_and_messages_of_each_answer(self):
        self.control.add_to_list(self.customers, ["there@example.com"])
        self.control.suppress(["gone@example.com"])
        self.control.refuse("@refused.example", "This <b>domain</b> is refused.")
        people = [
            self.contact(email)
            for email in (
                "new@example.com",
                "there@example.com",
                "gone@example.com",
                "person@refused.example",
            )
        ]
        campaign = self.synced_campaign(*people)
        added, exists, opted_out, rejected = campaign.cm_recipient_ids
        self.assertEqual((added.state, added.state_message), ("added", ""))
        self.assertTrue(added.added_at)
        self.assertEqual((exists.state, exists.state_message), ("exists", ""))
        self.assertFalse(exists.added_at)
        self.assertEqual(opted_out.state, "opted_out")
        self.assertTrue(opted_out.opted_out)
        self.assertIn("Unsubscribed from the mailings", opted_out.state_message)
        self.assertEqual(
            (rejected.state, rejected.state_message), ("rejected", "This domain is refused.")
        )
        self.assertEqual(self.on_list(), ["new@example.com", "there@example.com"])

    def test_only_pending_is_pushed(self):
        self.control.suppress(["person-1@example.com"])
        self.control.refuse("person-2@example.com")
        campaign = self.synced_campaign(self.contacts(4) | self.contact(False))
        self.run_cron()
        self.sync(campaign)
        self.assertEqual(self.calls(), {})

    def test_refused_batch_is_halved_until_only_the_culprit_is_left_out(self):
        self.control.set_fault(
            "validation", operation="addListRecipients", contains="person-13@example.com"
        )
        campaign = self.synced_campaign(self.contacts(20))
        [culprit] = campaign.cm_recipient_ids.filtered(lambda one: one.state == "rejected")
        self.assertEqual(culprit.email, "person-13@example.com")
        self.assertEqual(culprit.state_message, "The request was refused.")
        self.assertEqual(self.states(campaign), {"added": 19, "rejected": 1})
        self.assertFalse(campaign.cm_sync_error)

    def test_halving_asks_seldom(self):
        self.control.set_fault(
            "validation", operation="addListRecipients", contains="person-13@example.com"
        )
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(64))
        self.sync(campaign)
        self.assertEqual(self.calls()["addListRecipients"], 2 * 6 + 1)

    def test_fix_and_retry_pushes_a_rejected_one_again(self):
        self.control.refuse("person-1@example.com", "Refused.")
        contact = self.contact()
        campaign = self.synced_campaign(contact)
        contact.email = "person-1-fixed@example.com"
        self.assertEqual(campaign.cm_recipient_ids.state, "pending")
        self.assertFalse(campaign.cm_recipient_ids.state_message)
        self.run_cron()
        self.assertEqual(campaign.cm_recipient_ids.state, "added")

    def test_retry_pushes_the_rejected_again_and_nobody_else(self):
        self.control.refuse("person-1@example.com", "Refused.")
        self.control.suppress(["person-2@example.com"])
        campaign = self.synced_campaign(self.contacts(3) | self.contact(False))
        self.control.accept_all()
        self.control.lift_suppression("person-2@example.com")
        seller = self.make_user("seller", "sales_team.group_sale_salesman")
        campaign.cm_recipient_ids.with_user(seller).action_cm_retry()
        self.assertEqual(
            self.states(campaign), {"pending": 1, "added": 1, "opted_out": 1, "excluded": 1}
        )
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 2, "opted_out": 1, "excluded": 1})

    def test_list_that_is_gone_is_an_error_of_that_campaign_only(self):
        self.pull_choices()
        first = self.make_campaign(title="First", cm_list_id=self.newsletter_id())
        second = self.make_campaign(title="Second")
        for campaign in first | second:
            self.add(campaign, self.contact(f"{campaign.title}@example.com"))
        self.control.delete_list(self.newsletter)
        self.sync(first | second)
        self.assertIn("its list or its template", first.cm_sync_error)
        self.assertEqual(self.states(first), {"pending": 1})
        self.assertFalse(second.cm_sync_error)
        self.assertEqual(self.states(second), {"added": 1})
        first.cm_list_id = self.choice("list", self.customers)
        self.sync(first)
        self.assertFalse(first.cm_sync_error)
        self.assertEqual(self.states(first), {"added": 1})

    def test_new_list_gets_everybody_but_who_opted_out(self):
        self.control.suppress(["person-1@example.com"])
        self.control.add_to_list(self.newsletter, ["person-2@example.com"])
        campaign = self.synced_campaign(self.contacts(3) | self.contact(False))
        self.control.lift_suppression("person-1@example.com")
        campaign.cm_list_id = self.newsletter_id()
        self.assertEqual(self.states(campaign), {"pending": 2, "opted_out": 1, "excluded": 1})
        self.run_cron()
        self.assertEqual(
            self.on_list(self.newsletter), ["person-2@example.com", "person-3@example.com"]
        )
        self.assertEqual(
            self.states(campaign), {"added": 1, "exists": 1, "opted_out": 1, "excluded": 1}
        )

    def test_same_list_again_pushes_nobody(self):
        campaign = self.synced_campaign(self.contacts(2))
        campaign.write({"cm_list_id": campaign.cm_list_id.id, "cm_subject": "Other words"})
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_address_that_changes_while_its_batch_is_under_way_is_pushed_again(self):
        contact = self.contact()
        campaign = self.make_campaign()
        self.add(campaign, contact)
        with self.while_sending(lambda: contact.write({"email": "changed@example.com"})):
            self.sync(campaign)
        recipient = campaign.cm_recipient_ids
        self.assertEqual((recipient.email, recipient.state), ("changed@example.com", "pending"))
        self.assertEqual(recipient.former_address_ids.mapped("email"), ["person-1@example.com"])
        self.run_cron()
        self.assertEqual(recipient.state, "added")

    def test_list_that_changes_while_a_batch_is_under_way_gets_the_batch_too(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(2))
        newsletter = self.choice("list", self.newsletter)
        with self.while_sending(lambda: campaign.write({"cm_list_id": newsletter.id})):
            self.sync(campaign)
        self.assertEqual(campaign.cm_recipient_ids.sudo().mapped("was_on_list"), [True, True])
        self.run_cron()
        self.assertEqual(len(self.on_list(self.newsletter)), 2)
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_pause_and_another_list_are_heard_between_two_batches(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(2_100)))
        with self.while_sending(campaign.action_cm_pause):
            self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 1_000, "pending": 1_100})
        campaign.action_cm_resume()
        newsletter = self.choice("list", self.newsletter)
        with self.while_sending(lambda: campaign.write({"cm_list_id": newsletter.id})):
            self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 2_100})
        self.assertEqual(len(self.on_list(self.customers)), 2_000)
        self.assertEqual(len(self.on_list(self.newsletter)), 2_100)

    def test_recipient_that_is_removed_while_its_batch_is_under_way_breaks_nothing(self):
        campaign = self.make_campaign()
        first, second = self.add(campaign, self.contacts(2))
        with self.while_sending(first.unlink):
            self.sync(campaign)
        self.assertEqual(second.state, "added")
        self.assertFalse(campaign.cm_sync_error)

    def test_contact_that_is_archived_while_its_batch_is_under_way_still_was_on_the_list(self):
        contact = self.contact()
        campaign = self.make_campaign()
        recipient = self.add(campaign, contact)
        with self.while_sending(lambda: contact.write({"active": False})):
            self.sync(campaign)
        self.assertEqual((recipient.state, recipient.sudo().was_on_list), ("excluded", True))

    def test_paused_push_waits_and_a_resumed_one_goes_on(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(2))
        campaign.action_cm_pause()
        self.assertTrue(campaign.cm_progress()["paused"])
        self.run_cron()
        self.assertEqual(self.states(campaign), {"pending": 2})
        campaign.action_cm_resume()
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_click_on_a_paused_campaign_sends_it_and_nobody(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(3))
        campaign.action_cm_pause()
        campaign.cm_subject = "Other words"
        answer = campaign.action_cm_sync()["params"]
        self.assertEqual(self.control.campaign(campaign.cm_external_id)["subject"], "Other words")
        self.assertEqual(self.states(campaign), {"pending": 3})
        self.assertEqual(self.on_list(), [])
        self.assertEqual(answer["type"], "warning")
        self.assertEqual(
            answer["message"],
            "The campaign itself is in Campaign Master. 3 more wait, since adding is paused. "
            "Press Resume to have them added.",
        )
        self.assertEqual(campaign.cm_sync_result, "The campaign itself is in Campaign Master.")
        progress = campaign.cm_progress()
        self.assertEqual((progress["left"], progress["paused"]), (3, True))
        self.run_cron()
        self.assertEqual(self.on_list(), [])
        campaign.action_cm_resume()
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 3})

    def test_first_sync_of_a_paused_campaign_makes_it_and_adds_nobody(self):
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(2))
        campaign.action_cm_pause()
        self.assertIn("2 more wait", self.sync(campaign))
        self.assertTrue(campaign.cm_external_id)
        self.assertEqual(self.on_list(), [])

    def test_who_is_added_to_a_paused_campaign_is_told_to_wait(self):
        campaign = self.synced_campaign()
        campaign.action_cm_pause()
        answer = campaign.cm_add_people("res.partner", [("id", "in", self.contacts(1).ids)])
        self.assertIn("They wait, since adding is paused.", answer["params"]["message"])

    def test_failed_sync_of_a_paused_campaign_promises_no_attempt(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(2))
        self.control.set_fault("service_unavailable")
        self.run_cron()
        self.assertTrue(campaign.cm_next_attempt_at)
        campaign.action_cm_pause()
        self.assertFalse(campaign.cm_next_attempt_at)
        campaign.action_cm_resume()
        self.assertTrue(campaign.cm_next_attempt_at)

    def test_progress_counts_what_is_left(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(3))
        progress = campaign.cm_progress()
        self.assertEqual((progress["left"], progress["is_synced"]), (3, True))
        self.run_cron()
        self.assertEqual(campaign.cm_progress()["left"], 0)
