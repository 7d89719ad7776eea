from odoo import models


class CampaignMasterRecipient(models.Model):
    """Adding those again whom Campaign Master refused."""

    _inherit = "campaign.master.recipient"

    def action_cm_retry(self):
        """Queue the rejected of these recipients for the next push; the others stay as they are."""
        self.check_access("read")
        rejected = self.filtered(lambda recipient: recipient.state == "rejected")
        rejected.campaign_id.check_access("write")
        rejected.sudo().write({"state": "pending", "server_message": False})
        if rejected:
            rejected.campaign_id._cm_trigger_push()

    def action_cm_fix(self):
        """The person in a dialog: a changed address is pushed again by itself."""
        self.ensure_one()
        action = self.action_open_person()
        name = self.env._("Fix and retry")
        return action and {**action, "name": name, "views": [(False, "form")], "target": "new"}
