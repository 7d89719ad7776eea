from urllib.parse import urlencode

from odoo import api, fields, models


class UtmCampaign(models.Model):
    """What a campaign brought in, and the link parameters by which Odoo knows it did."""

    _inherit = "utm.campaign"

    cm_link_parameters = fields.Char(
        "Link parameters",
        compute="_compute_cm_link_parameters",
        help="Append this to the links of the template, so that leads and orders that come from "
        "the mail are counted on this campaign.",
    )
    cm_has_sales = fields.Boolean("Shows sales", compute="_compute_cm_sales")
    cm_quotation_count = fields.Integer("Quotations", compute="_compute_cm_sales")
    cm_revenue = fields.Integer("Revenue", compute="_compute_cm_sales")

    @api.depends("name")
    def _compute_cm_link_parameters(self):
        for campaign in self:
            campaign.cm_link_parameters = urlencode(
                {
                    "utm_campaign": campaign.name or "",
                    "utm_medium": "Email",
                    "utm_source": "Campaign Master",
                }
            )

    def _compute_cm_sales(self):
        """What the Sales app counts on the campaign, where it is installed and may be read."""
        fields_of_sales = ("quotation_count", "invoiced_amount")
        for campaign in self:
            readable = all(
                name in self._fields and self._has_field_access(self._fields[name], "read")
                for name in fields_of_sales
            )
            campaign.cm_has_sales = readable
            campaign.cm_quotation_count = campaign["quotation_count"] if readable else 0
            campaign.cm_revenue = campaign["invoiced_amount"] if readable else 0
