from odoo.tools import SQL
from odoo.tools.sql import column_exists, drop_index

TABLES_OF_CHOICES = ("campaign_master_list", "campaign_master_template")
# Where people keep domains, also over other models: as the campaign of a lead.
KEPT_DOMAINS = (
    ("ir_filters", "domain"),
    ("mailing_filter", "mailing_domain"),
    ("mailing_mailing", "mailing_domain"),
    ("crm_team", "assignment_domain"),
    ("crm_team_member", "assignment_domain"),
)
OF_SYNCED_CAMPAIGNS = "utm_campaign_cm_synced_idx"


def migrate(cr, version):
    """Make text of the ids that Campaign Master gave, which were numbers."""
    for table in TABLES_OF_CHOICES:
        _make_text(cr, table, "external_id")
    # Its condition compares numbers. Odoo makes it anew.
    drop_index(cr, OF_SYNCED_CAMPAIGNS, "utm_campaign")
    _make_text(cr, "utm_campaign", "cm_external_id")
    _make_text_of_sent_values(cr)
    for table, column in KEPT_DOMAINS:
        _compare_as_text(cr, table, column)


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


def _compare_as_text(cr, table, column):
    """Domains that people kept with the filter of the campaigns in Campaign Master."""
    cr.execute(
        SQL(
            r"""
            UPDATE %(table)s
               SET %(column)s = REGEXP_REPLACE(
                   %(column)s, %(condition)s, '("\1", "!=", False)', 'g')
             WHERE %(column)s ~ %(condition)s
            """,
            table=SQL.identifier(table),
            column=SQL.identifier(column),
            condition=(
                r"""[(\[]\s*['"]((?:\w+\.)*cm_external_id)['"]\s*,\s*['"]>['"]\s*,\s*0\s*[)\]]"""
            ),
        )
    )
