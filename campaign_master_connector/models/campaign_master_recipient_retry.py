from odoo import fields, models
from odoo.exceptions import UserError

from ..services.sentences import number_for


class CampaignMasterRecipient(models.Model):
    """Adding those again whom Campaign Master refused."""

    _inherit = "campaign.master.recipient"

    unanswered_count = fields.Integer(
        readonly=True,
        aggregator=None,
        groups=fields.NO_ACCESS,
        help="How often it was sent without Campaign Master telling a result.",
    )

    def action_cm_retry(self):
        """Queue the rejected of these recipients for the next push; the others stay as they are.

        :return: a notification that tells how many
        """
        self.check_access("read")
        rejected = self.filtered(lambda recipient: recipient.state == "rejected")
        rejected.campaign_id.check_access("write")
        rejected.sudo().write({"state": "pending", "server_message": False})
        account = self.env["campaign.master.account"]
        if rejected:
            rejected.campaign_id._cm_trigger_push()
            message = self.env._("Tried again: %s.", number_for(self.env, len(rejected)))
            notification = account._notification("success", message)
        else:
            message = self.env._("None of them was rejected, so there is nothing to try again.")
            notification = account._notification("warning", message)
        # Without it the list would go on showing the states of before.
        notification["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return notification

    def action_cm_fix(self):
        """The person in a dialog: a changed address is pushed again by itself.

        :raises UserError: for who may not change the person
        """
        self.ensure_one()
        person = self.lead_id or self.partner_id
        if person and not person.has_access("write"):
            raise UserError(
                self.env._(
                    "%(message)s\nYou may not change %(person)s; ask somebody who may.",
                    message=self.server_message or "",
                    person=self.display_name,
                ).strip()
            )
        action = self.action_open_person()
        name = self.env._("Fix and retry")
        return action and {**action, "name": name, "views": [(False, "form")], "target": "new"}
