from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..campaign_master_api import (
    DEFAULT_API_VERSION,
    InvalidApiUrl,
    check_api_version,
    normalize_api_url,
)
from ..services.sentences import sentence_of
from .secret import Secret, refuse_recorded, sealed

SECRET_FIELDS = ("password", "client_secret")
PASTED_FIELDS = {"username", "client_id", "api_url", "api_version"}
ADDRESS_PARTS = {"api_url": normalize_api_url, "api_version": check_api_version}
IDENTITY_FIELDS = PASTED_FIELDS.union(SECRET_FIELDS)
CHECKED_FIELDS = IDENTITY_FIELDS | {"enabled"}


class CampaignMasterAccount(models.Model):
    """One company's account with Campaign Master: credentials and state of the connection."""

    _name = "campaign.master.account"
    _description = "Campaign Master Account"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
    )
    company_active = fields.Boolean("Company is active", related="company_id.active")
    enabled = fields.Boolean(
        help="While it is off, nothing of Campaign Master shows on the company's campaigns "
        "and no schedule runs."
    )
    username = fields.Char(help="The user name of the Campaign Master login.")
    client_id = fields.Char(
        "Client ID", help="Only for accounts that were issued one by Campaign Master."
    )
    api_url = fields.Char(
        "API address",
        help="Given by Campaign Master with the account, e.g. https://api.example.com",
    )
    api_version = fields.Char("API version", default=DEFAULT_API_VERSION, required=True)
    database_uuid = fields.Char(
        "Database",
        readonly=True,
        copy=False,
        help="The database that the account was set up in. A copy of the database has another "
        "one and doesn't sync.",
    )
    token = Secret(groups=fields.NO_ACCESS, copy=False)
    token_expires_at = fields.Datetime(groups=fields.NO_ACCESS, copy=False)
    connection_state = fields.Selection(
        [
            ("unknown", "Not tested"),
            ("connected", "Connected"),
            ("unreachable", "Not reachable"),
            ("refused", "Credentials refused"),
        ],
        default="unknown",
        required=True,
        readonly=True,
        copy=False,
    )
    connection_message = fields.Char(readonly=True, copy=False)
    connection_checked_at = fields.Datetime(readonly=True, copy=False)
    hourly_limit = fields.Integer(readonly=True, copy=False)
    hourly_remaining = fields.Integer(readonly=True, copy=False)
    hourly_reset_at = fields.Datetime(readonly=True, copy=False)
    month = fields.Date(readonly=True, copy=False, help="The month that the calls are counted for.")
    month_calls = fields.Integer("Calls this month", readonly=True, copy=False)
    # More lists or templates than anybody chooses from, as a sentence.
    choices_problem = fields.Char("Problem with lists and templates", readonly=True, copy=False)
    show_extended_statistics = fields.Boolean(
        help="Also show confirmed views, forwards, opens and recipients without activity "
        "on the campaigns."
    )
    list_ids = fields.One2many("campaign.master.list", "account_id", "Lists", readonly=True)
    template_ids = fields.One2many(
        "campaign.master.template", "account_id", "Templates", readonly=True
    )

    _company_unique = models.Constraint(
        "UNIQUE(company_id)", "A company has one Campaign Master account; it has one already."
    )

    def _check_complete(self):
        # No `api.constrains`: at creation that would look before the password is stored.
        for account in self.sudo().filtered("enabled"):
            if not account.username or not account.api_url or not account._has_password():
                raise ValidationError(
                    self.env._(
                        "Campaign Master can't be enabled for %(company)s yet: "
                        "fill in user name, password and API address first.",
                        company=account.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Bound to this database.

        :raises ValidationError: for an address that can't be one, or one that is enabled without
            what it takes to log in
        """
        for vals in vals_list:
            refuse_recorded(self, "create", vals)
        accounts = super().create([self._cleaned(vals) for vals in vals_list])
        accounts._check_complete()
        return accounts

    def write(self, vals):
        """Other credentials begin anew: without token, pause and alert, and bound to this database.

        Without a client ID there is no client secret either.

        :raises UserError: for another company
        :raises ValidationError: as at creation
        """
        refuse_recorded(self, "write", vals)
        if "company_id" in vals:
            self._check_company_stays(vals["company_id"])
        vals = self._cleaned(vals)
        if "client_id" in vals and not vals["client_id"] and not vals.get("client_secret"):
            self._remove_secret("client_secret")
        changes_identity = self._changes_identity(vals)
        if "api_url" in vals:
            self._bind_secrets_to_address()
        result = super().write(vals)
        if changes_identity:
            # Nobody may write the token, not even who may replace the password.
            for account in self.sudo():
                super(CampaignMasterAccount, account).write(account._reset_connection_values())
                account._clear_alert()
        if CHECKED_FIELDS & vals.keys():
            self._check_complete()
        return result

    def _check_company_stays(self, company_id):
        if any(account.company_id.id != company_id for account in self):
            raise UserError(
                self.env._(
                    "The company of an account can't be changed: its lists, campaigns and "
                    "opt-outs are that company's. Set up another account for the other company."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        campaigns = self.env["utm.campaign"].sudo().with_context(active_test=False)
        if campaigns.search_count([("cm_account_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "This account can't be deleted: campaigns and their statistics belong to it. "
                    "Disable it instead."
                )
            )

    def _cleaned(self, vals):
        """Values with a normalised address; bound to this database when they identify one.

        :raises ValidationError: for an API address that can't be one
        """
        vals = {
            name: value.strip() if value and name in PASTED_FIELDS else value
            for name, value in vals.items()
        }
        for name, normalize in ADDRESS_PARTS.items():
            if vals.get(name):
                try:
                    vals[name] = normalize(vals[name])
                except InvalidApiUrl as error:
                    raise ValidationError(sentence_of(self.env, error)) from None
        if IDENTITY_FIELDS & vals.keys() or vals.get("enabled"):
            vals["database_uuid"] = self._current_database_uuid()
        return sealed(self, vals)

    def _changes_identity(self, vals):
        def changed(account, name):
            if name in SECRET_FIELDS:
                return bool(vals[name])
            return (account[name] or "") != (vals[name] or "")

        names = IDENTITY_FIELDS & vals.keys()
        return any(changed(account, name) for account in self for name in names)

    def _reset_connection_values(self):
        return {
            "token": False,
            "token_expires_at": False,
            "connection_state": "unknown",
            "connection_message": self._withholds_secrets() and self._withheld_sentence(),
            "choices_attempted_at": False,
            "choices_problem": False,
            "blocked_until": False,
            "pause_probes": 0,
        }

    @api.model
    def _current_database_uuid(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")
