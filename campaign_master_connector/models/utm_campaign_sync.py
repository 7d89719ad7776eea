from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..campaign_master_api import NotFound
from ..services import recipient_review, transaction, waiting_recipients
from ..services.campaign_run import on_its_own
from ..services.campaign_sync import wire_values
from ..services.sentences import sentence_of
from ..services.sync_run import run_at_the_screen, run_of_a_minute
from .ir_cron import FURTHER_PUSH_CRONS, PUSH_CRON

REQUIRED_TO_SYNC = (
    "cm_subject",
    "cm_description",
    "cm_template_id",
    "cm_list_id",
    "cm_from_name",
    "cm_from_email",
)
# Of how many campaigns a click looks again at who was left out: of more, it takes too long.
RECONSIDERED_AT_ONCE = 100


class UtmCampaign(models.Model):
    """Sync with Campaign Master: the button, the schedule, and what they say of a campaign."""

    _inherit = "utm.campaign"

    cm_synced_at = fields.Datetime("Last sync", readonly=True, copy=False)
    cm_sync_requested = fields.Boolean("Sync requested", readonly=True, copy=False)
    cm_paused = fields.Boolean("Paused", readonly=True, copy=False)
    cm_sent_values = fields.Json("Values last sent", readonly=True, copy=False)
    cm_creation_began_at = fields.Datetime("Creation begun on", readonly=True, copy=False)
    cm_in_flight_first_id = fields.Integer(
        "First recipient under way", readonly=True, copy=False, aggregator=None
    )
    cm_in_flight_last_id = fields.Integer(
        "Last recipient under way", readonly=True, copy=False, aggregator=None
    )
    cm_missing_fields = fields.Char(
        "Missing fields", compute="_compute_cm_missing_fields", compute_sudo=True
    )

    _cm_requested_idx = models.Index("(id) WHERE cm_sync_requested")

    @api.depends(*REQUIRED_TO_SYNC)
    def _compute_cm_missing_fields(self):
        """Comma separated names of the fields that a sync needs and that are empty."""
        for campaign in self:
            missing = [name for name in REQUIRED_TO_SYNC if not campaign._cm_is_filled(name)]
            campaign.cm_missing_fields = ",".join(missing)

    def _cm_is_filled(self, name):
        value = self[name]
        return bool(value.strip() if isinstance(value, str) else value)

    def action_cm_sync(self):
        """Create or update the campaigns in Campaign Master and add their recipients.

        At most 1,000 recipients go out within the click, the rest in the background.

        :raises UserError: with every reason why a single campaign can't be synced
        :return: a notification that tells in numbers what happened
        """
        self._cm_check_access("write")
        campaigns = self._cm_each_once()
        campaigns._cm_adopt_account()
        if len(campaigns) == 1:
            campaigns._cm_check_ready()
        results = run_at_the_screen(campaigns.sudo())
        if any(result.left for result in results):
            self._cm_trigger_push()
        return campaigns._cm_sync_notification(results)

    def _cm_each_once(self):
        """A client may name one record a thousand times."""
        return self.browse(dict.fromkeys(self._ids))

    def _cm_check_ready(self):
        if reasons := self._cm_reasons_against_sync():
            raise UserError("\n".join(reasons))

    def _cm_reasons_against_sync(self):
        """Why this campaign can't be synced now, a sentence each; empty if it can."""
        self.ensure_one()
        account = self.sudo().cm_effective_account_id
        if not account:
            return [self._cm_no_account_sentence()]
        missing = [name for name in self.cm_missing_fields.split(",") if name]
        reasons = [account._obstacle(), missing and self._cm_missing_sentence(missing)]
        return [reason for reason in reasons if reason]

    def _cm_no_account_sentence(self):
        return self.env._(
            "%(company)s has no Campaign Master account. An administrator sets it up in "
            "Settings, Campaign Master.",
            company=self.env.company.name,
        )

    def _cm_missing_sentence(self, missing):
        """One sentence for all fields that are ``missing``, a non-empty list of names."""
        if len(missing) == 1:
            return self._cm_sentence_of_one_missing(*missing)
        words = {
            "cm_subject": self.env._("subject"),
            "cm_description": self.env._("description"),
            "cm_template_id": self.env._("template"),
            "cm_list_id": self.env._("list"),
            "cm_from_name": self.env._("from name"),
            "cm_from_email": self.env._("from e-mail"),
        }
        *first, last = [words[name] for name in missing]
        return self.env._(
            "Unable to create the external campaign for the following reason : "
            "Campaign %(names)s and %(last)s are required and have not been provided",
            names=", ".join(first),
            last=last,
        )

    def _cm_sentence_of_one_missing(self, name):
        names = {
            "cm_subject": self.env._("Campaign subject"),
            "cm_description": self.env._("Campaign description"),
            "cm_template_id": self.env._("Campaign template"),
            "cm_list_id": self.env._("Campaign list"),
            "cm_from_name": self.env._("Campaign from name"),
            "cm_from_email": self.env._("Campaign from e-mail"),
        }
        return self.env._(
            "Unable to create the external campaign for the following reason : "
            "%(name)s is required and has not been provided",
            name=names[name],
        )

    def _cm_sentence_of_problem(self, error):
        """One sentence about what kept this campaign from being synced, and what to do."""
        if isinstance(error, NotFound) and self._cm_is_launched():
            return self.env._(
                "Campaign Master doesn't know the campaign, its list or its template any more. "
                "Duplicate the campaign and sync the copy."
            )
        if isinstance(error, NotFound):
            return self.env._(
                "Campaign Master doesn't know the campaign, its list or its template any more. "
                "Choose another list, or duplicate the campaign and sync the copy."
            )
        return sentence_of(self.env, error)

    def _cm_record_success(self, purpose, result):
        """Clear the problem; after a sync also the request, unless there is more to send since."""
        values = self._cm_values_without_problem(purpose)
        if purpose in ("sync", "recipients"):
            values["cm_synced_at"] = fields.Datetime.now()
            values["cm_sync_counts"] = self._cm_counts_after(purpose)
            if result.values and result.values == wire_values(self):
                values["cm_sync_requested"] = False
        elif result.counts["rows"] and self.cm_sync_counts:
            values["cm_sync_counts"] = self._cm_as_the_boxes(self.cm_sync_counts)
        self.write({name: value for name, value in values.items() if self[name] != value})

    def _cm_request_sync(self):
        """Mark the campaigns so that the schedule does what the click can't do any more."""
        self.write({"cm_sync_requested": True})
        self._cm_try_sync_at_once()
        # Who is to be pushed is looked at again with each batch; a million take too long here.
        recipient_review.reconsider(
            self.env,
            SQL(
                "recipient.campaign_id IN %s AND recipient.state = 'excluded'",
                tuple(self.ids[:RECONSIDERED_AT_ONCE]),
            ),
        )

    @api.model
    def _cm_with_work(self):
        """Campaigns that the schedule has something to do for now, who waited longest first."""
        accounts = self.env["campaign.master.account"]._ready_for_schedules()
        if not accounts:
            return self.browse()
        self.flush_model()
        self.env["campaign.master.recipient"].flush_model(["campaign_id", "state"])
        now = fields.Datetime.now()
        waiting = self.browse(waiting_recipients.campaigns_with_work(self.env, accounts, now))
        ready = (
            on_its_own(group, "recipients", partial(account._may_push_now, group))
            for account, group in waiting.grouped("cm_account_id").items()
        )
        return self.browse().union(*filter(None, ready))

    def _cm_pending_count(self):
        self.ensure_one()
        return self.env["campaign.master.recipient"].search_count(
            [("campaign_id", "=", self.id), ("state", "=", "pending")]
        )

    def _cm_pending_counts(self):
        """{campaign id: number of recipients to add}, without those that have none."""
        groups = self.env["campaign.master.recipient"]._read_group(
            [("campaign_id", "in", self.ids), ("state", "=", "pending")],
            ["campaign_id"],
            ["__count"],
        )
        return {campaign.id: count for campaign, count in groups}

    def _cm_may_go_on(self):
        """Whether there is more to add; cheap for any number, which counting is not."""
        return not self.cm_paused and self._cm_has_pending()

    def _cm_has_pending(self):
        self.ensure_one()
        pending = [("campaign_id", "=", self.id), ("state", "=", "pending")]
        return bool(self.env["campaign.master.recipient"].search_count(pending, limit=1))

    def _cm_trigger_push(self):
        self.env["ir.cron"]._cm_trigger(PUSH_CRON)

    @api.model
    def _cm_trigger_further_workers(self, count):
        """Have up to ``count`` more workers push, each a campaign of its own at a time."""
        for name in FURTHER_PUSH_CRONS[:count]:
            self.env["ir.cron"]._cm_trigger(name)

    @api.model
    def _cron_cm_sync_recipients(self):
        """Every minute: add what is new to the lists, one batch a campaign in turn."""
        running = transaction.of_schedule(self)
        running._cm_go_on_adding()
        running._cm_push_in_background()

    @api.model
    def _cm_push_in_background(self):
        """What a minute adds; a job queue may take it over."""
        run_of_a_minute(self.env, call_for_help=True)

    @api.model
    def _cron_cm_sync_recipients_beside(self):
        """A further worker, called by the first one that has several campaigns to push."""
        run_of_a_minute(transaction.of_schedule(self).env)

    def action_cm_pause(self):
        """Stop the background from adding recipients; what was added stays."""
        self._cm_check_access("write")
        self.sudo().cm_paused = True
        return self._cm_missing_schedules_notification()

    def action_cm_resume(self):
        """Let the background go on adding recipients."""
        self._cm_check_access("write")
        self.sudo().cm_paused = False
        self._cm_trigger_push()
        return self._cm_missing_schedules_notification()

    def _cm_missing_schedules_notification(self):
        """What the background can't do any more; nothing where all schedules are there."""
        sentence = self.env["ir.cron"]._cm_missing_sentence()
        accounts = self.env["campaign.master.account"]
        return accounts._notification("warning", sentence) if sentence else None

    def _cm_push_everybody_again(self):
        """Queue who was added to another list for the new one; who opted out stays out."""
        if self:
            recipient_review.queue_again(self)
