from odoo import api, fields, models


class UtmCampaign(models.Model):
    """Lists and templates of the form: fresh when it opens, and what is wrong if they aren't."""

    _inherit = "utm.campaign"

    cm_connection_notice = fields.Char(
        "Connection notice", compute="_compute_cm_connection_notice", compute_sudo=True
    )

    @api.depends("cm_account_id.connection_state")
    def _compute_cm_connection_notice(self):
        for campaign in self:
            campaign.cm_connection_notice = campaign.cm_effective_account_id._notice()

    def web_save(self, vals, specification, next_id=None):
        """Without another look at the lists: the form was fresh when it opened."""
        saving = self.with_context(cm_choices_are_fresh=True)
        return super(UtmCampaign, saving).web_save(vals, specification, next_id=next_id)

    def web_read(self, specification):
        """With fresh lists and templates for the form that asks about the connection."""
        if "cm_connection_notice" in specification and len(self) == 1:
            self._cm_refresh_choices()
        return super().web_read(specification)

    # What it pulled is written: in a read-only transaction it would fail and begin anew.
    web_read._readonly = False

    def onchange(self, values, field_names, fields_spec):
        """The same for the form of a campaign that is only being made."""
        if "cm_connection_notice" in fields_spec and not field_names:
            self._cm_refresh_choices()
        return super().onchange(values, field_names, fields_spec)

    def _cm_refresh_choices(self):
        choices = self.env["campaign.master.list"]
        if self.env.context.get("cm_choices_are_fresh") or not choices.has_access("read"):
            return
        if self._cm_of_others():
            # Their calls are used for their own people.
            return
        accounts = self.env["campaign.master.account"]
        own = self.sudo().cm_effective_account_id or accounts._for_company(self.env.company)
        own._refresh_choices_if_stale()
