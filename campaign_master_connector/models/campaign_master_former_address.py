from odoo import fields, models


class CampaignMasterFormerAddress(models.Model):
    """An address that was added to the campaign's list before the recipient's address changed.

    Mail can have gone to it, so its statistics still belong to the recipient.
    """

    _name = "campaign.master.former.address"
    _description = "Campaign Master Former Address"
    _rec_name = "email"

    recipient_id = fields.Many2one(
        "campaign.master.recipient", required=True, index=True, ondelete="cascade"
    )
    campaign_id = fields.Many2one(related="recipient_id.campaign_id", store=True)
    company_id = fields.Many2one(related="recipient_id.company_id", store=True)
    email = fields.Char(required=True)
    # Of a lead: its contact while it had the address, whoever is its contact now.
    partner_id = fields.Many2one("res.partner", "Person of then", ondelete="set null")
    # Somebody who waited with it when he was merged into this recipient. Whether it was sent then
    # shows only afterwards; empty for an address that was.
    merged_recipient_id = fields.Integer("Merged recipient", aggregator=None)

    _email_idx = models.Index("(campaign_id, email)")
