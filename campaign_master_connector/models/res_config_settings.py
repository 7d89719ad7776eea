import base64
import json

from cryptography.fernet import Fernet, InvalidToken
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import hmac

from ..campaign_master_api import DEFAULT_API_VERSION
from .secret import Secret, SecretEntry, refuse_recorded, sealed

FIELD_OF_SETTING = {
    "cm_enabled": "enabled",
    "cm_username": "username",
    "cm_api_url": "api_url",
    "cm_api_version": "api_version",
    "cm_client_id": "client_id",
    "cm_show_extended_statistics": "show_extended_statistics",
}
SECRET_OF_SETTING = {"cm_password": "password", "cm_client_secret": "client_secret"}
LOGIN_SETTINGS = ("cm_username", "cm_api_url", "cm_api_version", "cm_client_id", *SECRET_OF_SETTING)


def _of_the_account(kind, setting, label):
    """A setting that begins as the account has it, and goes there when the settings are saved.

    Each has a computation of its own: where a script gives one of several that are computed
    together, Odoo leaves the others empty.
    """

    @api.depends("company_id")
    def compute(self):
        for settings in self:
            settings[setting] = self._cm_shown(settings._cm_account())[setting]

    return kind(label, compute=compute, store=True, readonly=False)


class ResConfigSettings(models.TransientModel):
    """The Campaign Master account of the company that is being worked in.

    The account gets what was entered on *Save*, and nothing of it before. A secret waits for that
    encrypted: the rows of settings stay in the database for a while.
    """

    _inherit = "res.config.settings"

    cm_enabled = _of_the_account(fields.Boolean, "cm_enabled", "Campaign Master")
    cm_username = _of_the_account(fields.Char, "cm_username", "Username")
    cm_api_url = _of_the_account(fields.Char, "cm_api_url", "API address")
    cm_api_version = _of_the_account(fields.Char, "cm_api_version", "API version")
    cm_client_id = _of_the_account(fields.Char, "cm_client_id", "Client ID")
    cm_show_extended_statistics = _of_the_account(
        fields.Boolean, "cm_show_extended_statistics", "Show extended statistics"
    )
    cm_password = SecretEntry(
        "Password", compute="_compute_cm_secrets", inverse="_inverse_cm_secrets"
    )
    cm_client_secret = SecretEntry(
        "Client secret", compute="_compute_cm_secrets", inverse="_inverse_cm_secrets"
    )
    entered_campaign_master_secrets = Secret(
        "Campaign Master secrets waiting for Save", groups=fields.NO_ACCESS
    )
    cm_connection_state = fields.Selection(
        string="Connection state",
        selection=lambda self: (
            self.env["campaign.master.account"]
            ._fields["connection_state"]
            ._description_selection(self.env)
        ),
        compute="_compute_cm_connection",
    )
    cm_connection_message = fields.Char("Connection message", compute="_compute_cm_connection")

    def _cm_shown(self, account):
        """{setting: value} of what is shown of ``account``, or of none."""
        shown = {setting: account[field] for setting, field in FIELD_OF_SETTING.items()}
        shown["cm_api_version"] = shown["cm_api_version"] or DEFAULT_API_VERSION
        return shown

    @api.depends("company_id", *LOGIN_SETTINGS)
    def _compute_cm_connection(self):
        """How the account's own login fared; of another one nothing is known before its test."""
        for settings in self:
            account = settings._cm_account()
            problem = account._contract_problem() or account.connection_message
            sentences = (problem, account._pause_sentence())
            is_own = not settings._cm_changed_login(account)
            settings.cm_connection_state = account.connection_state if is_own else "unknown"
            settings.cm_connection_message = is_own and " ".join(filter(None, sentences))

    def _cm_changed_login(self, account):
        shown = self._cm_shown(account)
        return any((self[name] or False) != (shown.get(name) or False) for name in LOGIN_SETTINGS)

    @api.depends("company_id")
    def _compute_cm_secrets(self):
        self.cm_password = self.cm_client_secret = False

    def _inverse_cm_secrets(self):
        for settings in self:
            given = {name: settings[name] for name in SECRET_OF_SETTING if settings[name]}
            if given:
                secrets = json.dumps({**settings._cm_waiting_secrets(), **given})
                cipher = self._cm_cipher().encrypt(secrets.encode())
                settings.sudo().entered_campaign_master_secrets = cipher.decode()
                # Else the answer to the form that was saved would have them.
                settings.invalidate_recordset(given, flush=False)

    def _cm_waiting_secrets(self):
        """{setting: secret} of those that were entered, for their test or until they are saved."""
        stored = self.sudo().entered_campaign_master_secrets
        try:
            return json.loads(self._cm_cipher().decrypt(stored)) if stored else {}
        except InvalidToken:
            # In a copy of the database, say, which has keys of its own.
            return {}

    def _cm_cipher(self):
        key = hmac(self.env(su=True), "campaign_master_settings", "entered secrets")
        return Fernet(base64.urlsafe_b64encode(bytes.fromhex(key)))

    def set_values(self):
        """Store on the account what differs; it is made with the first value.

        An empty secret keeps the stored one. Without a client ID the client secret is removed.

        :raises AccessError: for the account of a company that isn't chosen in this session
        """
        result = super().set_values()
        account = self._cm_account()
        shown = self._cm_shown(account)
        values = {
            field: self[setting]
            for setting, field in FIELD_OF_SETTING.items()
            if (self[setting] or False) != (shown[setting] or False)
        }
        secrets = self._cm_waiting_secrets()
        values |= {SECRET_OF_SETTING[setting]: secret for setting, secret in secrets.items()}
        if values:
            self._cm_check_company(self.company_id)
        values = sealed(account, values)
        if account and values:
            account.write(values)
        elif values:
            account.create({**values, "company_id": self.company_id.id})
        self.sudo().entered_campaign_master_secrets = False
        return result

    def _cm_account(self):
        """Of the company, if it is one of this session's."""
        companies = self.company_id & self.env.companies
        return self.env["campaign.master.account"]._for_company(companies)

    def _cm_check_company(self, company):
        if company not in self.env.companies:
            raise AccessError(
                self.env._(
                    "These settings are of a company that you haven't chosen. Choose it in the "
                    "menu of companies first."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """:raises UserError: as `refuse_recorded`"""
        for vals in vals_list:
            refuse_recorded(self, "create", vals)
        return super().create(vals_list)

    def write(self, vals):
        """:raises UserError: as `refuse_recorded`"""
        refuse_recorded(self, "write", vals)
        return super().write(vals)

    def web_save(self, vals, specification, next_id=None):
        """What is entered goes on as `sealed`."""
        return super().web_save(sealed(self, vals), specification, next_id=next_id)

    def action_cm_test_connection(self):
        """Test the connection with what was entered, which is stored with *Save* only."""
        self.ensure_one()
        secrets = self._cm_waiting_secrets()
        return self._cm_test(
            {**{name: self[name] for name in LOGIN_SETTINGS}, **secrets}, self.company_id
        )

    @api.model
    def cm_test_connection(self, entered):
        """The same for a page whose values aren't sent to be stored.

        :param entered: {setting: text}, empty secrets for the stored ones
        :return: a notification
        """
        return self._cm_test(entered, self.env.company)

    def _cm_test(self, entered, company):
        self._cm_check_company(company)
        names = {**FIELD_OF_SETTING, **SECRET_OF_SETTING}
        login = {names[name]: entered.get(name) for name in LOGIN_SETTINGS}
        return self.env["campaign.master.account"]._test_entered(company, login)
