"""A batch on its way through one or more calls, until only those are left out whom it fails for.

What fails for everybody rejects nobody: the account, its list or the server is why. What fails for
one and not for the others is that one's own doing, by whatever status or page.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import NamedTuple

from ..campaign_master_api import (
    AddStatus,
    BatchTooLarge,
    CampaignMasterError,
    ConnectionFailed,
    InvalidAnswer,
    NewRecipient,
    RequestRefused,
    ServerFailed,
    may_hit_one_recipient,
)
from .sentences import sentence_of

CALLS_TO_ISOLATE = 64
# Sent alone where a batch and both its halves fail: from the beginning, the middle and the end.
SAMPLE = 3
# Runs that failed before a campaign's only recipient, or a gateway, may be taken for the reason.
FAILURES_THAT_LAST = 3
GATEWAY_STATUSES = {
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}

STATE_OF_STATUS = {
    AddStatus.ADDED: "added",
    AddStatus.EXISTS: "exists",
    AddStatus.UNSUBSCRIBED: "opted_out",
    AddStatus.INVALID: "rejected",
    AddStatus.UNKNOWN: "unclear",
}


class Outcome(NamedTuple):
    """What became of one recipient that was sent.

    The state is `pending` where no result came, `accepted` where none came of anybody and the
    answer says no more than that the batch was taken, and `unclear` for who is rejected for
    an error or a word that leaves open whether the one is on the list.
    """

    recipient_id: int
    email: str
    state: str
    message: str


@dataclass
class Sent:
    """What became of a batch.

    ``failure`` kept those from being sent that have no outcome; None if there are none. With
    ``is_unknown`` some of them may be on the list nevertheless. ``largest`` is how many recipients
    Campaign Master takes at once, None if it refused no number.
    """

    outcomes: list = field(default_factory=list)
    failure: CampaignMasterError | None = None
    is_unknown: bool = False
    largest: int | None = None


class Part(NamedTuple):
    """Some of a batch; an earlier attempt whose answer didn't come may have added them."""

    recipients: list
    may_be_added: bool = False

    def halves(self):
        """Two parts, the first half first."""
        middle = len(self.recipients) // 2
        return self.of(self.recipients[:middle]), self.of(self.recipients[middle:])

    def of(self, recipients):
        """The same with these alone."""
        return self._replace(recipients=recipients)


class Sending:
    """Sends one batch of ``campaign`` to a list.

    As long as nobody went through, larger parts come before smaller ones, to learn soon whether
    anybody does; afterwards one culprit is looked for after the other.
    """

    def __init__(self, campaign, client, list_id):
        self.campaign = campaign
        self.client = client
        self.list_id = list_id
        self.sent = Sent()
        self.largest = client.largest_batch
        self.parts = deque()
        self.calls = 0
        self.errors = []
        self.suspects = []
        self.went_through = False

    def send(self, recipients):
        """Send (id, address) pairs, in parts where that is needed; answers with `Sent`."""
        self.parts.append(Part(recipients))
        while self.parts:
            part = self.parts.pop()
            if len(part.recipients) > self.largest:
                self.parts.extend(reversed(part.halves()))
                continue
            try:
                self._send_part(part)
            except CampaignMasterError as error:
                if not self._goes_on_after(error, part):
                    return self._given_up(error)
        return self._given_up(self.errors[-1]) if self._blames_nobody() else self._done()

    def _send_part(self, part):
        self.calls += 1
        answer = self.client.add_list_recipients(
            self.list_id, [NewRecipient(email) for _recipient_id, email in part.recipients]
        )
        goes_through = any(answer.results) or answer.is_empty
        hits_all = len(part.recipients) > 1 or self.errors
        if hits_all and not goes_through and not self.went_through:
            raise InvalidAnswer(
                self.campaign.env._("Campaign Master told of nobody what became of them."),
                outcome_unknown=True,
            )
        self.went_through |= goes_through
        without_result = "accepted" if answer.is_empty else "pending"
        states = STATE_OF_STATUS
        if answer.lost_an_answer or part.may_be_added:
            states = {**states, AddStatus.EXISTS: "added"}
        self.sent.outcomes += [
            Outcome(recipient_id, email, states[result.status], result.message)
            if result
            else Outcome(recipient_id, email, without_result, "")
            for (recipient_id, email), result in zip(part.recipients, answer.results, strict=True)
        ]

    def _goes_on_after(self, error, part):
        """Whether smaller parts may do better than ``part`` did; they are put in its place."""
        self.sent.is_unknown |= error.outcome_unknown
        part = part._replace(may_be_added=part.may_be_added or error.outcome_unknown)
        is_alone = len(part.recipients) == 1
        if isinstance(error, BatchTooLarge):
            self.sent.largest = self.largest = len(part.recipients) // 2
        elif self._may_be_ones_own(error):
            self.errors.append(error)
            if is_alone:
                self.suspects.append((part.recipients[0], error))
        else:
            return False
        if not is_alone:
            self._put_halves(part)
        elif isinstance(error, BatchTooLarge):
            return False
        return self.calls < CALLS_TO_ISOLATE and not self._hits_everybody()

    def _put_halves(self, part):
        if self.went_through:
            self.parts.extend(reversed(part.halves()))
            return
        self.parts.extendleft(part.halves())
        if len(self.errors) == SAMPLE and not self.suspects:
            self._put_sample()

    def _put_sample(self):
        """Some alone before all others: if they fail too, there is no sense in halving the rest."""
        everybody = [one for part in self.parts for one in part.recipients]
        if len(everybody) > SAMPLE:
            last = len(everybody) - 1
            chosen = {everybody[round(place * last / (SAMPLE - 1))] for place in range(SAMPLE)}
            rest = deque()
            for part in self.parts:
                if others := [one for one in part.recipients if one not in chosen]:
                    rest.append(part.of(others))
            may_be_added = self.sent.is_unknown
            self.parts = rest
            self.parts.extend(Part([one], may_be_added) for one in chosen)

    def _hits_everybody(self):
        return not self.went_through and len(self.suspects) >= SAMPLE

    def _may_be_ones_own(self, error):
        """Whether ``error`` can be one recipient's, and isn't the server's own trouble."""
        is_of_a_gateway = isinstance(error, ServerFailed) and error.status in GATEWAY_STATUSES
        if is_of_a_gateway or isinstance(error, ConnectionFailed):
            return self._lasts
        return may_hit_one_recipient(error)

    @cached_property
    def _lasts(self):
        """Whether this campaign fails again and again although others of the account don't."""
        fails = self.campaign.cm_failure_count >= FAILURES_THAT_LAST
        return fails and self.campaign._cm_others_went_through()

    def _blames_nobody(self):
        """Whether all that failed alone did so without anybody to compare with."""
        if not self.suspects or self.went_through or self._lasts:
            return False
        return not (self.calls == 1 and self._is_surely_ones_own(self.suspects[0][1]))

    def _is_surely_ones_own(self, error):
        """Whether the only recipient there is may be blamed for what is said of the request."""
        lasts = self.campaign.cm_failure_count >= FAILURES_THAT_LAST
        return isinstance(error, RequestRefused) and bool(error.field or lasts)

    def _given_up(self, error):
        """Who failed alone is rejected even so, where others went through."""
        self.sent.failure = error
        return self._done() if self.went_through else self.sent

    def _done(self):
        for (recipient_id, email), error in self.suspects:
            message = error.server_message or sentence_of(self.campaign.env, error)
            state = "unclear" if error.outcome_unknown else "rejected"
            self.sent.outcomes.append(Outcome(recipient_id, email, state, message))
        return self.sent
