from odoo import fields, models
from odoo.exceptions import AccessError, UserError

MASK = "********"


class Secret(fields.Char):
    """A text by which nothing can be found, and that nothing reads but this addon's own code.

    Also not a domain that Odoo evaluates as superuser, such as a record rule: whoever may write
    one could else guess the text letter by letter. And no addon that reads, as superuser, all
    fields of what changes, to keep a record of it.
    """

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        raise self._refusal(model)

    def expression_getter(self, field_expr):
        return self._refuse

    def convert_to_read(self, value, record, use_display_name=True):
        return False

    def convert_to_export(self, value, record):
        return ""

    def _refuse(self, record):
        raise self._refusal(record)

    def _refusal(self, records):
        return AccessError(records.env._("Nothing can be searched by a secret."))


class SealedSecret(str):
    """A secret on its way to a `SecretEntry`; whoever else looks at it sees asterisks."""

    def __new__(cls, secret):
        sealed = super().__new__(cls, MASK)
        sealed.secret = secret
        return sealed


class SecretEntry(fields.Char):
    """Where a secret is entered. It takes it sealed, too, and is never read."""

    def convert_to_cache(self, value, record, validate=True):
        if isinstance(value, SealedSecret):
            value = value.secret
        return super().convert_to_cache(value, record, validate)

    def convert_to_read(self, value, record, use_display_name=True):
        return False


def sealed(model, vals):
    """``vals`` whose secrets only the fields of ``model`` that they are for can read.

    Addons that record changes get the values of `create` and `write` before anybody else.
    """
    return {
        name: SealedSecret(value)
        if value and type(value) is str and isinstance(model._fields.get(name), SecretEntry)
        else value
        for name, value in vals.items()
    }


def refuse_recorded(model, method, vals):
    """Refuse a secret as it is where an addon that wraps ``method`` was given it before.

    :raises UserError: then, so that what the addon records of it is taken back
    """
    is_open = any(
        value and not isinstance(value, SealedSecret)
        for name, value in vals.items()
        if isinstance(model._fields.get(name), SecretEntry)
    )
    if is_open and method in vars(type(model)):
        raise UserError(
            model.env._(
                "Another app records what is written here, so the secret was not stored. Enter it "
                "in Settings, or call set_secrets."
            )
        )


class CampaignMasterSecretEntryMixin(models.AbstractModel):
    """Forms and files that secrets are entered in hand them on sealed."""

    _name = "campaign.master.secret.entry.mixin"
    _description = "Campaign Master Secret Entry"

    def web_save(self, vals, specification, next_id=None):
        """As `sealed`."""
        return super().web_save(sealed(self, vals), specification, next_id=next_id)

    def web_save_multi(self, vals_list, specification):
        """As `sealed`."""
        vals_list = [sealed(self, vals) for vals in vals_list]
        return super().web_save_multi(vals_list, specification)

    def _load_records_create(self, vals_list):
        return super()._load_records_create([sealed(self, vals) for vals in vals_list])

    def _load_records_write(self, vals):
        return super()._load_records_write(sealed(self, vals))
