from odoo import api, models

from .utm_campaign_statistics import EXTENDED_FIGURES

USES_OF_A_FIGURE = {"aggregator", "groupable", "searchable", "exportable"}
# What the addon keeps for its own runs and its form: nobody looks for it.
INTERNAL_FIELDS = {
    "cm_available",
    "cm_connection_notice",
    "cm_creation_began_at",
    "cm_effective_account_id",
    "cm_emails_sent_is_told",
    "cm_failed_kind",
    "cm_failed_with_account",
    "cm_failure_count",
    "cm_has_sales",
    "cm_in_flight_first_id",
    "cm_in_flight_last_id",
    "cm_is_of_another",
    "cm_largest_batch",
    "cm_largest_batch_until",
    "cm_missing_fields",
    "cm_recipient_statistics_after",
    "cm_recipient_statistics_page",
    "cm_recipient_statistics_requested",
    "cm_recipient_statistics_started_at",
    "cm_refusal",
    "cm_refused_field",
    "cm_sent_values",
    "cm_show_extended_statistics",
    "cm_statistics_requested",
    "cm_sync_requested",
}


class UtmCampaign(models.Model):
    """Lists, cards and searches of campaigns have nothing of Campaign Master while it is off.

    A form asks each campaign whether its account is enabled; these show many campaigns at once.
    """

    _inherit = "utm.campaign"

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._cm_is_enabled())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in ("list", "kanban", "search") and not self._cm_is_enabled():
            for node in arch.xpath("//*[starts-with(@name, 'cm_')]"):
                node.getparent().remove(node)
        return arch, view

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Nobody is offered to measure, group, search or export what is hidden or internal."""
        descriptions = super().fields_get(allfields, attributes)
        hidden = INTERNAL_FIELDS
        if not self._cm_is_enabled([("show_extended_statistics", "=", True)]):
            hidden = hidden | EXTENDED_FIGURES
        for name in descriptions.keys() & hidden:
            descriptions[name] |= {
                use: False for use in USES_OF_A_FIGURE & descriptions[name].keys()
            }
        return descriptions

    @api.model
    def _cm_is_enabled(self, conditions=()):
        """Whether one of the companies that are worked in uses Campaign Master.

        :param conditions: of its account, besides being enabled
        """
        accounts = self.env["campaign.master.account"].sudo()
        domain = [("enabled", "=", True), ("company_id", "in", self.env.companies.ids)]
        domain += conditions
        return bool(accounts.search_count(domain, limit=1))
