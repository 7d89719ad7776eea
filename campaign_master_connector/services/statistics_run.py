"""Runs that bring statistics: of campaigns one call each, of recipients a page at a time."""

import time
from datetime import timedelta
from functools import partial

from odoo import fields

from ..campaign_master_api import InvalidAnswer, TooManyRows
from . import opt_outs, transaction
from .account_session import AT_THE_SCREEN, BACKGROUND, AccountSession
from .campaign_run import CampaignResult, CampaignRun, on_its_own, unexpected_results
from .moments import aware
from .recipient_statistics import (
    apply_page,
    forget_addresses_that_became_known,
    unsubscribes_told,
)
from .sentences import in_the_readers_language

SECONDS_AT_THE_SCREEN = 15.0
# What a click brought is as of now for so long: a click a second would use up everybody's calls.
RECENT = timedelta(seconds=10)
# Rows that changed while the last run was under way, or on a clock that is a little off.
OVERLAP = timedelta(minutes=15)
FIGURES_ARE_FRESH = timedelta(minutes=5)
# A page can be broken by one of its rows; several are the server's own trouble.
BROKEN_PAGES_THAT_STOP = 3


def run_at_the_screen(campaigns):
    """Pull both kinds while somebody waits; what there is no time for is left to the schedules.

    :return: [`CampaignResult`], two a campaign
    """
    deadline = time.monotonic() + SECONDS_AT_THE_SCREEN
    figures = run_campaign_statistics(campaigns, deadline)
    return figures + run_recipient_statistics(campaigns, deadline)


def run_campaign_statistics(campaigns, deadline=None):
    """Pull the thirteen figures and the state of each campaign, a call each.

    :param deadline: of who waits at the screen, a moment of `time.monotonic`
    :return: [`CampaignResult`]
    """
    return _run(campaigns, "campaign_statistics", _pull_campaign, deadline)


def run_recipient_statistics(campaigns, deadline=None):
    """Pull what the recipients of each campaign did since the last complete run.

    Parameter and return value as `run_campaign_statistics`.
    """
    return _run(campaigns, "recipient_statistics", _pull_recipients, deadline)


def _run(campaigns, purpose, pull, deadline):
    synced = campaigns.filtered("cm_external_id")
    clock = _Clock(campaigns.env, len(synced), deadline)
    results = []
    for account, group in synced.grouped("cm_account_id").items():
        if clock.is_up and not clock.has_deadline:
            break  # the schedule comes again; no further account is opened for nothing
        work = partial(_run_account, account, group, purpose, partial(pull, clock=clock), clock)
        done = on_its_own(group, purpose, work)
        results += unexpected_results(group) if done is None else done
    return results


def _run_account(account, campaigns, purpose, pull, clock):
    account, campaigns = in_the_readers_language(account, campaigns)
    if obstacle := account._obstacle():
        return [CampaignResult(campaign, problem=obstacle) for campaign in campaigns]
    with AccountSession(account, AT_THE_SCREEN if clock.has_deadline else BACKGROUND) as session:
        run = CampaignRun(session, purpose)
        _pull_in_turn(run, campaigns, pull, clock)
        run.finish()
    results = list(run.results.values())
    untouched = campaigns.filtered(lambda campaign: campaign.id not in run.results)
    if refusal := run.refusal():
        # Not left to the schedule, which would make the calls that the click may not.
        results += [CampaignResult(one, waiting=True, refusal=refusal) for one in untouched]
    elif clock.has_deadline and untouched:
        results += _leave_to_the_schedule(untouched, purpose)
    return results


def _pull_in_turn(run, campaigns, pull, clock):
    for campaign in campaigns:
        if run.stopped_by or clock.is_up:
            break
        result = run.work_on(campaign, pull)
        if result.waiting and not run.stopped_by:
            # Not before its lock is given back: the schedule would leave it out, and not come
            # again before the morning.
            run.ask(campaign, partial(campaign._cm_trigger_statistics, run.purpose))
        clock.campaign_done()


def _leave_to_the_schedule(campaigns, purpose):
    request = partial(campaigns._cm_request_statistics, purpose)
    transaction.write_durably(campaigns.env, request)
    return [CampaignResult(campaign, waiting=True) for campaign in campaigns]


class _Clock:
    """Commits progress, and knows when the worker or the person has waited long enough."""

    def __init__(self, env, campaigns, deadline):
        self.env = env
        self.campaigns = campaigns
        self.has_deadline = deadline is not None
        self.deadline = deadline or float("inf")
        self.seconds_left = float("inf")

    def is_recent(self, moment):
        """Whether a click needn't bring again what is as of ``moment``."""
        return bool(self.has_deadline and moment and moment > fields.Datetime.now() - RECENT)

    @property
    def is_up(self):
        """Whether the run ends with the page or campaign at hand."""
        return not self.seconds_left or time.monotonic() > self.deadline

    def tick(self):
        """After a page: commit, and ask how long the worker may go on."""
        self.seconds_left = transaction.commit_progress(self.env, 1, self.campaigns)

    def campaign_done(self):
        """After a campaign: the same, with one less to do."""
        self.campaigns -= 1
        self.tick()


def _pull_campaign(campaign, client, result, clock):
    if clock.is_recent(campaign.cm_statistics_at):
        result.is_recent = True
        return
    _pull_figures(campaign, client)


def _pull_figures(campaign, client):
    figures = client.campaign_statistics(campaign.cm_external_id)
    transaction.write_durably(campaign.env, lambda: campaign._cm_store_statistics(figures))


def _pull_recipients(campaign, client, result, clock):
    """Page by page from where the last run broke off; a page and its number in one commit.

    One that can't be used stops no other one. The next run begins with it.
    """
    page = campaign.cm_recipient_statistics_page
    if not page and clock.is_recent(campaign.cm_recipient_statistics_at):
        result.is_recent = True
        return
    _begin(campaign)
    ask = partial(
        client.iter_campaign_recipient_pages,
        campaign.cm_external_id,
        updated_after=aware(campaign.cm_recipient_statistics_after),
    )
    number, errors = campaign.cm_recipient_statistics_page, []
    while number and len(errors) < BROKEN_PAGES_THAT_STOP and not clock.is_up:
        try:
            for page in ask(start_page=number):
                _look_how_many_were_sent(campaign, client, page)
                _store_page(campaign, page, result, is_complete=not errors)
                clock.tick()
                number = 0 if page.is_last else page.number + 1
                if clock.is_up:
                    break
        except TooManyRows:
            transaction.rollback(campaign.env)
            transaction.write_durably(campaign.env, partial(_begin_anew_next_time, campaign))
            raise
        except InvalidAnswer as error:
            transaction.rollback(campaign.env)
            errors.append(error)
            number += 1
    if errors:
        raise errors[0]
    result.waiting = bool(campaign.cm_recipient_statistics_page)


def _look_how_many_were_sent(campaign, client, page):
    """Where more seem to have left than got the mail: the figure may be older than the launch.

    Or none was told yet.
    """
    pulled_at = campaign.cm_statistics_at
    if pulled_at and pulled_at > fields.Datetime.now() - FIGURES_ARE_FRESH:
        return
    told = unsubscribes_told(campaign, page.items)
    if told and opt_outs.strangers_beyond_figure(campaign, told):
        transaction.commit(campaign.env)
        _pull_figures(campaign, client)


def _store_page(campaign, page, result, is_complete):
    applied = transaction.write_durably(campaign.env, lambda: _apply(campaign, page, is_complete))
    result.counts["rows"] += applied.changed
    result.counts["skipped_rows"] += page.skipped
    result.counts["unknown_addresses"] += applied.unknown


def _begin(campaign):
    if not campaign.cm_recipient_statistics_page:
        values = {
            "cm_recipient_statistics_page": 1,
            "cm_recipient_statistics_started_at": fields.Datetime.now(),
            "cm_recipient_statistics_requested": False,
            "cm_skipped_rows": 0,
        }
        if forget_addresses_that_became_known(campaign):
            # What they did before they were recipients comes only with all rows.
            values["cm_recipient_statistics_after"] = False
        transaction.write_durably(campaign.env, lambda: campaign.write(values))


def _begin_anew_next_time(campaign):
    campaign.cm_recipient_statistics_page = 0


def _apply(campaign, page, is_complete):
    applied = apply_page(campaign, page.items)
    if page.skipped:
        campaign.cm_skipped_rows += page.skipped
    if not is_complete:
        return applied
    if page.is_last:
        started = campaign.cm_recipient_statistics_started_at
        campaign.write(
            {
                "cm_recipient_statistics_page": 0,
                "cm_recipient_statistics_after": started - OVERLAP,
                "cm_recipient_statistics_at": started,
            }
        )
    else:
        campaign.cm_recipient_statistics_page = page.number + 1
    return applied
