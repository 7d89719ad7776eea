from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ..services import named_addresses, on_list
from ..services.addresses import as_compared


class MailBlacklist(models.Model):
    """Odoo's blacklist, with each address as those of recipients are stored."""

    _inherit = "mail.blacklist"

    # Odoo keeps an international domain, and what is invisible, as it was typed.
    cm_address = fields.Char(
        "Address as Compared",
        compute="_compute_cm_address",
        store=True,
        groups=fields.NO_ACCESS,
    )

    _cm_address_idx = models.Index("(cm_address) WHERE active")

    @api.depends("email")
    def _compute_cm_address(self):
        for blacklisted in self:
            blacklisted.cm_address = as_compared(blacklisted.email or "")

    def _auto_init(self):
        """Fill a new column in one statement; Odoo would read and write each row."""
        is_new = not column_exists(self.env.cr, self._table, "cm_address")
        if is_new:
            create_column(self.env.cr, self._table, "cm_address", "varchar")
        result = super()._auto_init()
        if is_new:
            self._cm_fill_addresses()
        return result

    def _cm_fill_addresses(self):
        self.env.cr.execute(
            SQL(
                "UPDATE mail_blacklist SET cm_address = %s WHERE %s",
                named_addresses.lower(SQL("email")),
                named_addresses.is_plain(SQL("email")),
            )
        )
        rows = self.env.execute_query(
            SQL("SELECT id, email FROM mail_blacklist WHERE cm_address IS NULL")
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_blacklist blacklist SET cm_address = found.address
                  FROM (%s) AS found(id, address, merged) WHERE blacklist.id = found.id
                """,
                on_list.rows_of({row_id: as_compared(email) for row_id, email in rows}),
            )
        )
