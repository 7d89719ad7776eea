from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, fields, models

from ..services.moments import naive
from .ir_cron import MORNING_CRON

MORNING = time(6, 0)


class CampaignMasterAccount(models.Model):
    """When the morning is in the companies that use Campaign Master, and what brings it."""

    _inherit = "campaign.master.account"

    missing_schedules = fields.Char(compute="_compute_missing_schedules", exportable=False)

    def _compute_missing_schedules(self):
        self.missing_schedules = self.env["ir.cron"]._cm_missing_sentence()

    def action_restore_schedules(self):
        """Make the scheduled actions anew that somebody deleted."""
        self.env["ir.cron"]._cm_restore()
        self.invalidate_recordset(["missing_schedules"])
        self._begin_in_the_morning()

    @api.model_create_multi
    def create(self, vals_list):
        """The company's first individual statistics come the next morning."""
        accounts = super().create(vals_list)
        accounts._begin_in_the_morning()
        return accounts

    def write(self, vals):
        """As at creation, when the account is switched on."""
        result = super().write(vals)
        if vals.get("enabled"):
            self._begin_in_the_morning()
        return result

    def _begin_in_the_morning(self):
        """Have the first run at 06:00 here too, not only when the others' morning is over."""
        if self.filtered("enabled"):
            self.env["ir.cron"]._cm_trigger(MORNING_CRON, at=self._next_morning())

    @api.model
    def _next_morning(self):
        """The next 06:00 of any company with an enabled account: naive date-time in UTC."""
        accounts = self.sudo().search([("enabled", "=", True), ("company_id.active", "=", True)])
        companies = accounts.company_id
        return min(_mornings(company)[1] for company in companies or self.env.company)

    def _latest_morning(self):
        """The last 06:00 of the account's company that is over: naive date-time in UTC."""
        return _mornings(self.company_id)[0]


def _zone(company):
    name = company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return UTC


def _mornings(company):
    """The company's last morning that is over and its next one: naive date-times in UTC."""
    zone = _zone(company)
    now = datetime.now(zone)
    over = now.date() if now.time() >= MORNING else now.date() - timedelta(days=1)
    days = (over, over + timedelta(days=1))
    return [naive(datetime.combine(day, MORNING, tzinfo=zone)) for day in days]
