from odoo import api, fields, models

from ..campaign_master_api import DEFAULT_API_VERSION

FIELD_OF_SETTING = {
    "cm_enabled": "enabled",
    "cm_username": "username",
    "cm_api_url": "api_url",
    "cm_api_version": "api_version",
    "cm_client_id": "client_id",
    "cm_show_extended_statistics": "show_extended_statistics",
}
SECRET_OF_SETTING = {"cm_password": "password", "cm_client_secret": "client_secret"}


class ResConfigSettings(models.TransientModel):
    """The Campaign Master account of the company that is being worked in.

    Nothing of it is stored with the settings themselves, so that a secret never is.
    """

    _inherit = "res.config.settings"

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
    cm_password = fields.Char(
        "Password", compute="_compute_cm_secrets", inverse="_inverse_cm_account"
    )
    cm_client_secret = fields.Char(
        "Client secret", compute="_compute_cm_secrets", inverse="_inverse_cm_account"
    )
    cm_connection_state = fields.Selection(
        selection=lambda self: (
            self.env["campaign.master.account"]
            ._fields["connection_state"]
            ._description_selection(self.env)
        ),
        compute="_compute_cm_account",
    )
    cm_connection_message = fields.Char(compute="_compute_cm_account")

    @api.depends("company_id")
    def _compute_cm_account(self):
        for settings in self:
            account = settings._cm_account()
            settings.update(self._cm_shown(account))
            settings.cm_connection_state = account.connection_state
            problem = account._contract_problem() or account.connection_message
            sentences = (problem, account._pause_sentence())
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
            if account and values:
                account.write(values)
            elif values:
                account.create({**values, "company_id": settings.company_id.id})

    def _cm_account(self):
        return self.env["campaign.master.account"]._for_company(self.company_id)

    def action_cm_test_connection(self):
        """Test the connection with what was just entered; it is stored before."""
        self.ensure_one()
        account = self._cm_account()
        return account.with_env(self.env).action_test_connection() if account else False
