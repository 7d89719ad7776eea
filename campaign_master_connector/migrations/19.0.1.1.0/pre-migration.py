from odoo.tools import SQL

# They became indexes of the same names, which Odoo can't make while the constraints are there.
CONSTRAINTS_THAT_BECAME_INDEXES = (
    "campaign_master_recipient_partner_unique",
    "campaign_master_recipient_lead_unique",
)
# What the new ones do as well; Odoo never drops the index of a field.
INDEXES_OF_NO_USE = (
    "campaign_master_recipient__partner_id_index",
    "campaign_master_recipient__lead_id_index",
)


def migrate(cr, version):
    """Make room for the unique indexes of recipients."""
    for name in CONSTRAINTS_THAT_BECAME_INDEXES:
        cr.execute(
            SQL(
                "ALTER TABLE campaign_master_recipient DROP CONSTRAINT IF EXISTS %s",
                SQL.identifier(name),
            )
        )
    for name in INDEXES_OF_NO_USE:
        cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(name)))
