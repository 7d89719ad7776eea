"""Runs that bring statistics: of campaigns one call each, of recipients a page at a time."""

import time
from datetime import timedelta
from functools import partial

from odoo import fields

from ..campaign_master_api import InvalidAnswer
from . import transaction
from .account_session import AT_THE_SCREEN, BACKGROUND, AccountSession
from .campaign_run import CampaignResult, CampaignRun
from .moments import aware
from .recipient_statistics import apply_page, forget_addresses_that_became_known
from .sentences import in_the_readers_language

SECONDS_AT_THE_SCREEN = 15.0
# Rows that changed while the last run was under way, or on a clock that is a little off.
OVERLAP = timedelta(minutes=15)
# A page can be broken by one of its rows; several are the server's own trouble.
BROKEN_PAGES_THAT_STOP = 3


def run_campaign_statistics(campaigns, at_the_screen=False):
    """Pull the thirteen figures and the state of each campaign, a call each.

    :return: [`CampaignResult`]
    """
    return _run(campaigns, "campaign_statistics", _pull_campaign, at_the_screen)


def run_recipient_statistics(campaigns, at_the_screen=False):
    """Pull what the recipients of each campaign did since the last complete run.

    :return: [`CampaignResult`]
    """
    return _run(campaigns, "recipient_statistics", _pull_recipients, at_the_screen)


def _run(campaigns, purpose, pull, at_the_screen):
    synced = campaigns.filtered("cm_external_id")
    seconds = SECONDS_AT_THE_SCREEN if at_the_screen else float("inf")
    clock = _Clock(campaigns.env, len(synced), time.monotonic() + seconds)
    results = []
    for account, group in synced.grouped("cm_account_id").items():
        account, group = in_the_readers_language(account, group)
        if obstacle := account._obstacle():
            results += [CampaignResult(campaign, problem=obstacle) for campaign in group]
            continue
        with AccountSession(account, AT_THE_SCREEN if at_the_screen else BACKGROUND) as session:
            run = CampaignRun(session, purpose)
            for campaign in group:
                if run.stopped_by or clock.is_up:
                    break
                run.work_on(campaign, partial(pull, clock=clock))
                clock.campaign_done()
            run.finish()
        results += run.results.values()
    return results


class _Clock:
    """Commits progress, and knows when the worker or the person has waited long enough."""

    def __init__(self, env, campaigns, deadline):
        self.env = env
        self.campaigns = campaigns
        self.deadline = deadline
        self.seconds_left = float("inf")

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
    figures = client.campaign_statistics(campaign.cm_external_id)
    transaction.write_durably(campaign.env, lambda: campaign._cm_store_statistics(figures))


def _pull_recipients(campaign, client, result, clock):
    """Page by page from where the last run broke off; a page and its number in one commit.

    One that can't be used stops no other one. The next run begins with it.
    """
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
                _store_page(campaign, page, result, is_complete=not errors)
                clock.tick()
                number = 0 if page.is_last else page.number + 1
                if clock.is_up:
                    break
        except InvalidAnswer as error:
            transaction.rollback(campaign.env)
            errors.append(error)
            number += 1
    if errors:
        raise errors[0]
    if campaign.cm_recipient_statistics_page:
        campaign._cm_trigger_recipient_statistics()


def _store_page(campaign, page, result, is_complete):
    applied = transaction.write_durably(campaign.env, lambda: _apply(campaign, page, is_complete))
    result.counts["rows"] += applied.changed
    result.counts["unknown_addresses"] += applied.unknown


def _begin(campaign):
    if not campaign.cm_recipient_statistics_page:
        values = {
            "cm_recipient_statistics_page": 1,
            "cm_recipient_statistics_started_at": fields.Datetime.now(),
        }
        if forget_addresses_that_became_known(campaign):
            # What they did before they were recipients comes only with all rows.
            values["cm_recipient_statistics_after"] = False
        transaction.write_durably(campaign.env, lambda: campaign.write(values))


def _apply(campaign, page, is_complete):
    applied = apply_page(campaign, page.items)
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
