from odoo import fields, models

from ..campaign_master_api import api_origin
from ..services.secret_columns import write_secrets
from ..services.stored_elsewhere import from_outside
from .campaign_master_account import SECRET_FIELDS
from .secret import Secret


class CampaignMasterAccount(models.Model):
    """The account's secrets: replaced by people, read by server code alone, sent to one host.

    A secret is sent to the host that it was entered for. Who may change the API address could
    otherwise have it sent to a server of his own.
    """

    _inherit = "campaign.master.account"

    password = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_password",
        help="The password of the Campaign Master login. It can be replaced, never read. "
        "Left empty, the stored one stays. Another host as the API address needs it anew.",
    )
    client_secret = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_client_secret",
        help="Belongs to the client ID, and is removed with it. It can be replaced, never read. "
        "Left empty, the stored one stays. Another host as the API address needs it anew.",
    )
    stored_password = Secret(groups=fields.NO_ACCESS, copy=False)
    stored_client_secret = Secret(groups=fields.NO_ACCESS, copy=False)
    # Where the secret may be sent; empty while the API address is still the one it was entered for.
    password_origin = fields.Char(groups=fields.NO_ACCESS, copy=False)
    client_secret_origin = fields.Char(groups=fields.NO_ACCESS, copy=False)

    def _compute_secrets(self):
        """Empty also in superuser mode: a field of an administrator's own may be related to it."""
        for name in SECRET_FIELDS:
            self[name] = False

    def _secret_to_send(self, name, api_url=None):
        """A secret for the host of the API address; empty where it is for another one.

        :param api_url: another address than the account's own
        """
        return "" if self._is_withheld(name, api_url) else self._secret(name)

    def _secret(self, name):
        """A secret as the installation gives it, else as it was entered."""
        return from_outside(name, self.company_id.id) or self[f"stored_{name}"]

    def _has_password(self):
        return bool(self._secret("password"))

    def _is_withheld(self, name, api_url=None):
        """Whether there is a secret that is not for the host of the API address.

        One that the installation gives is for the address that it gives too, and else for none:
        an account's administrator is not always who installed Odoo.
        """
        api_url = self.api_url if api_url is None else api_url
        if self._is_from_outside(name):
            origin = api_origin(from_outside("api_url", self.company_id.id))
            return not origin or origin != api_origin(api_url or "")
        origin = self[f"stored_{name}"] and (
            self[f"{name}_origin"] or api_origin(self.api_url or "")
        )
        return bool(origin) and origin != api_origin(api_url or "")

    def _is_from_outside(self, name):
        return bool(from_outside(name, self.company_id.id))

    def _withholds_secrets(self):
        return any(self.sudo()._is_withheld(name) for name in SECRET_FIELDS)

    def _withheld_sentence(self, api_url=None):
        """Why a secret isn't sent to the API address, and what to do."""
        outside = [name for name in SECRET_FIELDS if self._is_from_outside(name)]
        if any(self._is_withheld(name, api_url) for name in outside):
            return self.env._(
                "The password of %(company)s is kept outside of Odoo's database and is sent to "
                "the address that is named there alone, which isn't this API address. Whoever "
                "installed Odoo sets CAMPAIGN_MASTER_API_URL in the environment, or "
                "campaign_master_api_url in the configuration file.",
                company=self.company_id.name,
            )
        return self.env._(
            "The API address of %(company)s names another host than the password was entered "
            "for, so the password isn't sent there. An administrator enters it again in Settings, "
            "Campaign Master (and the client secret, if there is one).",
            company=self.company_id.name,
        )

    def _bind_secrets_to_address(self):
        """Remember the host that the stored secrets are for, before the address changes."""
        for account in self.sudo().filtered("api_url"):
            for name in SECRET_FIELDS:
                if account[f"stored_{name}"] and not account[f"{name}_origin"]:
                    account[f"{name}_origin"] = api_origin(account.api_url)

    def _inverse_password(self):
        self._store_secret("password")

    def _inverse_client_secret(self):
        self._store_secret("client_secret")

    def _remove_secret(self, name):
        for account in self.sudo().filtered(f"stored_{name}"):
            write_secrets(account, {f"stored_{name}": None, f"{name}_origin": None})

    def _store_secret(self, name):
        for account in self.filtered(name):
            write_secrets(account.sudo(), {f"stored_{name}": account[name], f"{name}_origin": None})
            # Else the answer to the form that was saved would have it.
            account.invalidate_recordset([name], flush=False)
