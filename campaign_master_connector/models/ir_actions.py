from odoo import api, models

BOUND_ACTIONS = {
    "utm.campaign": (
        "action_sync_campaigns",
        "action_update_statistics",
        "action_duplicate_with_recipients",
    ),
    "res.partner": ("action_add_partners",),
    "crm.lead": ("action_add_leads",),
}


class IrActionsActions(models.Model):
    """Menus of actions have nothing of Campaign Master while no company uses it."""

    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        """Without the addon's own where none of the companies that are worked in has it enabled."""
        bindings = super().get_bindings(model_name)
        names = BOUND_ACTIONS.get(model_name, ())
        if not names or self.env["utm.campaign"]._cm_is_enabled():
            return bindings
        ours = {
            action.id
            for name in names
            if (action := self.env.ref(f"campaign_master_connector.{name}", False))
        }
        return {
            kind: [action for action in actions if action["id"] not in ours]
            for kind, actions in bindings.items()
        }
