"""What Campaign Master answers otherwise when recipients are added: it costs what it is about."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..campaign_master_api import (
    AccountRefused,
    AddAnswer,
    AddResult,
    AddStatus,
    BatchTooLarge,
    CampaignMasterClient,
    ConnectionFailed,
    InvalidAnswer,
    NotCampaignMaster,
    RequestRefused,
    ServerFailed,
)
from ..services.recipient_push import ATTEMPTS_WITHOUT_RESULT
from .common import CampaignMasterCase

CULPRIT = "person-3@example.com"


class OddAnswersCase(CampaignMasterCase):
    def setUp(self):
        super().setUp()
        self.sizes = []
        self.odd = lambda emails: None
        self.after = lambda results: results
        original = CampaignMasterClient.add_list_recipients

        def add(client, list_id, recipients):
            """The sandbox, behind what answers in its place or changes what it says."""
            self.sizes.append(len(recipients))
            if error := self.odd([one.email for one in recipients]):
                raise error
            answer = original(client, list_id, recipients)
            return AddAnswer(self.after(list(answer.results)), answer.lost_an_answer)

        self.enterContext(patch.object(CampaignMasterClient, "add_list_recipients", add))

    def fails_for_one(self, error, email=CULPRIT):
        self.odd = lambda emails: error if email in emails else None

    def fails_for_all(self, error):
        self.odd = lambda emails: error

    def campaign_with(self, count):
        campaign = self.make_campaign(title="Odd")
        self.add(campaign, self.contacts(count))
        return campaign

    def other_campaign(self, count=2):
        """On another list, with people of its own, behind the first."""
        newsletter = self.choice("list", self.newsletter).id
        campaign = self.make_campaign(title="Other", cm_list_id=newsletter)
        self.add(campaign, self.contacts(count, "other"))
        return campaign

    def rejected(self, campaign):
        found = campaign.cm_recipient_ids.filtered(lambda one: one.state == "rejected")
        return {one.email: one.state_message for one in found}

    def run_again(self, *campaigns):
        for campaign in campaigns:
            self.retry_now(campaign)
        self.sizes.clear()
        self.run_cron()


@tagged("post_install", "-at_install")
class TestOddResults(OddAnswersCase):
    def change(self, email, change):
        """Let ``change`` make of this one's result what it likes."""
        self.after = lambda results: [
            change(one) if one and one.email == email else one for one in results
        ]

    def test_word_that_nobody_knows_rejects_that_one_with_the_word(self):
        self.change(CULPRIT, lambda one: AddResult(one.email, AddStatus.UNKNOWN, "bounced"))
        campaign = self.campaign_with(8)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 7, "rejected": 1})
        self.assertEqual(self.rejected(campaign), {CULPRIT: "bounced"})
        self.after = lambda results: results
        campaign.cm_recipient_ids.action_cm_retry()
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 7, "exists": 1})

    def test_who_got_no_result_is_asked_for_again_and_counts_then(self):
        self.change(CULPRIT, lambda one: None)
        campaign = self.campaign_with(8)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 7, "pending": 1})
        self.assertFalse(campaign.cm_sync_error)
        self.after = lambda results: results
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 7, "exists": 1})

    def test_who_never_gets_a_result_is_rejected_after_a_few_times(self):
        self.change(CULPRIT, lambda one: None)
        campaign = self.campaign_with(8)
        self.sync(campaign)
        for _run in range(3):
            self.run_cron()
        self.assertEqual(self.sizes, [8] + [1] * (ATTEMPTS_WITHOUT_RESULT - 1))
        self.assertEqual(
            self.rejected(campaign), {CULPRIT: "Campaign Master gave no result for this address."}
        )
        self.assertFalse(campaign.cm_recipient_ids.sudo().filtered("unanswered_count"))
        campaign.cm_recipient_ids.action_cm_retry()
        self.sizes.clear()
        self.run_cron()
        self.assertEqual(len(self.sizes), ATTEMPTS_WITHOUT_RESULT)

    def test_no_result_for_anybody_rejects_nobody(self):
        self.after = lambda results: [None] * len(results)
        campaign = self.campaign_with(8)
        self.sync(campaign)
        for _run in range(ATTEMPTS_WITHOUT_RESULT + 1):
            self.run_again(campaign)
        self.assertLessEqual(len(self.sizes), 6)
        self.assertEqual(self.states(campaign), {"pending": 8})
        self.assertTrue(campaign.cm_sync_error)
        self.after = lambda results: results
        self.run_again(campaign)
        self.assertEqual(self.states(campaign), {"added": 8}, "the first attempt added them")


@tagged("post_install", "-at_install")
class TestOneForWhomItFails(OddAnswersCase):
    def test_whatever_fails_for_one_rejects_that_one_and_stops_nobody(self):
        for number, (error, told) in enumerate(
            (
                (RequestRefused("Refused.", server_message="No such domain."), "No such domain."),
                (ServerFailed("It failed.", status=500), "It failed."),
                (NotCampaignMaster("A page.", status=403), "A page."),
                (AccountRefused("No.", status=403, server_message="Blocked."), "Blocked."),
                (InvalidAnswer("It is broken."), "It is broken."),
            )
        ):
            with self.subTest(error=error):
                culprit = f"kind{number}-3@example.com"
                self.fails_for_one(error, culprit)
                campaign = self.make_campaign(title=f"Kind {number}")
                self.add(campaign, self.contacts(20, f"kind{number}"))
                self.sync(campaign)
                self.assertEqual(self.states(campaign), {"added": 19, "rejected": 1})
                self.assertEqual(self.rejected(campaign), {culprit: told})
                self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(self.account.connection_state, "connected")

    def test_two_in_both_halves_are_found(self):
        error = ServerFailed("It failed.", status=500)
        self.odd = lambda emails: (
            error if {CULPRIT, "person-17@example.com"} & set(emails) else None
        )
        campaign = self.campaign_with(20)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 18, "rejected": 2})

    def test_other_campaigns_go_on_behind_a_lone_culprit(self):
        campaign = self.campaign_with(3)
        self.sync(campaign)
        self.add(campaign, self.contact("alone@example.com"))
        other = self.other_campaign()
        self.sync(other)
        self.add(other, self.contacts(2, "later"))
        for error in (
            ServerFailed("It failed.", status=500),
            NotCampaignMaster("A page.", status=403),
        ):
            self.fails_for_one(error, "alone@example.com")
            self.run_again(campaign)
            self.assertEqual(self.states(other), {"added": 4})
            self.assertEqual(self.account.connection_state, "connected")

    def test_lone_culprit_is_rejected_once_it_lasts_while_others_go_through(self):
        campaign = self.campaign_with(3)
        self.sync(campaign)
        self.add(campaign, self.contact("alone@example.com"))
        other = self.other_campaign()
        for error in (
            ServerFailed("It failed.", status=503),
            ConnectionFailed("The connection broke.", outcome_unknown=True),
        ):
            with self.subTest(error=error):
                self.fails_for_one(error, "alone@example.com")
                self.run_again(campaign)
                for _run in range(4):
                    self.run_again(campaign)
                self.assertEqual(self.states(campaign), {"added": 3, "pending": 1})
                other.cm_synced_at = fields.Datetime.now() + timedelta(seconds=1)
                self.run_again(campaign)
                self.assertEqual(self.rejected(campaign), {"alone@example.com": str(error)})
                campaign.cm_recipient_ids.action_cm_retry()
                other.cm_synced_at = False

    def test_only_recipient_whose_field_is_named_is_rejected_at_once(self):
        error = RequestRefused("Refused.", field="email", server_message="Not an address.")
        self.fails_for_all(error)
        campaign = self.campaign_with(1)
        self.sync(campaign)
        self.assertEqual(set(self.rejected(campaign).values()), {"Not an address."})

    def test_what_an_unanswered_attempt_added_is_no_news_of_somebody_else(self):
        failed = []

        def breaks_after_the_work(results):
            if not failed:
                failed.append(True)
                raise InvalidAnswer("Broken.", outcome_unknown=True)
            return results

        self.after = breaks_after_the_work
        campaign = self.campaign_with(8)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 8})


@tagged("post_install", "-at_install")
class TestWhatHitsEverybody(OddAnswersCase):
    def test_refusal_of_the_account_rejects_nobody_and_is_told(self):
        for status in (402, 403, 405, 409, 423, 451):
            with self.subTest(status=status):
                words = "The account has been deactivated."
                self.fails_for_all(AccountRefused(words, status=status, server_message=words))
                campaign = self.make_campaign(title=f"Status {status}")
                self.add(campaign, self.contacts(20, f"s{status}"))
                self.sync(campaign)
                self.assertEqual(self.states(campaign), {"pending": 20})
                self.assertEqual(campaign.cm_sync_error, words)
                self.assertTrue(campaign.cm_retry_at)
                self.assertLessEqual(len(self.sizes), 6)
                self.odd = lambda emails: None
                self.run_again(campaign)
                self.assertEqual(self.states(campaign), {"added": 20})
                self.assertFalse(campaign.cm_sync_error)
                self.sizes.clear()

    def test_what_fails_for_all_of_a_thousand_costs_a_handful_of_calls(self):
        self.make_campaign()
        for error in (
            RequestRefused("Refused.", server_message="The list is closed."),
            ServerFailed("It failed.", status=500),
            NotCampaignMaster("A page.", status=403),
        ):
            with self.subTest(error=error):
                self.fails_for_all(error)
                campaign = self.make_campaign(title=type(error).__name__)
                people = self.bulk_contacts(1_000, type(error).__name__)
                self.add(campaign, self.env["res.partner"].browse(people))
                self.sizes.clear()
                self.sync(campaign)
                self.assertEqual(self.sizes, [1_000, 500, 500, 1, 1, 1])
                self.assertEqual(self.states(campaign), {"pending": 1_000})
                self.assertTrue(campaign.cm_sync_error)

    def test_attempts_come_at_growing_distance(self):
        self.fails_for_all(AccountRefused("No.", status=402, server_message="No plan."))
        campaign = self.campaign_with(2)
        waits = []
        for _attempt in range(3):
            self.run_again(campaign) if waits else self.sync(campaign)
            waits.append((campaign.cm_retry_at - fields.Datetime.now()).total_seconds())
        self.assertLess(waits[0] * 1.5, waits[1])
        self.assertLess(waits[1] * 1.5, waits[2])

    def test_batch_that_is_too_large_is_sent_in_smaller_ones_for_a_while(self):
        too_large = BatchTooLarge("Too large.", status=413)
        self.odd = lambda emails: too_large if len(emails) > 300 else None
        campaign = self.synced_campaign()
        self.sizes.clear()
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(1_500)))
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 1_500})
        self.assertEqual(self.sizes, [1_000, 500, *[250] * 6])
        self.assertFalse(campaign.cm_sync_error)
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(400, "later")))
        self.run_again(campaign)
        self.assertEqual(self.sizes, [250, 150])
        campaign.cm_largest_batch_until = "2020-01-01"
        self.add(campaign, self.env["res.partner"].browse(self.bulk_contacts(400, "last")))
        self.run_again(campaign)
        self.assertEqual(self.sizes[0], 400)

    def test_one_that_is_too_large_alone_stays_pending(self):
        self.fails_for_all(BatchTooLarge("Too large.", status=413))
        campaign = self.campaign_with(1)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"pending": 1})
        self.assertEqual(campaign.cm_sync_error, "Too large.")
