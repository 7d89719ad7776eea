from odoo import fields, models


class CampaignMasterList(models.Model):
    """A recipient list of the account, made in Campaign Master."""

    _name = "campaign.master.list"
    _inherit = "campaign.master.choice"
    _description = "Campaign Master List"

    recipient_count = fields.Integer(
        "Recipients on the list", readonly=True, help="As Campaign Master told it at last."
    )
    is_counted = fields.Boolean(
        readonly=True, help="Whether Campaign Master tells how many recipients are on the list."
    )

    _external_unique = models.Constraint(
        "UNIQUE(account_id, external_id)", "This list is already known for this account."
    )
