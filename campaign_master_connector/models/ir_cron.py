from odoo import api, models
from odoo.tools import SQL

MORNING_CRON = "campaign_master_connector.ir_cron_update_recipient_statistics"


class IrCron(models.Model):
    """The one schedule that follows the clock on the wall."""

    _inherit = "ir.cron"

    @api.model
    def _reschedule_later(self, job):
        """Individual statistics come at 06:00 where the company is, summer and winter."""
        result = super()._reschedule_later(job)
        cron = self.env.ref(MORNING_CRON, raise_if_not_found=False)
        if cron and cron.id == job["id"]:
            next_morning = self.env["campaign.master.account"]._next_morning()
            self.env.cr.execute(
                SQL("UPDATE ir_cron SET nextcall = %s WHERE id = %s", next_morning, job["id"])
            )
        return result
