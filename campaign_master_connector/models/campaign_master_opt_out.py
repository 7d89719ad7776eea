from odoo import fields, models


class CampaignMasterOptOut(models.Model):
    """An address and a person that unsubscribed from an account's mailings; kept for good.

    It outlives campaigns and recipients, so that nothing this addon does adds them again.
    """

    _name = "campaign.master.opt.out"
    _description = "Campaign Master Opt-Out"
    _rec_name = "email"

    account_id = fields.Many2one(
        "campaign.master.account", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    email = fields.Char(required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Contact", index="btree_not_null", ondelete="set null", readonly=True
    )
    lead_id = fields.Many2one(
        "crm.lead", index="btree_not_null", ondelete="set null", readonly=True
    )

    _email_idx = models.Index("(account_id, email)")
