from odoo import api, fields, models

from ..services.moments import moment_for


class UtmCampaign(models.Model):
    """Lists and templates of the form: brought up to date while it is open, and what is wrong."""

    _inherit = "utm.campaign"

    cm_connection_notice = fields.Char(compute="_compute_cm_connection_notice", compute_sudo=True)

    @api.depends("cm_account_id.connection_state")
    def _compute_cm_connection_notice(self):
        for campaign in self:
            campaign.cm_connection_notice = campaign.cm_effective_account_id._notice()

    def cm_refresh_choices(self, is_asked_for=False):
        """Have the lists and templates that the form offers, for the widget that calls it.

        At most once a minute an account, and no oftener than a hundredth of the month's calls
        allows; it may take as long as twenty seconds. Never fails because of Campaign Master.

        :param is_asked_for: whether a person presses the button, which the hundredth doesn't stop
        :return: {"notice": what is wrong with the connection or False,
            "as_of": when lists and templates were pulled, in the reader's words, or False,
            "changed": whether there is anything new, "waits": whether they are left for later}
        """
        if not self.env["campaign.master.list"].has_access("read"):
            return {"notice": False, "as_of": False, "changed": False, "waits": False}
        self.check_access("read")
        accounts = self.env["campaign.master.account"]
        account = self[:1].sudo().cm_effective_account_id
        account = account or accounts._for_company(self.env.company)
        changed = account._refresh_choices_if_stale(is_asked_for)
        as_of = account.choices_refreshed_at
        return {
            "notice": account._notice() or False,
            "as_of": as_of and moment_for(self.env, as_of),
            "changed": changed,
            "waits": account._choices_wait(),
        }
