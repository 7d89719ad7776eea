"""What holds after each step of the sync's state machine, and what after a quiet time."""

import sys
from collections import Counter

from hypothesis.stateful import invariant

from .sync_states_model import BAD_TEXTS

TRUE_REASONS = {
    "no_address": lambda person, address: not (address or "").strip(),
    "malformed": lambda person, address: address in BAD_TEXTS,
    "archived": lambda person, address: person and not person.active,
    "deleted": lambda person, address: not person,
}
RUNS_UNTIL_QUIET = 6


class Checks:
    """Mixin of the state machine."""

    @invariant()
    def promises_hold(self):
        self.nothing_forbidden_was_pushed()
        self.numbers_balance()
        self.nobody_is_added_twice()
        self.each_campaign_is_there_once()
        self.nothing_unexpected_happened()

    def nothing_forbidden_was_pushed(self):
        self.case.assertEqual(self.model.violations, [])

    def numbers_balance(self):
        for campaign in self.campaigns:
            self.case.states(campaign)

    def nobody_is_added_twice(self):
        self.model.remember_links(self.people)
        for campaign in self.campaigns:
            added = campaign.cm_recipient_ids.filtered(
                lambda recipient: recipient.state in ("added", "exists")
            )
            doubled = [e for e, count in Counter(added.mapped("email")).items() if count > 1]
            self.case.assertEqual(doubled, [])

    def each_campaign_is_there_once(self):
        references = Counter(one["externalId"] for one in self.control.campaigns())
        self.case.assertLessEqual(set(references.values()), {1})
        self.case.assertLessEqual(set(references), set(self.campaigns.mapped("cm_reference")))

    def nothing_unexpected_happened(self):
        for campaign in self.campaigns:
            self.case.assertNotIn("unexpected", campaign.cm_sync_error or "")

    def only_who_is_on_the_blacklist_is_held(self):
        for recipient in self.campaigns.cm_recipient_ids:
            if recipient.state_reason == "blacklisted":
                self.case.assertTrue(self.is_blacklisted(recipient.email), recipient.email)

    def is_blacklisted(self, address):
        typed = self.model.as_blacklisted(address)
        return self.env["mail.blacklist"].search_count([("email", "=", typed)])

    def whose_address_it_was_is_known(self):
        """Whatever is on a list, so that an opt-out of it reaches the person."""
        recipients = self.campaigns.cm_recipient_ids
        known = {*recipients.mapped("email"), *recipients.former_address_ids.mapped("email")}
        self.case.assertLessEqual(self.model.arrived, known | self.model.gone_addresses)

    def teardown(self):
        """The example ends with a quiet time, unless it failed before."""
        is_failing = sys.exc_info()[0] is not None
        try:
            if not is_failing:
                self.make_quiet()
                self.check_end_state()
                self.case.seen.update(self.model.seen)
        finally:
            self.resources.close()

    def make_quiet(self):
        """No faults and no waits any more, and the schedules run as often as they want."""
        self.control.clear_faults()
        self.control.clear_oddities()
        self.campaigns.action_cm_resume()
        if self.case.account.connection_state == "refused":
            # The log-in was refused too: nothing goes on before a person enters the password.
            self.model.seen["password entered again"] += 1
            self.case.account.password = self.case.sandbox.password
        self.time_passes()
        self.click(None)
        self.statistics()
        for _run in range(RUNS_UNTIL_QUIET):
            self.time_passes()
            self.minute()
            self.statistics()

    def check_end_state(self):
        """Each recipient is where it belongs, with a reason that is true."""
        self.nothing_forbidden_was_pushed()
        self.whose_address_it_was_is_known()
        # Who left and whom Campaign Master forgot is known to have left by what it told before.
        left = set(self.control.account_state()["suppressions"]) | self.model.gone_addresses
        self.model.remember_links(self.people)
        for campaign in self.campaigns:
            self.case.assertFalse(campaign.cm_sync_error)
            self.case.assertTrue(campaign.cm_external_id)
            emails = self.case.on_list(campaign.cm_list_id.external_id)
            self.case.assertEqual(len(emails), len(set(emails)))
            for recipient in campaign.cm_recipient_ids:
                self.check_recipient(recipient, set(emails) | left)

    def check_recipient(self, recipient, on_list_or_left):
        message = f"{recipient.email} {recipient.state} {recipient.state_reason}"
        getattr(self, f"check_{recipient.state}")(recipient, on_list_or_left, message)

    def check_pending(self, recipient, on_list_or_left, message):
        self.case.fail(f"Still waiting after a quiet time: {message}")

    def check_added(self, recipient, on_list_or_left, message):
        self.case.assertIn(recipient.email, on_list_or_left, message)

    check_exists = check_added

    def check_opted_out(self, recipient, on_list_or_left, message):
        self.case.assertTrue(self.model.may_be_left_out(recipient), message)

    def check_rejected(self, recipient, on_list_or_left, message):
        self.case.assertIn(recipient.email, self.model.refused, message)

    def check_excluded(self, recipient, on_list_or_left, message):
        person = recipient.lead_id or recipient.partner_id
        address = person and person[self.address_field(person)]
        reason = recipient.state_reason
        if reason == "blacklisted":
            is_true = self.is_blacklisted(recipient.email)
        elif reason == "duplicate":
            others = recipient.campaign_id.cm_recipient_ids - recipient
            is_true = any(
                other.email == recipient.email and other.state != "excluded" for other in others
            )
        else:
            is_true = TRUE_REASONS[reason](person, address)
        self.case.assertTrue(is_true, message)
