"""What Campaign Master answers otherwise when recipients are added: it costs what it is about."""

import json
import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

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
from ..campaign_master_api.transport import Answer, Transport
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
        self.assertEqual(self.states(campaign), {"added": 8}, "the first attempt added that one")

    def test_who_got_no_result_is_asked_for_again_and_counts_then(self):
        self.change(CULPRIT, lambda one: None)
        campaign = self.campaign_with(8)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"added": 7, "pending": 1})
        self.assertFalse(campaign.cm_sync_error)
        self.after = lambda results: results
        self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 8})

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
class TestWhoMayBeOnTheListWithoutAResult(OddAnswersCase):
    """Campaign Master added the one, and Odoo was not told."""

    def setUp(self):
        super().setUp()
        self.seller = self.make_user("seller", "sales_team.group_sale_salesman_all_leads")

    def no_result(self):
        """Of the culprit; the others have theirs."""
        self.after = lambda results: [
            None if one and one.email == CULPRIT else one for one in results
        ]

    def sent_without_result(self, runs=1):
        """The culprit, who was sent so often and is on the list."""
        self.no_result()
        campaign = self.campaign_with(8)
        self.sync(campaign)
        for _run in range(runs - 1):
            self.run_cron()
        self.assertIn(CULPRIT, self.on_list())
        return self.culprit_of(campaign)

    def culprit_of(self, campaign):
        return campaign.cm_recipient_ids.filtered(lambda one: one.email == CULPRIT)

    def assertMayBeOnTheList(self, recipient, reason="they may be on the list"):
        """It can't be removed, and its address is kept when it changes."""
        recipient = recipient.with_user(self.seller)
        self.assertIn(reason, recipient.cm_ask_before_removal()["text"])
        with self.assertRaises(UserError):
            recipient.unlink()
        recipient.sudo().partner_id.email = "moved@example.com"
        self.env.flush_all()
        self.assertEqual(recipient.sudo().former_address_ids.mapped("email"), [CULPRIT])

    def test_who_waits_for_one(self):
        recipient = self.sent_without_result()
        self.assertEqual(recipient.state, "pending")
        self.assertMayBeOnTheList(recipient)

    def test_who_never_got_one(self):
        recipient = self.sent_without_result(ATTEMPTS_WITHOUT_RESULT)
        self.assertEqual(recipient.state, "rejected")
        self.assertMayBeOnTheList(recipient)

    def test_who_was_left_out_since(self):
        recipient = self.sent_without_result()
        recipient.partner_id.active = False
        self.assertEqual(recipient.state, "excluded")
        self.assertMayBeOnTheList(recipient)

    def test_who_got_a_word_that_nobody_knows(self):
        self.after = lambda results: [
            AddResult(one.email, AddStatus.UNKNOWN, "Queued") for one in results
        ]
        campaign = self.campaign_with(4)
        self.sync(campaign)
        self.assertEqual(self.states(campaign), {"rejected": 4})
        self.assertMayBeOnTheList(self.culprit_of(campaign))

    def test_who_an_answer_that_cannot_be_read_came_for(self):
        self.fails_for_one(InvalidAnswer("Broken.", outcome_unknown=True))
        campaign = self.campaign_with(8)
        self.sync(campaign)
        self.assertEqual(self.rejected(campaign), {CULPRIT: "Broken."})
        self.assertMayBeOnTheList(self.culprit_of(campaign))

    def test_who_was_refused_may_go(self):
        self.fails_for_one(RequestRefused("Refused.", server_message="No such domain."))
        campaign = self.campaign_with(8)
        self.sync(campaign)
        recipient = self.culprit_of(campaign)
        recipient.with_user(self.seller).unlink()
        self.assertFalse(recipient.exists())

    def assertBeginsAnew(self, change):
        """With an address that was on the list before; it isn't taken for what Odoo added."""
        recipient = self.sent_without_result()
        self.control.add_to_list(self.customers, ["there@example.com"])
        change(recipient.partner_id, "there@example.com")
        self.after = lambda results: results
        self.run_cron()
        self.assertEqual((recipient.email, recipient.state), ("there@example.com", "exists"))
        self.assertEqual(recipient.former_address_ids.mapped("email"), [CULPRIT])

    def test_new_address_begins_anew(self):
        self.assertBeginsAnew(lambda contact, email: contact.write({"email": email}))

    def test_new_address_that_nobody_noticed_begins_anew(self):
        self.assertBeginsAnew(self.change_past_the_orm)

    def change_past_the_orm(self, contact, email):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET email = %s, email_normalized = %s WHERE id = %s",
                email,
                email,
                contact.id,
            )
        )
        contact.invalidate_recordset()

    def test_new_list_begins_anew(self):
        recipient = self.sent_without_result()
        self.control.add_to_list(self.newsletter, [CULPRIT])
        recipient.campaign_id.cm_list_id = self.choice("list", self.newsletter)
        self.assertIn(
            "to another list before",
            recipient.with_user(self.seller).cm_ask_before_removal()["text"],
        )
        self.after = lambda results: results
        self.run_cron()
        self.assertEqual(recipient.state, "exists", "it was there before anything was sent")

    def test_new_list_leaves_who_is_left_out_with_what_is_known(self):
        recipient = self.sent_without_result()
        recipient.partner_id.active = False
        recipient.campaign_id.cm_list_id = self.choice("list", self.newsletter)
        self.assertEqual((recipient.state, recipient.state_reason), ("excluded", "archived"))
        self.assertMayBeOnTheList(recipient, "to another list before")


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


class RewrittenAnswersCase(CampaignMasterCase):
    """The sandbox, and on the wire behind it somebody who writes its answers otherwise."""

    def setUp(self):
        super().setUp()
        self.rewrites = []
        original = Transport._send

        def send(transport, request, deadline):
            answer = original(transport, request, deadline)
            for method, path, rewrite in self.rewrites:
                if request.method == method and re.search(path, request.url):
                    answer = rewrite(answer)
            return answer

        self.enterContext(patch.object(Transport, "_send", send))

    def answers(self, method, path, **changed):
        """What these calls answer has other keys, or with ``status`` is another answer."""

        def rewrite(answer):
            document = json.loads(answer.body)
            for key, value in changed.items():
                document[key] = value(document.get(key)) if callable(value) else value
            return Answer(answer.status, answer.headers, json.dumps(document).encode())

        self.rewrites.append((method, path, rewrite))

    def refuses(self, method, path, status, body, label="application/json"):
        text = body if isinstance(body, str) else json.dumps(body)
        headers = {"Content-Type": label}
        self.rewrites.append((method, path, lambda _answer: Answer(status, headers, text.encode())))

    def has_headers(self, **headers):
        """Each answer has these headers, with _ for -; None for those that are gone."""
        changed = {name.replace("_", "-"): value for name, value in headers.items()}

        def rewrite(answer):
            kept = {
                name: value for name, value in answer.headers.items() if name.lower() not in changed
            }
            added = {name: value for name, value in changed.items() if value is not None}
            return Answer(answer.status, {**kept, **added}, answer.body)

        self.rewrites += [(method, "", rewrite) for method in ("GET", "POST", "PUT", "PATCH")]


@tagged("post_install", "-at_install")
class TestOddCampaign(RewrittenAnswersCase):
    def assertLinked(self, campaign):
        [there] = self.control.campaigns()
        self.assertEqual(campaign.cm_external_id, str(there["id"]))
        self.assertFalse(campaign.cm_sync_error)
        self.assertEqual(self.states(campaign), {"added": 2})

    def test_campaign_that_was_created_is_linked_whatever_else_is_told_of_it(self):
        for number, changed in enumerate(
            (
                {"sentAt": ""},
                {"sentAt": "0001-01-01T00:00:00"},
                {"sentAt": "soon"},
                {"status": "Draft"},
                {"status": "Being edited"},
                {"status": None},
                {"id": str},
                {"id": float},
                {"templateId": str},
                {"subject": None},
            )
        ):
            with self.subTest(changed=changed):
                self.prepare()
                self.rewrites.clear()
                self.answers("POST", r"/campaigns$", **changed)
                self.pull_choices()
                campaign = self.make_campaign(title=f"Odd {number}")
                self.add(campaign, self.contacts(2, f"odd{number}"))
                self.sync(campaign)
                self.assertLinked(campaign)
                self.assertEqual(campaign.cm_state, "draft")
                self.assertFalse(campaign.cm_sent_at)
                self.sync(campaign)
                self.assertEqual(self.calls()["createCampaign"], 1)

    def test_word_of_a_new_campaign_that_nobody_knows_is_shown(self):
        self.answers("POST", r"/campaigns$", status="Being edited")
        campaign = self.synced_campaign()
        self.assertEqual(campaign.cm_status_text, "Being edited")
        campaign.cm_subject = "Other words"
        self.sync(campaign)
        self.assertEqual(self.control.campaigns()[0]["subject"], "Other words")
        self.assertFalse(campaign.cm_status_text)

    def test_launched_campaign_whose_status_is_not_told_has_it_from_its_figures(self):
        campaign = self.synced_campaign(self.contacts(2))
        self.control.launch(campaign.cm_external_id, self.customers)
        campaign.cm_subject = "Other words"
        self.answers("GET", r"/campaigns/\d+$", status=None)
        self.assertIn("is launched", self.sync(campaign))
        self.assertFalse(campaign.cm_sync_error)
        self.env["utm.campaign"]._cron_cm_update_campaign_statistics()
        self.assertEqual(campaign.cm_state, "sent")

    def test_answer_without_the_campaign_is_looked_up(self):
        self.answers("POST", r"/campaigns$", id=None)
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(2))
        self.sync(campaign)
        self.assertLinked(campaign)

    def test_another_campaign_that_cannot_be_read_does_not_hide_ours(self):
        self.answers("POST", r"/campaigns$", id=None)
        unreadable = {"id": None, "externalId": "somebody else's", "status": 7}
        self.answers("GET", r"/campaigns\?", campaigns=lambda rows: [unreadable, *rows])
        campaign = self.make_campaign()
        self.add(campaign, self.contacts(2))
        self.sync(campaign)
        self.assertLinked(campaign)

    def test_found_campaign_that_takes_no_changes_is_linked(self):
        self.answers("POST", r"/campaigns$", id=None)
        self.refuses("GET", r"/campaigns\?", 500, {}, "application/json")
        campaign = self.make_campaign()
        self.sync(campaign)
        self.assertFalse(campaign.cm_external_id)
        self.rewrites.clear()
        self.answers("GET", r"/campaigns\?", campaigns=self.being_edited)
        self.refuses("PUT", r"/campaigns/", 409, {"message": "It can't be changed now."})
        self.refuses("PATCH", r"/campaigns/", 409, {"message": "It can't be changed now."})
        campaign.write({"cm_creation_began_at": False, "cm_subject": "Other words"})
        self.sync(campaign)
        self.assertTrue(campaign.cm_external_id)

    def being_edited(self, rows):
        return [{**row, "status": "Being edited"} for row in rows]

    def test_ids_are_texts(self):
        guid = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"
        self.answers("GET", r"/lists\?", lists=lambda rows: [{**rows[0], "id": guid}])
        self.pull_choices()
        self.assertTrue(self.choice("list", guid))


@tagged("post_install", "-at_install")
class TestOddLimitsAndRefusals(RewrittenAnswersCase):
    def waiting_campaign(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(2))
        return campaign

    def test_remainder_that_is_not_told_stops_nobody(self):
        for remaining in (None, "-1", "many", "4999.0"):
            with self.subTest(remaining=remaining):
                self.rewrites.clear()
                self.has_headers(x_rate_limit_remaining=remaining)
                campaign = self.waiting_campaign()
                self.assertTrue(self.account._may_call())
                self.run_cron()
                self.assertEqual(self.states(campaign).get("pending", 0), 0)
                message = self.account.action_test_connection()["params"]["message"]
                self.assertNotIn("0 of", message)

    def test_month_that_is_used_up_by_their_clock_and_not_by_ours(self):
        campaign = self.waiting_campaign()
        self.refuses("POST", "/recipients", 429, {"error": {"code": "monthly_limit"}})
        self.run_cron()
        now = fields.Datetime.now()
        self.assertGreater(self.account.blocked_until, now)
        self.assertLessEqual(self.account.blocked_until, now + timedelta(days=1))
        self.rewrites.clear()
        self.account.blocked_until = False
        self.retry_now(campaign)
        self.run_cron()
        self.assertEqual(self.states(campaign), {"exists": 2})

    def test_log_in_that_is_refused_in_other_words_stops_the_schedules_after_one_call(self):
        for status, body in ((400, {"error": "invalid_grant"}), (403, {"message": "No."})):
            with self.subTest(status=status):
                self.rewrites.clear()
                self.account.password = "entered-again"
                self.account.password = self.sandbox.password
                first, second = self.waiting_campaign(), self.waiting_campaign()
                self.control.expire_tokens()
                self.refuses("POST", "/authenticate", status, body)
                self.control.clear_calls()
                for _run in range(3):
                    (first | second).cm_retry_at = False
                    self.run_cron()
                self.assertEqual(self.account.connection_state, "refused")
                self.assertEqual(self.calls().get("authenticate"), 1)

    def test_refusals_of_the_account_are_told_in_its_own_words_and_reject_nobody(self):
        for number, (status, body, label) in enumerate(
            (
                (402, {"Message": "The plan has ended."}, "application/json"),
                (403, {"title": "Forbidden", "detail": "The plan has ended."}, "text/json"),
                (409, {"errors": [{"message": "The plan has ended."}]}, "text/plain"),
                (423, "The plan has ended.", "text/plain"),
                (
                    400,
                    {"error": "maintenance", "error_description": "The plan has ended."},
                    "application/json",
                ),
            )
        ):
            with self.subTest(status=status, body=body):
                self.rewrites.clear()
                campaign = self.synced_campaign(title=f"Refused {number}")
                self.add(campaign, self.contacts(8, f"refused{number}"))
                self.refuses("POST", "/recipients", status, body, label)
                self.control.clear_calls()
                self.run_cron()
                self.assertEqual(self.states(campaign), {"pending": 8})
                self.assertIn("The plan has ended.", campaign.cm_sync_error)
                self.assertLessEqual(self.calls()["addListRecipients"], 6)
                self.rewrites.clear()
                self.retry_now(campaign)
                self.run_cron()
                self.assertNotIn("pending", self.states(campaign))
                self.assertFalse(campaign.cm_sync_error)

    def test_success_without_a_word_is_asked_again_and_what_is_there_was_added(self):
        for status in (202, 204):
            with self.subTest(status=status):
                campaign = self.synced_campaign()
                self.add(campaign, self.contacts(4, f"s{status}"))
                taken = []
                self.rewrites.append(("POST", "/recipients", self.taken(status, taken)))
                self.run_cron()
                self.assertEqual(self.states(campaign), {"added": 4})
                self.assertEqual(len(taken), 2)
                self.assertFalse(campaign.cm_sync_error)
                self.rewrites.clear()

    def taken(self, status, taken):
        """The first answer has nothing but this status."""

        def rewrite(answer):
            taken.append(answer)
            return Answer(status, answer.headers, b"") if len(taken) == 1 else answer

        return rewrite

    def test_success_that_never_has_a_word_is_done(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(4))
        self.refuses("POST", "/recipients", 204, "")
        self.control.clear_calls()
        for _run in range(ATTEMPTS_WITHOUT_RESULT):
            self.run_cron()
        self.assertEqual(self.states(campaign), {"added": 4})
        self.assertEqual(self.calls(), {"addListRecipients": ATTEMPTS_WITHOUT_RESULT})

    def test_success_that_says_something_else_adds_nobody(self):
        campaign = self.synced_campaign()
        self.add(campaign, self.contacts(4))
        self.refuses("POST", "/recipients", 200, {"success": False, "results": []})
        for _run in range(ATTEMPTS_WITHOUT_RESULT + 1):
            self.retry_now(campaign)
            self.run_cron()
        self.assertEqual(self.states(campaign), {"pending": 4})
        self.assertTrue(campaign.cm_sync_error)
