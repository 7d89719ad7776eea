from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "campaign.master.engagement.mixin"]

    def _cm_recipients_domain(self):
        return [("lead_id", "in", self.ids)]

    def _merge_dependences(self, opportunities):
        """What the merged leads did with campaigns goes on with the lead that stays."""
        result = super()._merge_dependences(opportunities)
        self.env["campaign.master.recipient"].sudo()._move_to("lead_id", opportunities, self)
        return result
