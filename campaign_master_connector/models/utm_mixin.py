from odoo import api, models


class UtmMixin(models.AbstractModel):
    """Names of campaigns, which several companies share."""

    _inherit = "utm.mixin"

    @api.model
    def _get_unique_names(self, model_name, names):
        """Names are unique over all companies, also beside campaigns that one doesn't see."""
        mixin = self.sudo() if model_name == "utm.campaign" else self
        return super(UtmMixin, mixin)._get_unique_names(model_name, names)
