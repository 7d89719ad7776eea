from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "campaign.master.engagement.mixin"]

    def _cm_recipients_domain(self):
        """A company's own and those of its people."""
        return [("partner_id", "child_of", self.ids)]
