from datetime import timedelta

from odoo import fields, models

from ..services.recipient_visibility import campaigns_seen_as_a_whole
from ..services.sentences import number_for

HOURLY = timedelta(days=3)


def _without_gaps(counts, step):
    """Points from the first moment to the last, also for those at which nothing happened."""
    moments = [min(counts)]
    while moments[-1] < max(counts):
        moments.append(moments[-1] + step)
    return [[moment.isoformat(), counts.get(moment, 0)] for moment in moments]


class UtmCampaign(models.Model):
    """How far the statistics of a campaign's recipients were pulled."""

    _inherit = "utm.campaign"

    cm_recipient_statistics_at = fields.Datetime(
        "Individual statistics as of", readonly=True, copy=False
    )
    cm_recipient_statistics_after = fields.Datetime(readonly=True, copy=False)
    cm_recipient_statistics_page = fields.Integer(readonly=True, copy=False, aggregator=None)
    cm_recipient_statistics_started_at = fields.Datetime(readonly=True, copy=False)
    cm_recipient_statistics_requested = fields.Boolean(readonly=True, copy=False)
    cm_skipped_rows = fields.Integer(
        "Rows left out",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Rows of the last individual statistics whose address can't be read.",
    )
    cm_unknown_address_count = fields.Integer(
        "Unknown addresses", compute="_compute_cm_unknown_address_count"
    )

    def _compute_cm_unknown_address_count(self):
        counts = dict(
            self.env["campaign.master.unknown.address"]
            .sudo()
            ._read_group([("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"])
        )
        for campaign in self:
            campaign.cm_unknown_address_count = counts.get(campaign._origin, 0)

    def cm_statistics_charts(self):
        """What the charts of the Statistics page draw.

        :return: {"funnel": {figure: int, or False as long as it isn't known},
            "opened_by": whose figure "opened" is: "campaign", "recipients" or False for nobody's,
            "first_opens": {"unit": "hour" or "day",
            "points": [[ISO date-time in the user's time zone, int], ...]}}
        """
        self.ensure_one()
        self.check_access("read")
        opened_by = self._cm_opened_by()
        return {
            "funnel": {
                "sent": self.cm_emails_sent,
                "delivered": self.cm_successful_emails,
                "opened": self._cm_opened(opened_by),
                "clicked": self.cm_unique_clicks,
                "bounced": self.cm_total_bounces,
                "unsubscribed": self.cm_total_unsubscribes,
            },
            "opened_by": opened_by,
            "first_opens": self._cm_first_opens(),
        }

    def _cm_opened_by(self):
        """Who tells how many opened the mail: the campaign's figures where Settings show them.

        Else the recipients' own statistics, for who sees all of them.
        """
        if self.cm_show_extended_statistics:
            return "campaign"
        return "recipients" if campaigns_seen_as_a_whole(self) else False

    def _cm_opened(self, opened_by):
        if opened_by == "campaign":
            return self.cm_unique_opens
        if not opened_by or not self.cm_recipient_statistics_at:
            return False
        domain = [("campaign_id", "=", self.id), ("total_opens", ">", 0)]
        return self.env["campaign.master.recipient"].search_count(domain)

    def _cm_first_opens(self):
        """First opens by hour in the first three days after the launch, by day afterwards."""
        domain = [("campaign_id", "=", self.id), ("first_open", "!=", False)]
        recipients = self.env["campaign.master.recipient"]
        [(earliest, latest)] = recipients._read_group(
            domain, [], ["first_open:min", "first_open:max"]
        )
        if not earliest:
            return {"unit": "hour", "points": []}
        unit = "hour" if latest - earliest < HOURLY else "day"
        groups = recipients._read_group(domain, [f"first_open:{unit}"], ["__count"])
        return {"unit": unit, "points": _without_gaps(dict(groups), timedelta(**{f"{unit}s": 1}))}

    def _cm_statistics_notification(self, results):
        if problems := [self._cm_problem_now(result) for result in results if result.problem]:
            kind, sentences = "danger", self._cm_shortened(problems)
        elif refusals := [result.refusal for result in results if result.refusal]:
            kind, sentences = "warning", refusals
        elif unfinished := self._cm_unfinished_sentences(results):
            kind, sentences = "info", unfinished
        else:
            kind, sentences = "success", [self._cm_up_to_date_sentence(results)]
        action = self.env["campaign.master.account"]._notification(
            kind, "\n".join(dict.fromkeys(sentences))
        )
        action["params"]["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        return action

    def _cm_unfinished_sentences(self, results):
        """Why not all statistics are up to date now, and when they will be."""
        sentences = []
        if any(result.busy for result in results):
            sentences.append(
                self.env._("The statistics are being updated now. Please look again in a minute.")
            )
        if any(result.waiting for result in results):
            sentences.append(
                self.env._(
                    "There was no time left for all statistics now; the background brings the rest."
                )
            )
        return sentences

    def _cm_up_to_date_sentence(self, results):
        if results and all(result.is_recent for result in results):
            return self.env._("Statistics are up to date, as of a few seconds ago.")
        if campaigns_seen_as_a_whole(self) != self:
            return self.env._("Statistics are up to date.")
        rows = sum(result.counts["rows"] for result in results)
        return self.env._(
            "Statistics are up to date. Recipients changed: %s.", number_for(self.env, rows)
        )
