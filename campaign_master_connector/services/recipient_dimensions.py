"""What recipients are analysed by: the salesperson, country and company of who they are.

They are stored with the recipient. A chart of a million recipients else reads all contacts of the
database beside them, which takes five times as long. The same goes for what rules of companies ask
of a person, which decide for nearly every user whom he sees.
"""

from odoo.tools import SQL

DIMENSIONS = (
    "user_id",
    "country_id",
    "commercial_partner_id",
    "person_company_id",
    "person_share",
)
SOURCES = {
    "res.partner": (
        "user_id",
        "country_id",
        "commercial_partner_id",
        "is_company",
        "company_id",
        "partner_share",
    ),
    "crm.lead": ("user_id", "country_id", "partner_id", "company_id"),
}


def columns():
    """One SQL expression for each of `DIMENSIONS`, over what `joins` brings.

    The lead itself goes before its contact. A person who belongs to no company has none.
    """
    return SQL(
        """
        COALESCE(lead.user_id, partner.user_id) AS user_id,
        COALESCE(lead.country_id, partner.country_id) AS country_id,
        CASE WHEN partner.is_company OR partner.commercial_partner_id <> partner.id
             THEN partner.commercial_partner_id END AS commercial_partner_id,
        CASE WHEN lead.id IS NULL THEN partner.company_id
             ELSE lead.company_id END AS person_company_id,
        CASE WHEN lead.id IS NULL THEN partner.partner_share END AS person_share
        """
    )


def joins(recipient):
    """Bring the person of each row of the alias ``recipient``, by its partner_id and lead_id.

    Row by row: a hash of all partners takes longer than the rows of a slice.
    """
    return SQL(
        """
        LEFT JOIN LATERAL (
             SELECT * FROM crm_lead WHERE id = %(recipient)s.lead_id OFFSET 0) lead ON TRUE
        LEFT JOIN LATERAL (
             SELECT * FROM res_partner
              WHERE id = COALESCE(%(recipient)s.partner_id, lead.partner_id) OFFSET 0
             ) partner ON TRUE
        """,
        recipient=SQL.identifier(recipient),
    )


def flush_sources(env):
    """Write what `joins` and `columns` read."""
    for model, names in SOURCES.items():
        env[model].flush_model(names)


def dimensions_of(recipients):
    """The values of `DIMENSIONS` of stored recipients whose person exists: {id: [value, ...]}."""
    if not recipients:
        return {}
    flush_sources(recipients.env)
    recipients.flush_recordset(["partner_id", "lead_id"])
    rows = recipients.env.execute_query(
        SQL(
            "SELECT recipient.id, %s FROM campaign_master_recipient recipient %s"
            " WHERE recipient.id IN %s"
            " AND (recipient.partner_id IS NOT NULL OR recipient.lead_id IS NOT NULL)",
            columns(),
            joins("recipient"),
            tuple(recipients.ids),
        )
    )
    return {recipient_id: values for recipient_id, *values in rows}


def store_all(cr):
    """Store the dimensions of all recipients that there are, for an upgrade."""
    cr.execute(
        SQL(
            """
            UPDATE campaign_master_recipient stored
               SET user_id = decided.user_id, country_id = decided.country_id,
                   commercial_partner_id = decided.commercial_partner_id,
                   person_company_id = decided.person_company_id,
                   person_share = decided.person_share
              FROM (SELECT recipient.id, %s
                      FROM campaign_master_recipient recipient %s) AS decided
             WHERE stored.id = decided.id
            """,
            columns(),
            joins("recipient"),
        )
    )
