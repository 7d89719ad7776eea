from odoo import api, models
from odoo.exceptions import ValidationError

from .utm_campaign import BLOCK_FIELDS

CHOICES = {"cm_list_id", "cm_template_id"}


class UtmCampaign(models.Model):
    """Defaults of the block: of the company's own account, and never in the way of a campaign."""

    _inherit = "utm.campaign"

    @api.model
    def default_get(self, fields):
        """Without what the user couldn't enter, or the account of the company doesn't have."""
        values = super().default_get(fields)
        for name in [name for name in values if name.startswith("cm_")]:
            field = self._fields[name]
            default = values.pop(name)
            if name in BLOCK_FIELDS:
                usable = self._cm_usable_default(name, default)
            elif field.readonly and field.store:
                usable = field.default and field.default(self)
            else:
                usable = default
            if usable:
                values[name] = usable
        return values

    def _cm_usable_default(self, name, value):
        """The default as an entered value would be kept; None where it couldn't be entered."""
        if not self.env["campaign.master.recipient"].has_access("read"):
            return None
        if name in CHOICES:
            return value if self._cm_is_choice_of_the_company(name, value) else None
        try:
            return self._cm_cleaned({name: value})[name] if isinstance(value, str) else None
        except ValidationError:
            return None

    def _cm_is_choice_of_the_company(self, name, value):
        choice = self.env[self._fields[name].comodel_name].sudo()
        choice = choice.browse(value if isinstance(value, int) else None).exists()
        account = self.env["campaign.master.account"]._for_company(self.env.company)
        return bool(choice.active and choice.account_id == account)

    def _cm_with_defaults(self, vals, defaults):
        """``vals`` of a new campaign and of ``defaults`` what it doesn't say itself.

        One of another account than the company's has no list or template by default.
        """
        account = self.env["campaign.master.account"]._for_company(self.env.company)
        if vals.get("cm_account_id", account.id) != account.id:
            defaults = {**defaults, **dict.fromkeys(CHOICES, False)}
        return {**defaults, **vals}
