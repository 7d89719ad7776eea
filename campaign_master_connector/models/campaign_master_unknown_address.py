from odoo import fields, models


class CampaignMasterUnknownAddress(models.Model):
    """A statistics row of somebody who is on the list but no recipient of this campaign.

    Counted, not created: only a keyed digest of the address is kept, so that one row
    counts once.
    """

    _name = "campaign.master.unknown.address"
    _description = "Campaign Master Unknown Address"

    campaign_id = fields.Many2one("utm.campaign", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="campaign_id.cm_account_id.company_id", store=True)
    digest = fields.Char(required=True)
    # Not kept as an opt-out: more people unsubscribed than got the mail.
    is_opt_out_in_excess = fields.Boolean("Unsubscribed, Not Kept", readonly=True)

    _digest_unique = models.Constraint(
        "UNIQUE(campaign_id, digest)", "This address is counted already."
    )
