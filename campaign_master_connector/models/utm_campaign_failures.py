from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
# As long smaller batches are sent after one that was too large.
SMALLER_BATCHES = timedelta(days=1)


def _kind(purpose):
    """What fails or goes well together: the click and the schedule push the same recipients."""
    return "sync" if purpose == "recipients" else purpose


class UtmCampaign(models.Model):
    """What is wrong with a campaign, since when, and when it is tried again.

    A run that goes well clears what runs of its kind left, and waits for none of another kind:
    the statistics of a campaign whose list is gone go on, and don't hide that it is gone.
    """

    _inherit = "utm.campaign"

    cm_sync_error = fields.Char("Problem", readonly=True, copy=False)
    cm_failed_kind = fields.Char(readonly=True, copy=False)
    cm_failed_since = fields.Datetime("Problem since", readonly=True, copy=False)
    cm_failure_count = fields.Integer(readonly=True, copy=False, aggregator=None)
    cm_retry_at = fields.Datetime("Not tried before", readonly=True, copy=False)
    cm_largest_batch = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="How many recipients Campaign Master takes at once, as far as it refused more.",
    )
    cm_largest_batch_until = fields.Datetime(readonly=True, copy=False)
    cm_problem = fields.Char("Problems", compute="_compute_cm_problem")
    cm_next_attempt_at = fields.Datetime(
        "Next attempt", compute="_compute_cm_next_attempt_at", compute_sudo=True
    )

    @api.depends("cm_addition_problem", "cm_sync_error")
    def _compute_cm_problem(self):
        for campaign in self:
            problems = (campaign.cm_addition_problem, campaign.cm_sync_error)
            campaign.cm_problem = "\n".join(filter(None, problems)) or False

    @api.depends("cm_retry_at", "cm_account_id.blocked_until", "cm_account_id.connection_state")
    def _compute_cm_next_attempt_at(self):
        """Empty where nothing is tried by itself: until somebody mends the account, say."""
        for campaign in self:
            account = campaign.cm_account_id
            will_be = campaign.cm_retry_at and account and not account._obstacle()
            moments = filter(None, (campaign.cm_retry_at, account.blocked_until))
            campaign.cm_next_attempt_at = will_be and max(moments)

    def _cm_record_failure(self, purpose, problem, is_retried=True):
        """Remember what is wrong, since when, and when it is tried again: ever more seldom."""
        now = fields.Datetime.now()
        if not is_retried:
            self.cm_sync_requested = False
        # A schedule comes back to what was asked for, and to what is in Campaign Master.
        is_retried = is_retried or bool(self.cm_external_id)
        delay = min(FIRST_RETRY * 2 ** min(self.cm_failure_count, 16), LAST_RETRY)
        self.write(
            {
                "cm_sync_error": problem,
                "cm_failed_kind": _kind(purpose),
                "cm_failed_since": self.cm_failed_since or now,
                "cm_failure_count": self.cm_failure_count + 1,
                "cm_retry_at": is_retried and now + delay,
            }
        )

    def _cm_values_without_problem(self, purpose):
        """Values after a good run; a problem of another kind of run stays."""
        if self.cm_failed_kind and self.cm_failed_kind != _kind(purpose):
            return {}
        return {
            "cm_sync_error": False,
            "cm_failed_kind": False,
            "cm_failed_since": False,
            "cm_failure_count": 0,
            "cm_retry_at": False,
        }

    def _cm_domain_not_waiting(self, purpose):
        """Campaigns whose next attempt at ``purpose`` isn't put off."""
        return (
            Domain("cm_retry_at", "=", False)
            | Domain("cm_retry_at", "<=", "now")
            | Domain("cm_failed_kind", "!=", _kind(purpose))
        )

    def _cm_others_went_through(self):
        """Whether another campaign of the account was pushed well since this one fails."""
        return bool(
            self.cm_failed_since
            and self.search_count(
                Domain("cm_account_id", "=", self.cm_account_id.id)
                & Domain("id", "!=", self.id)
                & Domain("cm_synced_at", ">", self.cm_failed_since),
                limit=1,
            )
        )

    def _cm_batch_limit(self):
        """How many recipients may be sent at once, 0 where nothing is known of a limit."""
        until = self.cm_largest_batch_until
        return self.cm_largest_batch if until and until > fields.Datetime.now() else 0

    def _cm_limit_batches(self, largest):
        """Send no more than ``largest`` at once for a while, after more were too many."""
        self.write(
            {
                "cm_largest_batch": largest,
                "cm_largest_batch_until": fields.Datetime.now() + SMALLER_BATCHES,
            }
        )
