from odoo import fields, models
from odoo.tools import SQL

from ..models.campaign_master_recipient import KINDS, STATES


class CampaignMasterRecipientReport(models.Model):
    """Recipients with who looks after them and where they are, for graph and pivot views."""

    _name = "campaign.master.recipient.report"
    _description = "Campaign Master Recipient Analysis"
    _auto = False
    _order = "id desc"

    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    state = fields.Selection(STATES, readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", "Customer Company", readonly=True)
    first_open = fields.Datetime(readonly=True)
    first_click = fields.Datetime(readonly=True)
    recipients = fields.Integer(readonly=True)
    opened = fields.Integer(readonly=True)
    clicked = fields.Integer(readonly=True)
    bounced = fields.Integer(readonly=True)
    opted_out = fields.Integer(readonly=True)
    total_opens = fields.Integer(readonly=True)
    total_clicks = fields.Integer(readonly=True)
    total_forwards = fields.Integer(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT recipient.id, recipient.campaign_id, recipient.company_id, recipient.kind,
                   recipient.state, recipient.lead_id,
                   COALESCE(lead.user_id, partner.user_id) AS user_id,
                   COALESCE(lead.country_id, partner.country_id) AS country_id,
                   CASE WHEN partner.is_company OR partner.commercial_partner_id <> partner.id
                        THEN partner.commercial_partner_id END AS commercial_partner_id,
                   recipient.first_open, recipient.first_click,
                   1 AS recipients,
                   (recipient.total_opens > 0)::integer AS opened,
                   (recipient.total_clicks > 0)::integer AS clicked,
                   COALESCE(recipient.bounced, FALSE)::integer AS bounced,
                   COALESCE(recipient.opted_out, FALSE)::integer AS opted_out,
                   recipient.total_opens, recipient.total_clicks, recipient.total_forwards
              FROM campaign_master_recipient recipient
              LEFT JOIN crm_lead lead ON lead.id = recipient.lead_id
              LEFT JOIN res_partner partner
                ON partner.id = COALESCE(recipient.partner_id, lead.partner_id)
            """
        )
