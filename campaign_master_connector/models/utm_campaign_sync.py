from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..campaign_master_api import NotFound
from ..services import recipient_review, waiting_recipients
from ..services.campaign_sync import wire_values
from ..services.sentences import sentence_of
from ..services.sync_run import run_at_the_screen, run_of_a_minute

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
PUSH_CRON = "campaign_master_connector.ir_cron_sync_recipients"
FURTHER_PUSH_CRONS = tuple(f"{PUSH_CRON}_{name}" for name in ("second", "third", "fourth"))


class UtmCampaign(models.Model):
    """Sync with Campaign Master: the button, the schedule, and what they say of a campaign."""

    _inherit = "utm.campaign"

    cm_synced_at = fields.Datetime("Last sync", readonly=True, copy=False)
    cm_sync_requested = fields.Boolean(readonly=True, copy=False)
    cm_paused = fields.Boolean("Paused", readonly=True, copy=False)
    cm_sent_values = fields.Json(readonly=True, copy=False)
    cm_creation_began_at = fields.Datetime(readonly=True, copy=False)
    cm_in_flight_first_id = fields.Integer(readonly=True, copy=False, aggregator=None)
    cm_in_flight_last_id = fields.Integer(readonly=True, copy=False, aggregator=None)
    cm_missing_fields = fields.Char(compute="_compute_cm_missing_fields")

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
        if obstacle := account._obstacle():
            return [obstacle]
        return [
            self._cm_missing_sentence(name) for name in self.cm_missing_fields.split(",") if name
        ]

    def _cm_no_account_sentence(self):
        return self.env._(
            "%(company)s has no Campaign Master account. An administrator sets it up in "
            "Settings, Campaign Master.",
            company=self.env.company.name,
        )

    def _cm_missing_sentence(self, name):
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
            result.synced_at = values["cm_synced_at"] = fields.Datetime.now()
            if result.values and result.values == wire_values(self):
                values["cm_sync_requested"] = False
        self.write({name: value for name, value in values.items() if self[name] != value})

    def _cm_request_sync(self):
        """Mark the campaigns so that the schedule does what the click can't do any more."""
        self.write({"cm_sync_requested": True, "cm_retry_at": False})
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
        return self.browse().union(
            *(
                account._may_push_now(group)
                for account, group in waiting.grouped("cm_account_id").items()
            )
        )

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
        self.ensure_one()
        return not self.cm_paused and bool(
            self.env["campaign.master.recipient"].search_count(
                [("campaign_id", "=", self.id), ("state", "=", "pending")], limit=1
            )
        )

    def _cm_trigger_push(self):
        self.env.ref(PUSH_CRON).sudo()._trigger()

    @api.model
    def _cm_trigger_further_workers(self, count):
        """Have up to ``count`` more workers push, each a campaign of its own at a time."""
        for name in FURTHER_PUSH_CRONS[:count]:
            if cron := self.env.ref(name, raise_if_not_found=False):
                cron.sudo()._trigger()

    @api.model
    def _cron_cm_sync_recipients(self):
        """Every minute: add what is new to the lists, one batch a campaign in turn."""
        self._cm_go_on_adding()
        self._cm_push_in_background()

    @api.model
    def _cm_push_in_background(self):
        """What a minute adds; a job queue may take it over."""
        run_of_a_minute(self.env, call_for_help=True)

    @api.model
    def _cron_cm_sync_recipients_beside(self):
        """A further worker, called by the first one that has several campaigns to push."""
        run_of_a_minute(self.env)

    def action_cm_pause(self):
        """Stop the background from adding recipients; what was added stays."""
        self._cm_check_access("write")
        self.sudo().cm_paused = True

    def action_cm_resume(self):
        """Let the background go on adding recipients."""
        self._cm_check_access("write")
        self.sudo().cm_paused = False
        self._cm_trigger_push()

    def _cm_push_everybody_again(self):
        """Queue who was added to another list for the new one; who opted out stays out."""
        if self:
            recipient_review.queue_again(self)
