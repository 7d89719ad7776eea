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
    the statistics of a campaign whose list is gone go on, and don't hide that it is gone. What was
    wrong with the server or the account is over as soon as any run goes well.
    """

    _inherit = "utm.campaign"

    cm_sync_error = fields.Char("Problem", readonly=True, copy=False)
    cm_failed_kind = fields.Char("Kind of the problem", readonly=True, copy=False)
    cm_failed_with_account = fields.Boolean(
        "Problem of the whole account", readonly=True, copy=False
    )
    cm_failed_since = fields.Datetime("Problem since", readonly=True, copy=False)
    cm_failure_count = fields.Integer("Failed attempts", readonly=True, copy=False, aggregator=None)
    cm_retry_at = fields.Datetime("Not tried before", readonly=True, copy=False)
    cm_largest_batch = fields.Integer(
        "Largest batch",
        readonly=True,
        copy=False,
        aggregator=None,
        help="How many recipients Campaign Master takes at once, as far as it refused more.",
    )
    cm_largest_batch_until = fields.Datetime("Largest batch until", readonly=True, copy=False)
    cm_problem = fields.Char("Problems", compute="_compute_cm_problem", compute_sudo=True)
    cm_next_attempt_at = fields.Datetime(
        "Next attempt", compute="_compute_cm_next_attempt_at", compute_sudo=True
    )

    _cm_failed_sync_idx = models.Index("(id) WHERE cm_failed_kind = 'sync'")

    @api.depends("cm_addition_problem", "cm_sync_error")
    def _compute_cm_problem(self):
        for campaign in self:
            problems = (campaign.cm_addition_problem, campaign.cm_sync_error)
            campaign.cm_problem = "\n".join(filter(None, problems)) or False

    @api.depends(
        "cm_failed_kind",
        "cm_paused",
        "cm_retry_at",
        "cm_account_id.blocked_until",
        "cm_account_id.connection_state",
    )
    def _compute_cm_next_attempt_at(self):
        """Empty where nothing is tried by itself: until somebody mends the account, say."""
        for campaign in self:
            account = campaign.cm_account_id
            is_held = campaign.cm_paused and campaign.cm_failed_kind == "sync"
            will_be = campaign.cm_retry_at and account and not account._obstacle() and not is_held
            moments = filter(None, (campaign.cm_retry_at, account.blocked_until))
            campaign.cm_next_attempt_at = will_be and max(moments)

    def _cm_record_failure(
        self, purpose, problem, is_retried=True, of_account=False, refusal=False
    ):
        """Remember what is wrong, since when, and when it is tried again: ever more seldom.

        :param of_account: whether it is wrong with the server or the account, not the campaign
        :param refusal: as of `_cm_refusal_of`
        """
        now = fields.Datetime.now()
        if not is_retried:
            self.cm_sync_requested = False
        # A schedule comes back to what was asked for, and to what is in Campaign Master.
        is_retried = is_retried or bool(self.cm_external_id)
        # What another kind of run couldn't do before says nothing of this one.
        goes_on = self.cm_failed_kind == _kind(purpose)
        count = self.cm_failure_count if goes_on else 0
        delay = min(FIRST_RETRY * 2 ** min(count, 16), LAST_RETRY)
        self.write(
            {
                "cm_sync_error": problem,
                "cm_failed_kind": _kind(purpose),
                "cm_failed_with_account": of_account,
                "cm_refusal": refusal,
                "cm_failed_since": (goes_on and self.cm_failed_since) or now,
                "cm_failure_count": count + 1,
                "cm_retry_at": is_retried and now + delay,
            }
        )

    def _cm_values_without_problem(self, purpose):
        """Values after a good run; what another kind of run found wrong with the campaign stays."""
        is_another = self.cm_failed_kind and self.cm_failed_kind != _kind(purpose)
        if is_another and not self.cm_failed_with_account:
            return {}
        return {
            "cm_sync_error": False,
            "cm_failed_kind": False,
            "cm_failed_with_account": False,
            "cm_refusal": False,
            "cm_failed_since": False,
            "cm_failure_count": 0,
            "cm_retry_at": False,
        }

    def _cm_try_sync_at_once(self):
        """Somebody asked for a sync: it doesn't wait, but the next attempt at others stays due."""
        self.filtered(lambda campaign: campaign.cm_failed_kind in (False, "sync")).write(
            {"cm_retry_at": False}
        )

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
