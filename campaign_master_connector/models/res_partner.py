from odoo import api, fields, models

from ..services import opt_outs
from .utm_campaign import USER_GROUP


class ResPartner(models.Model):
    """A contact or company and the campaigns it is a recipient of; opt-outs outlive it."""

    _name = "res.partner"
    _inherit = ["res.partner", "campaign.master.engagement.mixin"]

    cm_recipient_ids = fields.One2many(
        "campaign.master.recipient", "partner_id", "Campaign Master Recipients", groups=USER_GROUP
    )

    @api.ondelete(at_uninstall=False)
    def _cm_hand_over_opt_outs(self):
        opt_outs.hand_over_to_leads(self.sudo())

    def _cm_recipients_domain(self):
        """A company's own and those of its people."""
        return [("partner_id", "child_of", self.ids)]
