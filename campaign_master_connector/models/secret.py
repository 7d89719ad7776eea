from odoo import fields
from odoo.exceptions import AccessError


class Secret(fields.Char):
    """A text by which nothing can be found.

    Also not by a domain that Odoo evaluates as superuser, such as a record rule: whoever may write
    one could else guess the text letter by letter.
    """

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        raise self._refusal(model)

    def expression_getter(self, field_expr):
        return self._refuse

    def _refuse(self, record):
        raise self._refusal(record)

    def _refusal(self, records):
        return AccessError(records.env._("Nothing can be searched by a secret."))
