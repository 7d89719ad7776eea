from odoo import api, fields, models

from ..campaign_master_api import RequestRefused
from .utm_campaign import ADDRESS_FIELDS

# By what a refusal calls them, whatever the case and without separators.
FIELDS_OF_KEYS = {
    "subject": "cm_subject",
    "name": "cm_subject",
    "description": "cm_description",
    "templateid": "cm_template_id",
    "fromname": "cm_from_name",
    "fromemail": "cm_from_email",
    "replyredirectemail": "cm_redirect_address",
    "testemail": "cm_test_address",
}
OTHER = "other"


class UtmCampaign(models.Model):
    """What Campaign Master refused of a campaign, until that is changed or the problem is over."""

    _inherit = "utm.campaign"

    # {"field": its name, empty where the refusal names none, "value": what was refused}
    cm_refusal = fields.Json("Refused by Campaign Master", readonly=True, copy=False)
    cm_refused_field = fields.Char(
        "Refused Field", compute="_compute_cm_refused_field", compute_sudo=True
    )

    @api.depends("cm_refusal", *set(FIELDS_OF_KEYS.values()))
    def _compute_cm_refused_field(self):
        """Name of the field whose value was refused, "other" where the refusal names none."""
        for campaign in self:
            refusal = campaign.cm_refusal or {}
            name = refusal.get("field")
            if name and campaign._cm_plain_value(name) == refusal["value"]:
                campaign.cm_refused_field = name
            else:
                campaign.cm_refused_field = bool(refusal) and not name and OTHER

    def _cm_refusal_of(self, error):
        """What an error of the wire package says was refused, in the shape of ``cm_refusal``."""
        if not isinstance(error, RequestRefused):
            return False
        key = "".join(filter(str.isalnum, error.field)).lower()
        name = FIELDS_OF_KEYS.get(key) or self._cm_field_of_address_in(error.server_message)
        return {"field": name, "value": name and self._cm_plain_value(name)}

    def _cm_field_of_address_in(self, message):
        named = [
            name
            for name in sorted(ADDRESS_FIELDS)
            if self[name] and self[name].lower() in message.lower()
        ]
        return named[0] if len(named) == 1 else ""

    def _cm_plain_value(self, name):
        return self._fields[name].convert_to_write(self[name], self) or False
