from odoo import models

from ..services.campaign_text import in_a_cell


class Base(models.AbstractModel):
    """Exports in which no text from outside is a formula.

    Names, answers and addresses come from Campaign Master and from strangers. Odoo has formulas
    calculated in its Excel files.
    """

    _inherit = "base"

    def _export_rows(self, fields, **options):
        rows = super()._export_rows(fields, **options)
        is_ours = self._name.startswith("campaign.master.")
        columns = [
            column
            for column, path in enumerate(fields)
            if path and (is_ours or path[0].startswith("cm_"))
        ]
        for row in rows if columns else ():
            for column in columns:
                if isinstance(row[column], str):
                    row[column] = in_a_cell(row[column])
        return rows
