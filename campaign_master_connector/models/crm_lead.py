from odoo import api, fields, models

from ..services import opt_outs
from .utm_campaign import USER_GROUP


class CrmLead(models.Model):
    """A lead and the campaigns it is a recipient of; opt-outs outlive it, merges keep them."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "campaign.master.engagement.mixin"]

    cm_recipient_ids = fields.One2many(
        "campaign.master.recipient",
        "lead_id",
        "Campaign Master Recipients",
        readonly=True,
        groups=USER_GROUP,
    )

    @api.ondelete(at_uninstall=False)
    def _cm_hand_over_opt_outs(self):
        opt_outs.hand_over("lead_id", self.sudo())

    def _cm_recipients_domain(self):
        return [("lead_id", "in", self.ids)]

    def _merge_dependences(self, opportunities):
        """What the merged leads did with campaigns goes on with the lead that stays."""
        result = super()._merge_dependences(opportunities)
        self.env["campaign.master.recipient"].sudo()._move_to("lead_id", opportunities, self)
        return result
