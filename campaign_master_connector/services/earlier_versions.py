"""What earlier versions stored otherwise, brought to how it is stored now."""

from odoo.tools import SQL

from . import named_addresses, persons
from .address_digests import of_unkeyed
from .addresses import single_address
from .array_literals import array_of

UNKEYED_LENGTH = 32


def keep_the_lead(cr):
    """A recipient was a lead and a contact at once: by its address it was the lead."""
    cr.execute(
        SQL(
            "UPDATE campaign_master_recipient SET partner_id = NULL "
            "WHERE lead_id IS NOT NULL AND partner_id IS NOT NULL"
        )
    )


def name_persons(cr):
    """Of leads that left, or had another address: their contacts, who were looked up each time."""
    cr.execute(
        SQL(
            """
            UPDATE campaign_master_opt_out gone SET partner_id = person.id
              FROM crm_lead CROSS JOIN LATERAL (%s) person
             WHERE crm_lead.id = gone.lead_id AND gone.partner_id IS NULL
            """,
            persons.contact_of_lead(SQL("crm_lead.id")),
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE campaign_master_former_address former SET partner_id = person.id
              FROM campaign_master_recipient recipient CROSS JOIN LATERAL (%s) person
             WHERE recipient.id = former.recipient_id AND former.partner_id IS NULL
            """,
            persons.contact_of_lead(SQL("recipient.lead_id")),
        )
    )


def compare_addresses(cr):
    """Addresses that were kept as they were typed, say with an international domain.

    What was left out as malformed still shows its text.
    """
    _compare(cr, "campaign_master_recipient", SQL("state_reason IS DISTINCT FROM 'malformed'"))
    _compare(cr, "campaign_master_former_address", SQL("TRUE"))
    _compare(cr, "campaign_master_opt_out", SQL("TRUE"))


def _compare(cr, table, condition):
    cr.execute(
        SQL(
            "SELECT DISTINCT email FROM %s WHERE email <> '' AND NOT %s AND %s",
            SQL.identifier(table),
            named_addresses.is_plain(SQL("email")),
            condition,
        )
    )
    spellings = {text: single_address(text) for [text] in cr.fetchall()}
    changed = {text: address for text, address in spellings.items() if address not in ("", text)}
    cr.execute(
        SQL(
            """
            UPDATE %(table)s known SET email = changed.address
              FROM UNNEST(%(texts)s, %(addresses)s) AS changed(text, address)
             WHERE known.email = changed.text AND %(condition)s
            """,
            table=SQL.identifier(table),
            texts=array_of("varchar", changed.keys()),
            addresses=array_of("varchar", changed.values()),
            condition=condition,
        )
    )


def key_digests(env):
    """Give the digests of unknown addresses this database's key."""
    env.cr.execute(
        SQL(
            "UPDATE campaign_master_unknown_address SET digest = %s WHERE LENGTH(digest) = %s",
            of_unkeyed(env, SQL("digest")),
            UNKEYED_LENGTH,
        )
    )
