from odoo import models


class CampaignMasterList(models.Model):
    """A recipient list of the account, made in Campaign Master."""

    _name = "campaign.master.list"
    _inherit = "campaign.master.choice"
    _description = "Campaign Master List"

    _external_unique = models.Constraint(
        "UNIQUE(account_id, external_id)", "This list is already known for this account."
    )
