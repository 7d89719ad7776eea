from odoo.tools import SQL
from odoo.tools.sql import column_exists, drop_index

TABLES_OF_CHOICES = ("campaign_master_list", "campaign_master_template")
OF_SYNCED_CAMPAIGNS = "utm_campaign_cm_synced_idx"


def migrate(cr, version):
    """Make text of the ids that Campaign Master gave, which were numbers."""
    for table in TABLES_OF_CHOICES:
        _make_text(cr, table, "external_id")
    # Its condition compares numbers. Odoo makes it anew.
    drop_index(cr, OF_SYNCED_CAMPAIGNS, "utm_campaign")
    _make_text(cr, "utm_campaign", "cm_external_id")
    _make_text_of_sent_values(cr)
    _go_on_with_favorites(cr)


def _make_text(cr, table, column):
    cr.execute(
        SQL(
            "ALTER TABLE %(table)s ALTER COLUMN %(column)s TYPE varchar(64) "
            "USING NULLIF(%(column)s::varchar, '0')",
            table=SQL.identifier(table),
            column=SQL.identifier(column),
        )
    )


def _make_text_of_sent_values(cr):
    """Else each campaign would look as if it had another template than the one that was sent."""
    if column_exists(cr, "utm_campaign", "cm_sent_values"):
        cr.execute(
            SQL(
                """
                UPDATE utm_campaign
                   SET cm_sent_values = jsonb_set(
                       cm_sent_values, '{template_id}', to_jsonb(cm_sent_values->>'template_id'))
                 WHERE jsonb_typeof(cm_sent_values->'template_id') = 'number'
                """
            )
        )


def _go_on_with_favorites(cr):
    """Searches that people kept with the filter of the campaigns in Campaign Master."""
    cr.execute(
        SQL(
            """
            UPDATE ir_filters
               SET domain = REGEXP_REPLACE(
                   domain, %(condition)s, '("cm_external_id", "!=", False)', 'g')
             WHERE domain ~ %(condition)s
            """,
            condition=r"""[(\[]\s*['"]cm_external_id['"]\s*,\s*['"]>['"]\s*,\s*0\s*[)\]]""",
        )
    )
