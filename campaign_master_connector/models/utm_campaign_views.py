from odoo import api, models

BOUND_ACTIONS = ("action_sync_campaigns", "action_update_statistics")


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
    def get_views(self, views, options=None):
        result = super().get_views(views, options)
        if not self._cm_is_enabled():
            ours = [self.env.ref(f"campaign_master_connector.{name}").id for name in BOUND_ACTIONS]
            for view in result["views"].values():
                toolbar = view.get("toolbar", {})
                if "action" in toolbar:
                    toolbar["action"] = [
                        action for action in toolbar["action"] if action["id"] not in ours
                    ]
        return result

    @api.model
    def _cm_is_enabled(self):
        """Whether one of the companies that are worked in uses Campaign Master."""
        accounts = self.env["campaign.master.account"].sudo()
        domain = [("enabled", "=", True), ("company_id", "in", self.env.companies.ids)]
        return bool(accounts.search_count(domain, limit=1))
