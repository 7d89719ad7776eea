from odoo import models


class CampaignMasterTemplate(models.Model):
    """A mail template of the account, made in Campaign Master."""

    _name = "campaign.master.template"
    _inherit = "campaign.master.choice"
    _description = "Campaign Master Template"

    _external_unique = models.Constraint(
        "UNIQUE(account_id, external_id)", "This template is already known for this account."
    )
