"""Runs of the sync: a person's click on some campaigns, and the schedule's every minute."""

import logging
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import groupby

from odoo.exceptions import UserError

from ..campaign_master_api import (
    CampaignMasterError,
    ConnectionFailed,
    CredentialsRefused,
    NotCampaignMaster,
    RateLimitReached,
    ServerFailed,
    TokenRefused,
)
from . import transaction
from .account_session import AT_THE_SCREEN, BACKGROUND, AccountSession
from .campaign_sync import sync_campaign_itself
from .recipient_push import BATCH_SIZE, push_batch

_logger = logging.getLogger(__name__)

SECONDS_AT_THE_SCREEN = 8.0
OF_THE_WHOLE_ACCOUNT = (
    ConnectionFailed,
    CredentialsRefused,
    NotCampaignMaster,
    RateLimitReached,
    ServerFailed,
    TokenRefused,
)


@dataclass
class CampaignResult:
    """What a run did with one campaign; ``problem`` is a sentence, empty if all went well."""

    campaign: object
    counts: Counter = field(default_factory=Counter)
    calls: int = 0
    seconds: float = 0.0
    problem: str = ""
    busy: bool = False
    created: bool = False
    left: int = 0


class SyncRun:
    """Works on campaigns of one account through one session; remembers a result for each."""

    def __init__(self, session):
        self.session = session
        self.env = session.account.env
        self.results = {}
        self.stopped_by = None

    def step(self, campaign, size=BATCH_SIZE, itself=True):
        """Bring the campaign itself up to date, then push one batch of at most ``size``.

        :return: number of recipients that were pushed in this step
        """
        result = self.results.setdefault(campaign.id, CampaignResult(campaign))
        started, calls = time.monotonic(), self.session.client.calls
        try:
            with transaction.campaign_lock(campaign) as locked:
                result.busy = not locked
                return self._locked_step(campaign, result, size, itself) if locked else 0
        except (CampaignMasterError, UserError) as error:
            self._fail(campaign, result, error)
        except Exception:
            _logger.exception("Syncing campaign %s failed", campaign.id)
            transaction.rollback(self.env)
            result.problem = self.env._(
                "Something unexpected went wrong while syncing. The server's log has the details."
            )
            self._store_failure(campaign, result)
        finally:
            result.seconds += time.monotonic() - started
            result.calls += self.session.client.calls - calls
        return 0

    def _locked_step(self, campaign, result, size, itself):
        if reasons := campaign._cm_reasons_against_sync():
            raise UserError("\n".join(reasons))
        if itself or not campaign.cm_external_id:
            result.created = result.created or not campaign.cm_external_id
            sync_campaign_itself(campaign, self.session.client)
        if not size:
            return 0
        counts = push_batch(campaign, self.session.client, size)
        result.counts += counts
        return counts.total()

    def _fail(self, campaign, result, error):
        transaction.rollback(self.env)
        if isinstance(error, OF_THE_WHOLE_ACCOUNT):
            self.stopped_by = error
        result.problem = campaign._cm_problem(error)
        self._store_failure(campaign, result, is_retried=not isinstance(error, UserError))

    def _store_failure(self, campaign, result, is_retried=True):
        transaction.write_durably(
            self.env, lambda: campaign._cm_record_failure(result.problem, is_retried)
        )

    def finish(self, kind):
        """Store what became of each campaign and write the log of the run."""
        for result in self.results.values():
            result.left = result.campaign._cm_pending_count()
            if not result.problem and not result.busy:
                transaction.write_durably(
                    self.env, lambda result=result: result.campaign._cm_record_success(result)
                )
        worth_a_row = [
            result
            for result in self.results.values()
            if result.counts or result.problem or result.created or kind == "sync"
        ]
        transaction.write_durably(
            self.env, lambda: self.env["campaign.master.sync.log"]._add(kind, worth_a_row)
        )


def run_at_the_screen(campaigns):
    """Sync ``campaigns`` while somebody waits: at most 1,000 recipients and some seconds.

    What is left is marked for the schedule.

    :return: [`CampaignResult`] in the order of ``campaigns``
    """
    env = campaigns.env
    deadline = time.monotonic() + SECONDS_AT_THE_SCREEN
    results = {}
    for account, group in campaigns.grouped("cm_account_id").items():
        if obstacle := account._obstacle():
            for campaign in group:
                results[campaign.id] = CampaignResult(campaign, problem=obstacle)
            continue
        transaction.write_durably(env, group._cm_request_sync)
        with AccountSession(account, AT_THE_SCREEN) as session:
            run = SyncRun(session)
            room = BATCH_SIZE
            for campaign in group:
                if run.stopped_by or time.monotonic() > deadline:
                    break
                room -= run.step(campaign, room)
            run.finish("sync")
        results |= run.results
    return [
        results.get(campaign.id) or CampaignResult(campaign, left=campaign._cm_pending_count())
        for campaign in campaigns
    ]


def run_of_a_minute(env):
    """Add what is new to the lists, one batch a campaign in turn, until the time is up."""
    campaigns = env["utm.campaign"].sudo()._cm_with_work()
    for account, group in groupby(campaigns, lambda campaign: campaign.cm_account_id):
        with AccountSession(account, BACKGROUND) as session:
            if not _push_in_turn(SyncRun(session), list(group)):
                return


def _push_in_turn(run, campaigns):
    """Whether the run may go on with the next account."""
    waiting = deque(campaigns)
    seconds_left = transaction.commit_progress(run.env, 0, len(waiting))
    while waiting and seconds_left and not run.stopped_by:
        campaign = waiting.popleft()
        pushed = run.step(campaign, itself=campaign.cm_sync_requested)
        if pushed and campaign._cm_pending_count():
            waiting.append(campaign)
        seconds_left = transaction.commit_progress(run.env, pushed, len(waiting))
    run.finish("recipients")
    return bool(seconds_left)
