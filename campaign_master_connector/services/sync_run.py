"""Runs of the sync: a person's click on some campaigns, and the schedule's every minute."""

import time
from collections import deque
from functools import partial

from odoo.exceptions import UserError

from . import transaction
from .account_session import AT_THE_SCREEN, BACKGROUND, AccountSession
from .campaign_run import CampaignResult, CampaignRun
from .campaign_sync import sync_campaign_itself, wire_values
from .recipient_push import BATCH_SIZE, push_batches
from .sentences import in_the_readers_language, sentence_of

SECONDS_AT_THE_SCREEN = 8.0


def run_at_the_screen(campaigns):
    """Sync ``campaigns`` while somebody waits: at most 1,000 recipients and some seconds.

    What is left is marked for the schedule.

    :return: [`CampaignResult`] in the order of ``campaigns``
    """
    deadline = time.monotonic() + SECONDS_AT_THE_SCREEN
    results = {}
    for account, group in campaigns.grouped("cm_account_id").items():
        obstacle = account._obstacle() if account else campaigns._cm_no_account_sentence()
        if obstacle:
            results |= {one.id: CampaignResult(one, problem=obstacle) for one in group}
            continue
        transaction.write_durably(campaigns.env, group._cm_request_sync)
        with AccountSession(account, AT_THE_SCREEN, seconds=2 * SECONDS_AT_THE_SCREEN) as session:
            results |= _sync_until(deadline, CampaignRun(session, "sync"), group)
    left = campaigns._cm_pending_counts()
    for campaign in campaigns:
        results[campaign.id].left = left.get(campaign.id, 0)
    return [results[campaign.id] for campaign in campaigns]


def _sync_until(deadline, run, campaigns):
    room = BATCH_SIZE
    for campaign in campaigns:
        if run.stopped_by or time.monotonic() > deadline:
            break
        result = run.work_on(campaign, partial(_sync, size=room, itself=True))
        room -= result.counts.total()
    run.finish()
    untouched = [campaign for campaign in campaigns if campaign.id not in run.results]
    return run.results | {campaign.id: _not_begun(campaign, run) for campaign in untouched}


def _not_begun(campaign, run):
    """The schedule takes it up; what stopped the run is why it wasn't begun."""
    if refusal := run.refusal():
        return CampaignResult(campaign, waiting=True, refusal=refusal)
    problem = sentence_of(run.env, run.stopped_by) if run.stopped_by else ""
    return CampaignResult(campaign, problem=problem, waiting=not problem)


def run_of_a_minute(env, call_for_help=False):
    """Add what is new to the lists, one batch a campaign in turn, until the time is up.

    :param call_for_help: whether other workers are to take some of several campaigns
    """
    campaigns = env["utm.campaign"].sudo()._cm_with_work()
    if call_for_help and transaction.seconds_left(env) > 0:
        campaigns._cm_trigger_further_workers(max(0, len(campaigns) - 1))
    push_for_a_while(campaigns)


def push_for_a_while(campaigns):
    """Push one batch of each campaign in turn; whether that came to an end in the given time."""
    for account, group in campaigns.grouped("cm_account_id").items():
        account, group = in_the_readers_language(account, group)
        with AccountSession(account, BACKGROUND) as session:
            if not _push_in_turn(CampaignRun(session, "recipients"), list(group)):
                return False
    return True


def _push_in_turn(run, campaigns):
    """Whether the worker has time left for the next account."""
    waiting = deque(campaigns)
    seconds_left = transaction.commit_progress(run.env, 0, len(waiting))
    while waiting and seconds_left and not run.stopped_by:
        campaign = waiting.popleft()
        goes_on = partial(_has_the_worker_alone, run.env, waiting)
        result = run.work_on(campaign, partial(_sync, goes_on=goes_on))
        if not result.problem and not result.busy and campaign._cm_may_go_on():
            waiting.append(campaign)
        seconds_left = transaction.commit_progress(run.env, 1, len(waiting))
        if waiting and not seconds_left:
            # Odoo gives others their turn, and then would wait for the next minute.
            run.env["utm.campaign"]._cm_trigger_push()
    run.finish()
    return bool(seconds_left)


def _has_the_worker_alone(env, waiting):
    return not waiting and transaction.seconds_left(env) > 0


def _sync(campaign, client, result, size=BATCH_SIZE, itself=False, goes_on=lambda: False):
    """Push at most ``size``, and on if it may; first the campaign itself where that is asked for.

    What somebody asked for meanwhile is read here, under the lock.
    """
    if reasons := campaign._cm_reasons_against_sync():
        raise UserError("\n".join(reasons))
    if itself or campaign.cm_sync_requested or not campaign.cm_external_id:
        result.values = wire_values(campaign)
        result.came_too_late = not sync_campaign_itself(campaign, client)
    if size:
        for counts in push_batches(campaign, client, size, goes_on):
            result.counts += counts
