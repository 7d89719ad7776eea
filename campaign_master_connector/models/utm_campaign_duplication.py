from odoo import models

from .campaign_master_recipient import PEOPLE_MODELS
from .utm_campaign import BLOCK_FIELDS


class UtmCampaign(models.Model):
    """Duplicating a campaign: its block always, its recipients by choice, its statistics never."""

    _inherit = "utm.campaign"

    def copy_data(self, default=None):
        """A copy is a campaign of its own in the same account.

        Who doesn't use Campaign Master, or not in its company, gets one without the block.
        """
        values = super().copy_data(default)
        if not self.env["campaign.master.recipient"].has_access("read"):
            return [{key: vals[key] for key in vals.keys() - BLOCK_FIELDS} for vals in values]
        of_others = self._cm_of_others()
        for campaign, vals in zip(self, values, strict=True):
            if campaign in of_others:
                for name in BLOCK_FIELDS & vals.keys():
                    del vals[name]
            else:
                vals["cm_account_id"] = campaign.sudo().cm_account_id.id
        return values

    def action_cm_duplicate_with_recipients(self):
        """A copy for the same people, each decided on anew, as far as the user may read them.

        :return: action that opens the copy
        """
        self.ensure_one()
        self._cm_check_access("read")
        copy = self.copy({"title": self.env._("%s (copy)", self.title)})
        everybody = [
            ("cm_recipient_ids.campaign_id", "=", self.id),
            ("active", "in", [True, False]),
        ]
        for model in PEOPLE_MODELS:
            people = self.env[model]
            if people.has_access("read") and people.search_count(everybody, limit=1):
                copy.cm_add_people(model, everybody)
        return {**copy._get_records_action(), "views": [(False, "form")]}
