from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..campaign_master_api import CampaignStatus
from ..services import recipient_review, transaction
from ..services.campaign_run import on_its_own
from ..services.moments import naive
from ..services.statistics_run import (
    run_at_the_screen,
    run_campaign_statistics,
    run_recipient_statistics,
)
from .ir_cron import FIGURES_CRON, MORNING_CRON

# Each is the field `cm_<name>`.
FIGURES = (
    "hard_bounces",
    "soft_bounces",
    "total_unsubscribes",
    "total_clicks",
    "unique_clicks",
    "emails_sent",
    "confirmed_total_views",
    "total_forwards",
    "unique_forwards",
    "no_recorded_activity",
    "total_opens",
    "unique_opens",
)
# No campaign of Odoo's was launched longer ago; a date that can't be would end its statistics.
LONGEST_CAREER = timedelta(days=10 * 366)


class Schedule(NamedTuple):
    """What brings one kind of statistics, and the fields that say when it was and is wanted."""

    cron: str
    last_field: str
    requested_field: str


SCHEDULES = {
    "campaign_statistics": Schedule(
        FIGURES_CRON,
        "cm_statistics_at",
        "cm_statistics_requested",
    ),
    "recipient_statistics": Schedule(
        MORNING_CRON, "cm_recipient_statistics_at", "cm_recipient_statistics_requested"
    ),
}
# Shown where Settings say so.
EXTENDED_FIGURES = {
    "cm_confirmed_total_views",
    "cm_no_recorded_activity",
    "cm_reported_open_rate",
    "cm_total_forwards",
    "cm_total_opens",
    "cm_unique_forwards",
    "cm_unique_opens",
}


class UtmCampaign(models.Model):
    """The figures of a campaign, as Campaign Master counts them, and when they are pulled."""

    _inherit = "utm.campaign"

    cm_emails_sent_is_told = fields.Boolean("No. of Emails Sent is told", readonly=True, copy=False)
    cm_hard_bounces = fields.Integer("Hard Bounces", readonly=True, copy=False)
    cm_soft_bounces = fields.Integer("Soft Bounces", readonly=True, copy=False)
    cm_total_unsubscribes = fields.Integer("Total Unsubscribes", readonly=True, copy=False)
    cm_total_clicks = fields.Integer("Total Clicks", readonly=True, copy=False)
    cm_unique_clicks = fields.Integer("Unique Clicks", readonly=True, copy=False)
    cm_emails_sent = fields.Integer("No. of Emails Sent", readonly=True, copy=False)
    cm_confirmed_total_views = fields.Integer("Confirmed Total Views", readonly=True, copy=False)
    cm_total_forwards = fields.Integer("Total Forwards", readonly=True, copy=False)
    cm_unique_forwards = fields.Integer("Unique Forwards", readonly=True, copy=False)
    cm_no_recorded_activity = fields.Integer("No Record Activity Total", readonly=True, copy=False)
    cm_total_opens = fields.Integer("Total Opens", readonly=True, copy=False)
    cm_unique_opens = fields.Integer("Unique Opens", readonly=True, copy=False)
    cm_reported_open_rate = fields.Float(
        "Open Rate %", readonly=True, copy=False, digits=(5, 2), aggregator="avg"
    )
    cm_statistics_at = fields.Datetime("Statistics as of", readonly=True, copy=False)
    cm_status_text = fields.Char(
        "Status in Campaign Master",
        readonly=True,
        copy=False,
        help="Campaign Master's own word for where the campaign stands, if Odoo has none for it.",
    )
    cm_statistics_requested = fields.Boolean("Statistics requested", readonly=True, copy=False)

    cm_show_extended_statistics = fields.Boolean(
        "Shows extended statistics",
        compute="_compute_cm_show_extended_statistics",
        compute_sudo=True,
    )

    @api.depends("cm_account_id.show_extended_statistics")
    def _compute_cm_show_extended_statistics(self):
        for campaign in self:
            campaign.cm_show_extended_statistics = (
                campaign.cm_effective_account_id.show_extended_statistics
            )

    def _cm_store_statistics(self, figures):
        """Write what differs from the `CampaignStatistics` just pulled, and when it was pulled.

        What isn't told, or can't be read, stays as it was known.
        """
        self.ensure_one()
        values = {f"cm_{name}": getattr(figures, name) for name in FIGURES}
        values["cm_reported_open_rate"] = figures.open_rate
        told = {name: value for name, value in values.items() if value is not None}
        told["cm_emails_sent_is_told"] = figures.emails_sent is not None
        told |= self._cm_values_of_status(figures)
        told["cm_statistics_requested"] = False
        changed = {name: value for name, value in told.items() if self[name] != value}
        self.write({**changed, "cm_statistics_at": fields.Datetime.now()})

    def _cm_values_of_status(self, remote):
        """What ``remote``, a campaign or its figures, tells of how far the campaign is.

        A word that nobody knows is kept beside the last state that was known.
        """
        sent_at = naive(remote.sent_at)
        if sent_at and abs(sent_at - fields.Datetime.now()) > LONGEST_CAREER:
            sent_at = None
        values = {"cm_sent_at": sent_at} if sent_at else {}
        if remote.status is not CampaignStatus.UNKNOWN:
            return {**values, "cm_state": remote.status.value, "cm_status_text": False}
        if self.cm_state == "not_synced":
            values["cm_state"] = "sent" if sent_at else "draft"
        return {**values, "cm_status_text": remote.status_text or False}

    def action_cm_update_statistics(self):
        """Pull the figures of the campaigns and of their recipients now, as far as time allows."""
        self._cm_check_access("write")
        campaigns = self._cm_each_once()
        return campaigns._cm_statistics_notification(run_at_the_screen(campaigns.sudo()))

    def _cm_request_statistics(self, purpose):
        """Have the schedule bring at once what a click had no time for, however old it is.

        :param purpose: a key of ``SCHEDULES``
        """
        self.write({SCHEDULES[purpose].requested_field: True})
        self._cm_trigger_statistics(purpose)

    def _cm_trigger_statistics(self, purpose):
        self.env["ir.cron"]._cm_trigger(SCHEDULES[purpose].cron)

    @api.model
    def _cron_cm_update_campaign_statistics(self):
        """Every 30 minutes: the figures of the campaigns that are due.

        Also lets duplicates go on, which takes a look at all of them: too much for each minute.
        """
        synced = SQL("campaign.active AND campaign.cm_external_id IS NOT NULL")
        release = partial(recipient_review.release_duplicates, self.env, synced)
        on_its_own(self.browse(), "sync", partial(transaction.write_durably, self.env, release))
        run_campaign_statistics(transaction.of_schedule(self.sudo())._cm_due_for_statistics())

    @api.model
    def _cron_cm_update_recipient_statistics(self):
        """Every morning: what each recipient did, as far as it changed since the last run."""
        running = transaction.of_schedule(self.sudo())
        run_recipient_statistics(running._cm_due_for_recipient_statistics())

    def _cm_due_for_statistics(self):
        """Synced campaigns whose figures are due by age; the longest waiting first."""
        return self._cm_due("campaign_statistics", lambda account: account._due_by_age())

    def _cm_due_for_recipient_statistics(self):
        """Synced campaigns of the companies whose morning it is; the longest waiting first."""
        return self._cm_due("recipient_statistics", lambda account: account._due_in_the_morning())

    def _cm_due(self, purpose, domain_of):
        campaigns = self.browse()
        for account in self.env["campaign.master.account"]._ready_for_schedules():
            due = partial(self._cm_due_of, account, purpose, domain_of)
            campaigns |= on_its_own(self.browse(), purpose, due) or self.browse()
        # Also across companies: a run that is cut off and begins anew reaches the last of them.
        last = SCHEDULES[purpose].last_field
        return campaigns.sorted(lambda campaign: (campaign[last] or datetime.min, campaign.id))

    def _cm_due_of(self, account, purpose, domain_of):
        schedule = SCHEDULES[purpose]
        return self.search(
            Domain("cm_account_id", "=", account.id)
            & Domain("cm_external_id", "!=", False)
            & self._cm_domain_not_waiting(purpose)
            & (Domain(schedule.requested_field, "=", True) | domain_of(account)),
            order="id",
        )

    @api.model
    def _cm_request_all_statistics(self, purpose):
        """Mark those that the schedule cares for by their age, though it isn't their time yet."""
        for account in self.env["campaign.master.account"]._ready_for_schedules():
            campaigns = self.search(
                Domain("cm_account_id", "=", account.id)
                & Domain("cm_external_id", "!=", False)
                & account._of_interest()
            )
            campaigns.write({SCHEDULES[purpose].requested_field: True})
            put_off = campaigns.filtered(lambda campaign: campaign.cm_failed_kind == purpose)
            put_off.write({"cm_retry_at": False})
