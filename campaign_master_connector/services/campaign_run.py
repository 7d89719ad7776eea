"""Working on campaigns of one account in turn, so that one that fails never stops the others."""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from odoo.exceptions import UserError

from ..campaign_master_api import (
    AccountRefused,
    CampaignMasterError,
    ConnectionFailed,
    CredentialsRefused,
    NotCampaignMaster,
    RateLimitReached,
    ServerFailed,
    TokenRefused,
    may_hit_one_recipient,
)
from . import transaction
from .account_session import ClicksUsedUp, ReserveReached
from .recipient_batch import GATEWAY_STATUSES
from .sentences import sentence_of

_logger = logging.getLogger(__name__)

OF_THE_WHOLE_ACCOUNT = (
    ConnectionFailed,
    CredentialsRefused,
    AccountRefused,
    NotCampaignMaster,
    RateLimitReached,
    ServerFailed,
    TokenRefused,
)
# What can be one campaign's, or its list's or only recipient's; several in a row are everybody's.
FAILURES_THAT_STOP = 3


def on_its_own(campaigns, purpose, work):
    """What ``work()`` answers; whatever it raises puts off ``campaigns`` alone, and answers None.

    :param purpose: a kind of run, as of the locks
    """
    try:
        return work()
    except Exception:
        _logger.exception("Working on campaigns %s failed", campaigns.ids)
        for campaign in campaigns:
            _put_off(campaign, purpose)
        return None


def _put_off(campaign, purpose):
    """As after any other failure; where not even that can be stored, the others still go on."""
    env = campaign.env
    transaction.rollback(env)
    try:
        transaction.write_durably(
            env, lambda: campaign._cm_record_failure(purpose, unexpected_sentence(env))
        )
    except Exception:
        _logger.exception("The failure of campaign %s can't be stored", campaign.id)
        transaction.rollback(env)


def unexpected_sentence(env):
    """What who reads a campaign is told of an error that nobody foresaw."""
    return env._(
        "Something unexpected went wrong with this campaign; the server's log has the "
        "details. It is tried again by itself."
    )


def unexpected_results(campaigns):
    """A `CampaignResult` for each of ``campaigns`` that an unforeseen error put off."""
    problem = unexpected_sentence(campaigns.env)
    return [CampaignResult(campaign, problem=problem) for campaign in campaigns]


@dataclass
class CampaignResult:
    """What a run did with one campaign.

    ``problem`` is a sentence, empty if all went well; ``came_too_late`` are changes of a campaign
    that was launched before. ``values`` are those of the campaign itself that the run dealt with,
    None if it pushed recipients alone. ``refusal`` is why it was not begun although somebody
    clicked; ``is_recent`` says that what it would bring is here.
    """

    campaign: object
    counts: Counter = field(default_factory=Counter)
    deviations: Counter = field(default_factory=Counter)
    calls: int = 0
    seconds: float = 0.0
    problem: str = ""
    busy: bool = False
    waiting: bool = False
    refusal: str = ""
    is_recent: bool = False
    came_too_late: bool = False
    values: dict | None = None
    left: int = 0

    @property
    def is_held(self):
        """Whether recipients wait since somebody paused adding them."""
        return bool(self.left and self.campaign.cm_paused)


class CampaignRun:
    """Works on campaigns of one account through one session; remembers a result for each.

    ``stopped_by`` is the error that concerns the whole account, so that there is no sense in
    going on with the next campaign.
    """

    def __init__(self, session, purpose):
        self.session = session
        session.purpose = purpose
        self.purpose = purpose
        self.env = session.account.env
        self.results = {}
        self.stopped_by = None
        self.failures_in_a_row = 0

    def work_on(self, campaign, work):
        """Call ``work(campaign, client, result)`` under the campaign's lock for this purpose.

        Whatever it raises ends up as a sentence on the campaign; somebody else working on it
        already is no error but ``busy``. How it ended is stored under the lock too: later it would
        replace what somebody else found since.
        """
        result = self.results.setdefault(campaign.id, CampaignResult(campaign))
        started, calls = time.monotonic(), self.session.client.calls
        met_before = Counter(self.session.client.deviations)
        if not self.ask(campaign, partial(self._work_under_lock, result, work)):
            result.problem = result.problem or unexpected_sentence(self.env)
        result.seconds += time.monotonic() - started
        result.calls += self.session.client.calls - calls
        result.deviations += self.session.client.deviations - met_before
        return result

    def ask(self, campaign, question):
        """What ``question()`` about ``campaign`` answers; None, put off, where it raises."""
        return on_its_own(campaign, self.purpose, question)

    def _work_under_lock(self, result, work):
        with transaction.campaign_lock(result.campaign, self.purpose) as locked:
            result.busy = not locked
            if locked:
                self._work(result, work)
        return True

    def _work(self, result, work):
        campaign = result.campaign
        try:
            work(campaign, self.session.client, result)
            self.failures_in_a_row = 0
            transaction.write_durably(
                self.env, lambda: campaign._cm_record_success(self.purpose, result)
            )
        except ReserveReached as error:
            transaction.rollback(self.env)
            self.stopped_by = error
            result.waiting = True
            result.refusal = self.refusal()
        except CampaignMasterError as error:
            of_account = self._concerns_the_account(error)
            if of_account:
                self.stopped_by = self.session.failure = error
            self._fail(
                result,
                campaign._cm_sentence_of_problem(error),
                of_account=of_account,
                refusal=campaign._cm_refusal_of(error),
            )
        except UserError as error:
            self._fail(result, str(error), is_retried=False)
        except transaction.COLLISIONS:
            _logger.info("Campaign %s: concurrent updates each time", campaign.id)
            self._fail(result, self._collided())
        except Exception:
            _logger.exception("Working on campaign %s failed", campaign.id)
            self._fail(result, unexpected_sentence(self.env))

    def refusal(self):
        """Why the clicks of this account make no calls now and until when; empty if they do."""
        refused = isinstance(self.stopped_by, ClicksUsedUp)
        return sentence_of(self.env, self.stopped_by) if refused else ""

    def _concerns_the_account(self, error):
        if not isinstance(error, OF_THE_WHOLE_ACCOUNT):
            return False
        is_of_a_gateway = isinstance(error, ServerFailed) and error.status in GATEWAY_STATUSES
        may_be_ones_own = isinstance(error, AccountRefused) or may_hit_one_recipient(error)
        if is_of_a_gateway or not may_be_ones_own:
            return True
        self.failures_in_a_row += 1
        return self.failures_in_a_row >= FAILURES_THAT_STOP

    def _collided(self):
        return self.env._(
            "Others changed this campaign or its recipients in the same moment, again and again, "
            "so this sync ended early. It is tried again by itself."
        )

    def _fail(self, result, problem, **details):
        """Store it; ``details`` as of `_cm_record_failure`."""
        transaction.rollback(self.env)
        result.problem = problem
        record = partial(result.campaign._cm_record_failure, self.purpose, problem, **details)
        transaction.write_durably(self.env, record)

    def finish(self):
        """Write the log of the run."""
        log = self.env["campaign.master.sync.log"]
        if self._note(partial(log._add, self.purpose, self.results.values())):
            self.session.logged_calls = sum(result.calls for result in self.results.values())

    def _note(self, write):
        """Whether it could be noted; what a run did is done in any case."""
        try:
            transaction.write_durably(self.env, write)
            return True
        except Exception:
            _logger.exception("What was done in this run can't be noted")
            transaction.rollback(self.env)
            return False
