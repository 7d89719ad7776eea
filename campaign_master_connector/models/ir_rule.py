from odoo import models

from ..services.recipient_visibility import domain_of_seen


class IrRule(models.Model):
    """Recipients are seen by who may read the lead or contact that they are.

    A rule with a domain of its own couldn't say so: the people's rules are somebody else's, and
    other addons and administrators add to them.
    """

    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su or not model_name.startswith("campaign.master."):
            return domain
        return domain & domain_of_seen(self.env, model_name)
