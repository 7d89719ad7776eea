from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

SLACK = timedelta(minutes=2)


class CampaignMasterAccount(models.Model):
    """Calls that the account has left, and how often the schedules may ask for statistics."""

    _inherit = "campaign.master.account"

    monthly_limit = fields.Integer(
        "Calls per month", default=50000, help="Agreed with Campaign Master; 50,000 by default."
    )
    reserve_percent = fields.Integer(
        "Reserve (%)",
        default=10,
        help="The part of the hourly and of the monthly calls that the schedules leave for "
        "people at the screen.",
    )
    blocked_until = fields.Datetime(
        readonly=True, copy=False, help="Campaign Master asked for a pause until then."
    )
    frequent_days = fields.Integer(
        "Every 30 minutes until day",
        default=7,
        help="How many days after the launch the statistics are asked for every 30 minutes. "
        "0 means always.",
    )
    regular_days = fields.Integer("Every 6 hours until day", default=30)
    daily_days = fields.Integer(
        "Daily until day", default=90, help="After that, statistics are updated by hand."
    )

    def _may_call(self):
        """Whether a schedule may go on: no pause asked for, and the reserve is untouched."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.blocked_until and self.blocked_until > now:
            return False
        kept = self.reserve_percent / 100
        hour_runs = self.hourly_reset_at and self.hourly_reset_at > now
        if hour_runs and self.hourly_limit and self.hourly_remaining <= self.hourly_limit * kept:
            return False
        month_runs = self.month == fields.Date.today().replace(day=1)
        return not (month_runs and self.month_calls >= self.monthly_limit * (1 - kept))

    def _due_by_age(self, last_field):
        """Domain of the campaigns whose statistics are due: old ones are asked less often.

        :param last_field: the field that says when they were asked last
        """
        self.ensure_one()
        now = fields.Datetime.now()

        def asked_before(**interval):
            before = now - timedelta(**interval) + SLACK
            return Domain(last_field, "=", False) | Domain(last_field, "<=", before)

        def started_after(days):
            start = now - timedelta(days=days)
            return Domain("cm_sent_at", ">=", start) | (
                Domain("cm_sent_at", "=", False) & Domain("cm_synced_at", ">=", start)
            )

        if not self.frequent_days:
            return asked_before(minutes=30)
        return (
            (started_after(self.frequent_days) & asked_before(minutes=30))
            | (started_after(self.regular_days) & asked_before(hours=6))
            | (started_after(self.daily_days) & asked_before(days=1))
        )
