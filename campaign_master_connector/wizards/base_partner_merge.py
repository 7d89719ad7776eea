from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging contacts, which may be recipients of the same campaigns."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Move recipients first: a campaign that has both partners keeps one recipient of them."""
        self.env["campaign.master.recipient"].sudo()._move_to(
            "partner_id", src_partners, dst_partner
        )
        return super()._update_foreign_keys(src_partners, dst_partner)
