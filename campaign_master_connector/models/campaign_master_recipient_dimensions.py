from odoo import api, fields, models

from ..services import recipient_dimensions


class CampaignMasterRecipient(models.Model):
    """What recipients are analysed by."""

    _inherit = "campaign.master.recipient"

    user_id = fields.Many2one(
        "res.users", "Salesperson", compute="_compute_dimensions", store=True, readonly=True
    )
    country_id = fields.Many2one(
        "res.country", compute="_compute_dimensions", store=True, readonly=True
    )
    # Indexed, since PostgreSQL looks for its recipients when a contact is deleted.
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Customer Company",
        compute="_compute_dimensions",
        store=True,
        readonly=True,
        index="btree_not_null",
    )

    @api.depends(
        "partner_id.user_id",
        "partner_id.country_id",
        "partner_id.is_company",
        "partner_id.commercial_partner_id",
        "lead_id.user_id",
        "lead_id.country_id",
        "lead_id.partner_id.user_id",
        "lead_id.partner_id.country_id",
        "lead_id.partner_id.is_company",
        "lead_id.partner_id.commercial_partner_id",
    )
    def _compute_dimensions(self):
        stored = self.filtered(lambda recipient: isinstance(recipient.id, int))
        found = recipient_dimensions.dimensions_of(stored)
        for recipient in self:
            values = found.get(recipient.id, [False] * len(recipient_dimensions.DIMENSIONS))
            recipient.update(dict(zip(recipient_dimensions.DIMENSIONS, values, strict=True)))
