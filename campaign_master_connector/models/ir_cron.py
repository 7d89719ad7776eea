from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, convert_file

from ..services import transaction

ADDON = "campaign_master_connector"
PUSH_CRON = f"{ADDON}.ir_cron_sync_recipients"
FURTHER_PUSH_CRONS = tuple(f"{PUSH_CRON}_{name}" for name in ("second", "third", "fourth"))
FIGURES_CRON = f"{ADDON}.ir_cron_update_campaign_statistics"
MORNING_CRON = f"{ADDON}.ir_cron_update_recipient_statistics"
# Without the further ones the first adds alone, only slower.
NEEDED_CRONS = (PUSH_CRON, FIGURES_CRON, MORNING_CRON)
PURPOSES = {FIGURES_CRON: "campaign_statistics", MORNING_CRON: "recipient_statistics"}


class IrCron(models.Model):
    """The addon's schedules: one follows the clock on the wall, and each may be deleted."""

    _inherit = "ir.cron"

    @api.model
    def _reschedule_later(self, job):
        """Individual statistics come at 06:00 where the company is, summer and winter."""
        result = super()._reschedule_later(job)
        cron = self._cm_schedule(MORNING_CRON)
        if cron and cron.id == job["id"]:
            next_morning = self.env["campaign.master.account"]._next_morning()
            self.env.cr.execute(
                SQL("UPDATE ir_cron SET nextcall = %s WHERE id = %s", next_morning, job["id"])
            )
        return result

    def method_direct_trigger(self):
        """What an administrator runs by hand runs: statistics, however new those are."""
        for xmlid, purpose in PURPOSES.items():
            if self.has_access("write") and self == self._cm_schedule(xmlid):
                campaigns = self.env["utm.campaign"].sudo()
                # Committed, since Odoo runs the schedule in a transaction of its own.
                transaction.write_durably(
                    self.env, partial(campaigns._cm_request_all_statistics, purpose)
                )
        return super().method_direct_trigger()

    @api.model
    def _cm_schedule(self, xmlid):
        """A schedule of the addon; none where an administrator deleted it."""
        return self.env.ref(xmlid, raise_if_not_found=False) or self.browse()

    @api.model
    def _cm_trigger(self, xmlid, at=None):
        """Have the schedule run soon, or at a naive date-time in UTC, as far as it exists."""
        if cron := self._cm_schedule(xmlid):
            cron.sudo()._trigger(at=at)

    @api.model
    def _cm_missing_sentence(self):
        """Which schedules were deleted and how to get them back; empty where all are there."""
        names = {
            PUSH_CRON: self.env._("add new recipients"),
            FIGURES_CRON: self.env._("update campaign statistics"),
            MORNING_CRON: self.env._("update individual statistics"),
        }
        missing = [name for xmlid, name in names.items() if not self._cm_schedule(xmlid)]
        if not missing:
            return ""
        return self.env._(
            "Scheduled actions of Campaign Master were deleted, so the background doesn't do this "
            "any more: %(names)s. An administrator gets them back in Campaign Master, "
            "Configuration, Accounts, with Restore Scheduled Actions, or by upgrading the app.",
            names=", ".join(missing),
        )

    @api.model
    def _cm_restore(self):
        """Make the schedules that were deleted anew, as an upgrade does; the others stay."""
        self.env["campaign.master.account"].check_access("write")
        if not self._cm_missing_sentence():
            raise UserError(self.env._("No scheduled action of Campaign Master is missing."))
        convert_file(
            self.sudo().env, ADDON, "data/ir_cron_data.xml", {}, mode="update", noupdate=True
        )
