from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.fields import Domain

from ..services import waiting_recipients
from ..services.moments import moment_for
from ..services.recipient_push import BATCH_SIZE

SLACK = timedelta(minutes=2)

# Pacing, while the month runs ahead of its calls: how often a schedule may ask about a campaign at
# the most, from the part of the calls left that it gets. The rest is for forms and people's clicks.
PART_OF_CALLS_LEFT = {"recipients": 0.5, "campaign_statistics": 0.25, "recipient_statistics": 0.125}
# Calls that a month may be ahead of an even use, as a part of all: what a day and a half takes.
HEAD_START = 0.05
# People's clicks: of the hour's calls half, however often somebody clicks, and so many at once as
# they have in some minutes.
PART_FOR_CLICKS = 0.5
MINUTES_AT_ONCE = 5
LEAST_AT_ONCE = 50
DOCUMENTED_HOURLY_LIMIT = 5000
# However old a draft is: nobody else tells that it was launched at last.
DRAFT_INTERVAL = timedelta(days=7)


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
    pause_probes = fields.Integer(
        readonly=True,
        copy=False,
        help="How often a pause whose end Campaign Master didn't tell was probed with a call.",
    )
    frequent_minutes = fields.Integer(
        "At first every (minutes)",
        default=30,
        help="How long statistics of a campaign that was just launched are left alone. The "
        "schedule runs every 30 minutes: for less, let it run more often.",
    )
    frequent_days = fields.Integer(
        "At first until day",
        default=7,
        help="How many days after the launch the statistics are asked for most often. "
        "0 means always.",
    )
    regular_hours = fields.Integer("Then every (hours)", default=6)
    regular_days = fields.Integer("Then until day", default=30)
    daily_hours = fields.Integer("At last every (hours)", default=24)
    daily_days = fields.Integer(
        "At last until day",
        default=90,
        help="After that, statistics are updated by hand. A draft that hasn't changed for so many "
        "days is asked about once a week, so that a late launch is noticed.",
    )

    _periods_positive = models.Constraint(
        "CHECK(frequent_minutes > 0 AND regular_hours > 0 AND daily_hours > 0)",
        "Between two updates of statistics there must be at least a minute or an hour.",
    )

    # Of people's clicks: falls by itself, as fast as they may be made in the long run.
    click_calls = fields.Float(readonly=True, copy=False)
    click_calls_at = fields.Datetime(readonly=True, copy=False)

    hourly_used = fields.Integer("Calls this hour", compute="_compute_hourly_used")

    @api.depends("hourly_limit", "hourly_remaining", "hourly_reset_at")
    def _compute_hourly_used(self):
        now = fields.Datetime.now()
        for account in self:
            hour_runs = account.hourly_reset_at and account.hourly_reset_at > now
            used = account.hourly_limit - account.hourly_remaining
            account.hourly_used = used if hour_runs else 0

    def _is_paused(self):
        """Whether Campaign Master asked for a pause that isn't over."""
        return bool(self.blocked_until) and self.blocked_until > fields.Datetime.now()

    def _click_calls_a_second(self):
        return (self.hourly_limit or DOCUMENTED_HOURLY_LIMIT) * PART_FOR_CLICKS / 3600

    def _click_calls_now(self):
        """Calls of people's clicks that count as made just now."""
        if not self.click_calls_at:
            return 0
        passed = (fields.Datetime.now() - self.click_calls_at).total_seconds()
        return max(0, self.click_calls - passed * self._click_calls_a_second())

    def _clicks_go_on_at(self, calls=0):
        """When people's clicks may make calls again, to the minute; None while they may.

        :param calls: calls of this click, which the count doesn't have yet
        """
        rate = self._click_calls_a_second()
        at_once = max(LEAST_AT_ONCE, rate * 60 * MINUTES_AT_ONCE)
        used = self._click_calls_now() + calls
        if used < at_once:
            return None
        minutes = ceil((used - at_once) / rate / 60) + 1
        return fields.Datetime.now().replace(second=0) + timedelta(minutes=minutes)

    def _pause_sentence(self):
        """Until when Campaign Master asked for a pause, for who reads it now; empty without one.

        It is told beside the problems that are stored, which are read in several time zones.
        """
        if not self._is_paused():
            return ""
        return self.env._("It answers again at %s.", moment_for(self.env, self.blocked_until))

    def _may_call(self):
        """Whether a schedule may go on: no pause asked for, and the reserve is untouched."""
        self.ensure_one()
        if self._is_paused():
            return False
        return self._is_above_reserve(
            self.hourly_limit, self.hourly_remaining, self.hourly_reset_at
        )

    def _is_above_reserve(self, limit, remaining, reset_at, calls=0):
        """Whether the schedules may use one more call.

        :param limit: calls allowed in an hour, ``remaining`` of them left until ``reset_at``;
            none of them holds back where one isn't known
        :param calls: calls of this run, which the month's count doesn't have yet
        """
        hour_runs = reset_at and reset_at > fields.Datetime.now()
        if hour_runs and limit and remaining <= limit * self.reserve_percent / 100:
            return False
        return self._month_is_above_reserve(calls)

    def _month_is_above_reserve(self, calls=0):
        month_runs = self.month == fields.Date.today().replace(day=1)
        month_calls = calls + (self.month_calls if month_runs else 0)
        return month_calls < self.monthly_limit * (1 - self.reserve_percent / 100)

    def _calls_again_at(self):
        """When the schedules may call again, while they may not: the pause, month or hour ends."""
        if self._is_paused():
            return self.blocked_until
        if not self._month_is_above_reserve():
            return fields.Datetime.end_of(fields.Datetime.now(), "month") + timedelta(seconds=1)
        return self.hourly_reset_at

    def _why_recipients_wait(self, campaign):
        """Why the schedule leaves the recipients of ``campaign`` for later, and for when.

        :return: a sentence, empty where they don't wait for calls
        """
        self.ensure_one()
        if not self._may_call():
            return self.env._(
                "They wait: what is left of Campaign Master's calls is kept for people at the "
                "screen. The background goes on at %s.",
                moment_for(self.env, self._calls_again_at()),
            )
        if campaign in self._may_push_now(campaign):
            return ""
        return self.env._(
            "They wait to be sent together with others, so that the calls last until the end of "
            "the month. The background goes on at %s; a sync by hand doesn't wait.",
            moment_for(self.env, campaign.cm_synced_at + self._pace("recipients")),
        )

    def _pace(self, purpose):
        """How long the schedules leave a campaign alone between two calls for ``purpose``.

        No time at all as long as the month's calls are used no faster than evenly (with a head
        start). Else the calls that are left are shared by the time and the campaigns that are
        left: recipients get half of them, in fewer and larger batches, and statistics less.

        :param purpose: a key of ``PART_OF_CALLS_LEFT``
        :return: `timedelta`
        """
        self.ensure_one()
        now = fields.Datetime.now()
        begin, end = fields.Datetime.start_of(now, "month"), fields.Datetime.end_of(now, "month")
        usable = self.monthly_limit * (1 - self.reserve_percent / 100)
        used = self.month_calls if self.month == begin.date() else 0
        if used <= usable * (HEAD_START + (1 - HEAD_START) * self._part_of_month()):
            return timedelta()
        calls = max(1, (usable - used) * PART_OF_CALLS_LEFT[purpose])
        return (end - now) * min(1, self._campaigns_to_ask_about() / calls)

    def _part_of_month(self):
        """How much of the month is over, from 0 to 1."""
        now = fields.Datetime.now()
        begin, end = fields.Datetime.start_of(now, "month"), fields.Datetime.end_of(now, "month")
        return (now - begin) / (end - begin)

    def _campaigns_to_ask_about(self):
        """How many campaigns share the calls: those that aren't older than the schedules care."""
        start = fields.Datetime.now() - timedelta(days=self.daily_days)
        return self.env["utm.campaign"].search_count(
            Domain("cm_account_id", "=", self.id)
            & Domain("cm_external_id", "!=", False)
            & (Domain("cm_sent_at", ">=", start) | Domain("cm_synced_at", ">=", start))
        )

    def _due_by_age(self):
        """Domain of the campaigns whose figures are due: old ones are asked about less often."""
        self.ensure_one()
        pace = self._pace("campaign_statistics")

        def asked_before(interval):
            return _before("cm_statistics_at", max(interval, pace) - SLACK)

        most_often = asked_before(timedelta(minutes=self.frequent_minutes))
        if not self.frequent_days:
            return most_often
        return (
            (_started_within(self.frequent_days) & most_often)
            | (_started_within(self.regular_days) & asked_before(_hours(self.regular_hours)))
            | (_started_within(self.daily_days) & asked_before(_hours(self.daily_hours)))
            | (Domain("cm_sent_at", "=", False) & asked_before(DRAFT_INTERVAL))
        )

    def _due_in_the_morning(self):
        """Domain of the campaigns whose recipients' statistics this company's morning brings."""
        self.ensure_one()
        last_field = "cm_recipient_statistics_at"
        asked_before_this_morning = Domain(last_field, "=", False) | Domain(
            last_field, "<", self._latest_morning()
        )
        is_of_interest = (
            _started_within(self.daily_days)
            | (Domain("cm_sent_at", "=", False) & _before(last_field, DRAFT_INTERVAL - SLACK))
            if self.frequent_days
            else Domain.TRUE
        )
        # What a worker had no time left for goes on whoever's morning it is.
        return Domain("cm_recipient_statistics_page", ">", 0) | (
            asked_before_this_morning
            & is_of_interest
            & _before(last_field, self._pace("recipient_statistics"))
        )

    def _may_push_now(self, campaigns):
        """Those of ``campaigns`` whose recipients needn't wait to be bundled.

        What somebody clicked never waits, nor does what fills a batch.
        """
        pace = self._pace("recipients")
        if not pace:
            return campaigns
        pushed_before = fields.Datetime.now() - pace
        full = waiting_recipients.campaigns_with(self.env, campaigns.ids, BATCH_SIZE)
        return campaigns.filtered(
            lambda campaign: (
                campaign.cm_sync_requested
                or not campaign.cm_synced_at
                or campaign.cm_synced_at <= pushed_before
                or campaign.id in full
            )
        )


def _hours(number):
    return timedelta(hours=number)


def _before(last_field, interval):
    """Domain: never asked, or not within ``interval``."""
    return Domain(last_field, "=", False) | Domain(
        last_field, "<=", fields.Datetime.now() - interval
    )


def _started_within(days):
    """Domain: launched in the last ``days``, or still a draft and synced in them."""
    start = fields.Datetime.now() - timedelta(days=days)
    return Domain("cm_sent_at", ">=", start) | (
        Domain("cm_sent_at", "=", False) & Domain("cm_synced_at", ">=", start)
    )
