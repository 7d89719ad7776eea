from datetime import timedelta

from odoo import api, fields, models
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

    hourly_used = fields.Integer("Calls this hour", compute="_compute_hourly_used")

    @api.depends("hourly_limit", "hourly_remaining", "hourly_reset_at")
    def _compute_hourly_used(self):
        now = fields.Datetime.now()
        for account in self:
            hour_runs = account.hourly_reset_at and account.hourly_reset_at > now
            used = account.hourly_limit - account.hourly_remaining
            account.hourly_used = used if hour_runs else 0

    def _may_call(self):
        """Whether a schedule may go on: no pause asked for, and the reserve is untouched."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.blocked_until and self.blocked_until > now:
            return False
        return self._is_above_reserve(
            self.hourly_limit, self.hourly_remaining, self.hourly_reset_at
        )

    def _is_above_reserve(self, limit, remaining, reset_at, calls=0):
        """Whether the schedules may use one more call.

        :param limit: calls allowed in an hour, ``remaining`` of them left until ``reset_at``
        :param calls: calls of this run, which the month's count doesn't have yet
        """
        kept = self.reserve_percent / 100
        hour_runs = reset_at and reset_at > fields.Datetime.now()
        if hour_runs and limit and (remaining or 0) <= limit * kept:
            return False
        month_runs = self.month == fields.Date.today().replace(day=1)
        month_calls = calls + (self.month_calls if month_runs else 0)
        return month_calls < self.monthly_limit * (1 - kept)

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

        not_launched = Domain("cm_sent_at", "=", False)
        if not self.frequent_days:
            return asked_before(minutes=30)
        return (
            (started_after(self.frequent_days) & asked_before(minutes=30))
            | (started_after(self.regular_days) & asked_before(hours=6))
            # However long a draft waited: nobody tells us when it is launched.
            | ((started_after(self.daily_days) | not_launched) & asked_before(days=1))
        )
