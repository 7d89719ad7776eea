from odoo import models
from odoo.exceptions import AccessError

from .utm_campaign import BLOCK_FIELDS

# What a campaign is, and who decides on it; recipients and syncs aren't among them.
HELD_FIELDS = BLOCK_FIELDS | {"title", "name", "active", "user_id"}
LIMITED_GROUP = "sales_team.group_sale_salesman"
UNLIMITED_GROUPS = (
    "sales_team.group_sale_salesman_all_leads",
    "mass_mailing.group_mass_mailing_user",
    "campaign_master_connector.group_campaign_master_manager",
)


class UtmCampaign(models.Model):
    """A salesperson limited to own documents changes the campaigns that he is responsible for.

    Odoo itself lets every employee change every campaign, and goes on doing so for campaigns that
    don't use Campaign Master.
    """

    _inherit = "utm.campaign"

    def write(self, vals):
        """:raises AccessError: for a campaign that is somebody else's to change"""
        if vals.keys() & HELD_FIELDS and self._cm_is_limited_to_own():
            self._cm_check_responsible()
        return super().write(vals)

    def _cm_is_limited_to_own(self):
        user = self.env.user
        return (
            not self.env.su
            and user.has_group(LIMITED_GROUP)
            and not any(user.has_group(group) for group in UNLIMITED_GROUPS)
        )

    def _cm_check_responsible(self):
        for campaign in self.sudo():
            company = campaign.cm_account_id.company_id
            is_foreign = campaign.user_id and campaign.user_id != self.env.user
            if is_foreign and company in self.env.companies:
                raise AccessError(
                    self.env._(
                        "%(campaign)s can be changed by %(responsible)s, who is responsible for "
                        "it, and by users who see all documents. You can add recipients to it and "
                        "sync it.",
                        campaign=campaign.title,
                        responsible=campaign.user_id.name,
                    )
                )
