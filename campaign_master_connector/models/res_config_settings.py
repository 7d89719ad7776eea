from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..campaign_master_api import DEFAULT_API_VERSION
from .secret import SecretEntry, sealed

FIELD_OF_SETTING = {
    "cm_enabled": "enabled",
    "cm_username": "username",
    "cm_api_url": "api_url",
    "cm_api_version": "api_version",
    "cm_client_id": "client_id",
    "cm_show_extended_statistics": "show_extended_statistics",
}
SETTINGS = FIELD_OF_SETTING.keys()
SECRET_OF_SETTING = {"cm_password": "password", "cm_client_secret": "client_secret"}


class ResConfigSettings(models.TransientModel):
    """The Campaign Master account of the company that is being worked in.

    Nothing of it is stored with the settings themselves, so that a secret never is.
    """

    _name = "res.config.settings"
    _inherit = ["res.config.settings", "campaign.master.secret.entry.mixin"]

    cm_enabled = fields.Boolean(
        "Campaign Master", compute="_compute_cm_account", inverse="_inverse_cm_account"
    )
    cm_username = fields.Char(
        "Username", compute="_compute_cm_account", inverse="_inverse_cm_account"
    )
    cm_api_url = fields.Char(
        "API address", compute="_compute_cm_account", inverse="_inverse_cm_account"
    )
    cm_api_version = fields.Char(
        "API version", compute="_compute_cm_account", inverse="_inverse_cm_account"
    )
    cm_client_id = fields.Char(
        "Client ID", compute="_compute_cm_account", inverse="_inverse_cm_account"
    )
    cm_show_extended_statistics = fields.Boolean(
        "Show extended statistics", compute="_compute_cm_account", inverse="_inverse_cm_account"
    )
    cm_password = SecretEntry(
        "Password", compute="_compute_cm_secrets", inverse="_inverse_cm_account"
    )
    cm_client_secret = SecretEntry(
        "Client secret", compute="_compute_cm_secrets", inverse="_inverse_cm_account"
    )
    cm_connection_state = fields.Selection(
        string="Connection state",
        selection=lambda self: (
            self.env["campaign.master.account"]
            ._fields["connection_state"]
            ._description_selection(self.env)
        ),
        compute="_compute_cm_account",
    )
    cm_connection_message = fields.Char("Connection message", compute="_compute_cm_account")

    @api.model_create_multi
    def create(self, vals_list):
        """What isn't given stays as it is: a script gives the settings alone that it changes."""
        return super().create([self._cm_completed(vals, self.env.company) for vals in vals_list])

    def write(self, vals):
        """As at creation."""
        if not vals.keys() & (SETTINGS | SECRET_OF_SETTING.keys()):
            return super().write(vals)
        for settings in self:
            completed = settings._cm_completed(vals, settings.company_id)
            super(ResConfigSettings, settings).write(completed)
        return True

    def _cm_completed(self, vals, company):
        """``vals`` with the stored values of what they don't give: Odoo takes those for empty."""
        if not vals.keys() & (SETTINGS | SECRET_OF_SETTING.keys()):
            return vals
        if vals.get("company_id"):
            company = self.env["res.company"].browse(vals["company_id"])
        return {**self._cm_shown(self._cm_account_of(company)), **vals}

    @api.depends("company_id")
    def _compute_cm_account(self):
        for settings in self:
            account = settings._cm_account()
            settings.update(self._cm_shown(account))
            settings.cm_connection_state = account.connection_state
            sentences = (account.connection_message, account._pause_sentence())
            settings.cm_connection_message = " ".join(filter(None, sentences))

    def _cm_shown(self, account):
        """{setting: value} of what is shown of ``account``, or of none."""
        shown = {setting: account[field] for setting, field in FIELD_OF_SETTING.items()}
        shown["cm_api_version"] = shown["cm_api_version"] or DEFAULT_API_VERSION
        return shown

    @api.depends("company_id")
    def _compute_cm_secrets(self):
        self.cm_password = self.cm_client_secret = False

    def _inverse_cm_account(self):
        """Store what differs; the account is made with the first value, an empty secret stays."""
        for settings in self:
            settings._cm_check_company()
            account = settings._cm_account()
            shown = self._cm_shown(account)
            values = {
                field: settings[setting]
                for setting, field in FIELD_OF_SETTING.items()
                if (settings[setting] or False) != (shown[setting] or False)
            }
            values |= {
                field: settings[setting]
                for setting, field in SECRET_OF_SETTING.items()
                if settings[setting]
            }
            values = sealed(account, values)
            if account and values:
                account.write(values)
            elif values:
                account.create({**values, "company_id": settings.company_id.id})

    def _cm_account(self):
        return self._cm_account_of(self.company_id)

    def _cm_account_of(self, company):
        """The company's account; none for a company that the user doesn't work in now."""
        accounts = self.env["campaign.master.account"]
        return accounts._for_company(company) if self._cm_is_worked_in(company) else accounts

    def _cm_is_worked_in(self, company):
        return self.env.su or company in self.env.companies

    def _cm_check_company(self):
        if not self._cm_is_worked_in(self.company_id):
            raise AccessError(
                self.env._(
                    "The Campaign Master account of a company is set up while you work in that "
                    "company. Switch to it first."
                )
            )

    def action_cm_test_connection(self):
        """Test the connection with what was just entered; it is stored before."""
        self.ensure_one()
        account = self._cm_account()
        return account.with_env(self.env).action_test_connection() if account else False
