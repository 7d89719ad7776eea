import time

from odoo import api, models
from odoo.addons.campaign_master_connector.services import transaction
from odoo.addons.campaign_master_connector.services.sync_run import push_for_a_while
from odoo.tools import split_every

# Below what Odoo allows a request (120 seconds, 60 of them computing): a job is one.
SECONDS_OF_A_JOB = 45
# A job is written in some 8 ms: this many stay far below the time that Odoo gives a schedule.
JOBS_A_COMMIT = 200
WAITING_OR_RUNNING = ("wait_dependencies", "pending", "enqueued", "started")


class UtmCampaign(models.Model):
    """Recipients are added by jobs, a campaign each; the schedule only looks for work."""

    _inherit = "utm.campaign"

    @api.model
    def _cm_push_in_background(self):
        campaigns = self.sudo()._cm_with_work()
        waiting = campaigns - campaigns._cm_with_a_job()
        left = len(waiting)
        for portion in split_every(JOBS_A_COMMIT, waiting.ids, waiting.browse):
            portion._cm_queue_push()
            left -= len(portion)
            if not transaction.commit_progress(self.env, len(portion), left):
                return

    @api.model
    def _cron_cm_sync_recipients_beside(self):
        """Nothing: what is added beside the jobs doesn't count for the channel's capacity."""

    def _cm_trigger_push(self):
        """A click's remainder is queued at once, without a minute's schedule in between."""
        if not self:
            return super()._cm_trigger_push()
        return self.sudo()._cm_queue_push()

    def _cm_with_a_job(self):
        """The campaigns whose job waits or runs; who dies in it leaves it to be queued again."""
        if not self:
            return self
        keys = {campaign._cm_job_key(): campaign.id for campaign in self}
        jobs = self.env["queue.job"].search(
            [("identity_key", "in", list(keys)), ("state", "in", WAITING_OR_RUNNING)]
        )
        return self.browse({keys[key] for key in jobs.mapped("identity_key")})

    def _cm_queue_push(self):
        for campaign in self:
            campaign.with_delay(
                identity_key=campaign._cm_job_key(),
                description=self.env._("Campaign Master: add recipients of %s", campaign.title),
            )._cm_push_as_job()

    def _cm_job_key(self):
        self.ensure_one()
        return f"campaign_master_connector.push,{self.id}"

    def _cm_push_as_job(self):
        """Add recipients for a while; what is left then gets a job of its own.

        A failed sync is no failed job: the campaign says what is wrong and when it is tried again.
        """
        until = time.monotonic() + SECONDS_OF_A_JOB
        campaigns = transaction.until(self.sudo(), until)
        if not push_for_a_while(campaigns & campaigns._cm_with_work()):
            campaigns._cm_queue_push()
