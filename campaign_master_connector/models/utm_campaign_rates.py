from odoo import api, fields, models
from odoo.tools import SQL

# What each rate counts, per successful e-mail.
COUNTED_BY_RATE = {
    "cm_unsubscribe_rate": "cm_total_unsubscribes",
    "cm_click_rate": "cm_total_clicks",
    "cm_open_rate": "cm_total_opens",
}


class UtmCampaign(models.Model):
    """What follows from a campaign's figures: e-mails that arrived, and rates in per cent."""

    _inherit = "utm.campaign"

    cm_total_bounces = fields.Integer(
        "Total Bounces", compute="_compute_cm_rates", store=True, help="Hard and soft bounces."
    )
    cm_successful_emails = fields.Integer(
        "Successful Emails",
        compute="_compute_cm_rates",
        store=True,
        help="E-mails sent less all bounces.",
    )
    cm_unsubscribe_rate = fields.Float(
        "Unsubscribe Percentage",
        compute="_compute_cm_rates",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="All unsubscribes per successful e-mail, in per cent.",
    )
    cm_click_rate = fields.Float(
        "Click Rate",
        compute="_compute_cm_rates",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="All clicks (not the unique ones) per successful e-mail, in per cent.",
    )
    cm_open_rate = fields.Float(
        "Open Rate",
        compute="_compute_cm_rates",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="All opens (not the unique ones) per successful e-mail, in per cent.",
    )

    @api.depends("cm_hard_bounces", "cm_soft_bounces", "cm_emails_sent", *COUNTED_BY_RATE.values())
    def _compute_cm_rates(self):
        for campaign in self:
            campaign.cm_total_bounces = campaign.cm_hard_bounces + campaign.cm_soft_bounces
            successful = campaign.cm_emails_sent - campaign.cm_total_bounces
            campaign.cm_successful_emails = successful
            for rate, counted in COUNTED_BY_RATE.items():
                campaign[rate] = 100 * campaign[counted] / successful if successful > 0 else 0

    def _read_group_select(self, aggregate_spec, query):
        """The rate of several campaigns is that of all their e-mails: a large one weighs more."""
        name, _colon, aggregator = aggregate_spec.partition(":")
        if aggregator != "avg" or name not in COUNTED_BY_RATE:
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            """
            COALESCE(100 * (SUM(%(counted)s) FILTER (WHERE %(successful)s > 0))::float
                         / SUM(%(successful)s) FILTER (WHERE %(successful)s > 0), 0)
            """,
            counted=self._field_to_sql(self._table, COUNTED_BY_RATE[name], query),
            successful=self._field_to_sql(self._table, "cm_successful_emails", query),
        )
