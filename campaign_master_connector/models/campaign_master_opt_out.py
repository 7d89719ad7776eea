from odoo import api, fields, models
from odoo.tools import SQL


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
        "res.partner", index="btree_not_null", ondelete="set null", readonly=True
    )
    lead_id = fields.Many2one(
        "crm.lead", index="btree_not_null", ondelete="set null", readonly=True
    )

    _email_idx = models.Index("(account_id, email)")

    @api.model
    def _remember(self, recipient_ids):
        """Keep address and person of the recipients of an id query for good; twice is harmless.

        :param recipient_ids: `SQL` of a query with one column, the ids
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_master_opt_out
                       (account_id, company_id, email, partner_id, lead_id,
                        create_uid, create_date, write_uid, write_date)
                SELECT campaign.cm_account_id, recipient.company_id, recipient.email,
                       recipient.partner_id, recipient.lead_id,
                       %(uid)s, NOW() AT TIME ZONE 'UTC', %(uid)s, NOW() AT TIME ZONE 'UTC'
                  FROM campaign_master_recipient recipient
                  JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
                 WHERE recipient.id IN (%(ids)s) AND recipient.email IS NOT NULL
                   AND NOT EXISTS (
                        SELECT FROM campaign_master_opt_out known
                         WHERE known.account_id = campaign.cm_account_id
                           AND known.email = recipient.email
                           AND known.partner_id IS NOT DISTINCT FROM recipient.partner_id
                           AND known.lead_id IS NOT DISTINCT FROM recipient.lead_id)
                """,
                uid=self.env.uid,
                ids=recipient_ids,
            )
        )
        self.invalidate_model()
