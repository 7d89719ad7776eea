from odoo import api, fields, models

from ..services import recipient_dimensions

ANALYSED_BY = ("user_id", "country_id", "commercial_partner_id")


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
    # What rules of companies ask of a person: see `services/recipient_visibility`.
    person_company_id = fields.Many2one(
        "res.company",
        "Company of the person",
        compute="_compute_dimensions",
        store=True,
        readonly=True,
        groups=fields.NO_ACCESS,
    )
    person_share = fields.Boolean(
        "Person is no colleague",
        compute="_compute_dimensions",
        store=True,
        readonly=True,
        groups=fields.NO_ACCESS,
    )

    # Nearly empty where people belong to no company, and then found at once that nobody is hidden.
    _person_company_idx = models.Index(
        "(campaign_id, person_company_id) WHERE person_company_id IS NOT NULL"
    )

    @api.depends(
        "partner_id.user_id",
        "partner_id.country_id",
        "partner_id.is_company",
        "partner_id.commercial_partner_id",
        "partner_id.company_id",
        "partner_id.partner_share",
        "lead_id.company_id",
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
            if values := found.get(recipient.id):
                recipient.update(dict(zip(recipient_dimensions.DIMENSIONS, values, strict=True)))
            else:
                # Whoever was deleted stays within the company that he belonged to.
                recipient.update(dict.fromkeys(ANALYSED_BY, False))
