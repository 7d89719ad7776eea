from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.campaign_master_recipient import KINDS, STATES

LARGEST_COMPANIES = 200


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
    # Who may see a row is decided by them.
    partner_id = fields.Many2one("res.partner", "Contact", groups=fields.NO_ACCESS, readonly=True)
    person_company_id = fields.Many2one(
        "res.company", "Company of the person", groups=fields.NO_ACCESS, readonly=True
    )
    person_share = fields.Boolean("Person is no colleague", groups=fields.NO_ACCESS, readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Largest Customer Companies",
        readonly=True,
        help="Charts and tables by company show the 200 with the most recipients.",
    )
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
            SELECT id, campaign_id, company_id, kind, state, lead_id, partner_id,
                   person_company_id, person_share, user_id, country_id, commercial_partner_id,
                   first_open, first_click,
                   1 AS recipients,
                   (total_opens > 0)::integer AS opened,
                   (total_clicks > 0)::integer AS clicked,
                   COALESCE(bounced, FALSE)::integer AS bounced,
                   COALESCE(opted_out, FALSE)::integer AS opted_out,
                   total_opens, total_clicks, total_forwards
              FROM campaign_master_recipient
            """
        )

    @api.model
    def formatted_read_group(self, domain, groupby=(), aggregates=(), **options):
        """What a graph draws: by company no more of them than one can read."""
        return super().formatted_read_group(
            self._of_largest_companies(domain, groupby), groupby, aggregates, **options
        )

    @api.model
    def formatted_read_grouping_sets(self, domain, grouping_sets, aggregates=(), **options):
        """What a pivot shows: the same."""
        groupby = {name for names in grouping_sets for name in names}
        return super().formatted_read_grouping_sets(
            self._of_largest_companies(domain, groupby), grouping_sets, aggregates, **options
        )

    def _of_largest_companies(self, domain, groupby):
        """Nobody reads a chart of a hundred thousand companies, and Odoo would take long for it."""
        if "commercial_partner_id" not in groupby:
            return domain
        largest = self._read_group(
            Domain(domain) & Domain("commercial_partner_id", "!=", False),
            ["commercial_partner_id"],
            order="recipients:sum DESC",
            limit=LARGEST_COMPANIES,
        )
        ids = [company.id for [company] in largest]
        return Domain(domain) & Domain("commercial_partner_id", "in", [*ids, False])
