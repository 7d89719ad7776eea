from odoo import api, fields, models
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

    cm_is_of_another = fields.Boolean("Only others change it", compute="_compute_cm_is_of_another")

    @api.depends("user_id", "cm_account_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cm_is_of_another(self):
        """As it is stored: who hands a campaign over changes it until he saves."""
        is_limited = self._cm_is_limited_to_own()
        for campaign in self:
            campaign.cm_is_of_another = is_limited and campaign._origin.sudo()._cm_is_held_from(
                self.env
            )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """A form offers nobody to change what he couldn't save."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for node in arch.xpath("//field[not(ancestor::field)]"):
                if node.get("name") in HELD_FIELDS:
                    own = node.get("readonly") or "False"
                    node.set("readonly", f"cm_is_of_another or ({own})")
        return arch, view

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

    def _cm_is_held_from(self, env):
        """Whether somebody else is responsible, as the user of ``env`` may be told."""
        company = self.cm_account_id.company_id
        is_foreign = self.user_id and self.user_id != env.user
        return bool(is_foreign and company in env.companies)

    def _cm_check_responsible(self):
        for campaign in self.sudo():
            if campaign._cm_is_held_from(self.env):
                raise AccessError(
                    self.env._(
                        "%(campaign)s can be changed by %(responsible)s, who is responsible for "
                        "it, and by users who see all documents. You can add recipients to it and "
                        "sync it.",
                        campaign=campaign.title,
                        responsible=campaign.user_id.name,
                    )
                )
