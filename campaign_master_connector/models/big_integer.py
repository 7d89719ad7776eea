from odoo import fields


class BigInteger(fields.Integer):
    """An integer beyond 32 bits, as another system's ids can be."""

    _column_type = ("int8", "int8")
