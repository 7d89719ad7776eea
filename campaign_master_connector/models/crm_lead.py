from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _merge_dependences(self, opportunities):
        """What the merged leads did with campaigns goes on with the lead that stays."""
        result = super()._merge_dependences(opportunities)
        self.env["campaign.master.recipient"].sudo()._move_to("lead_id", opportunities, self)
        return result
