"""Who of a campaign's people can get its mail, decided for any number of them in one statement.

The one place that decides a recipient's address, kind and first state. A *source* names the people
to decide on; `classified` makes a query of what they become. Both the form (one row, through the
ORM) and "add all that match" (INSERT ... SELECT) read from it.

Who somebody is, is looked up row by row (LATERAL with OFFSET 0). PostgreSQL else reads all partners
and all recipients of the campaign for each slice of them: dearer, the more there are.
"""

from typing import NamedTuple

from odoo.tools import SQL

from . import named_addresses
from .addresses import ADDRESS_MAXIMUM_LENGTH
from .on_list import may_be_on_list


class Source(NamedTuple):
    """Queries of the people to decide on, and of the texts alone that name their addresses."""

    people: SQL
    texts: SQL


def new_partners(campaign, partner_ids):
    """Source: the partners of a subquery of ids that aren't recipients of ``campaign`` yet.

    :param partner_ids: `SQL` of a query with one column, the ids
    """
    people = SQL(
        """
        SELECT NULL::integer AS recipient_id, %(campaign)s AS campaign_id,
               %(account)s AS account_id, partner.id AS partner_id, NULL::integer AS lead_id,
               CASE WHEN partner.is_company THEN NULL ELSE partner.id END AS person_id,
               CASE WHEN partner.is_company THEN 'company' ELSE 'contact' END AS kind,
               partner.email AS raw_email,
               NOT partner.active AS is_archived, FALSE AS is_deleted,
               NULL AS known_email, NULL AS known_state,
               FALSE AS has_left, FALSE AS may_be_on_list
          FROM (%(ids)s) AS chosen(id)
         CROSS JOIN LATERAL (
               SELECT * FROM res_partner WHERE id = chosen.id OFFSET 0) partner
         WHERE NOT EXISTS (
                SELECT FROM campaign_master_recipient known
                 WHERE known.campaign_id = %(campaign)s AND known.partner_id = partner.id OFFSET 0)
        """,
        campaign=campaign.id,
        account=campaign.cm_account_id.id,
        ids=partner_ids,
    )
    return Source(people, _texts("res_partner", "email", partner_ids))


def new_leads(campaign, lead_ids):
    """Source: the leads of a subquery of ids that aren't recipients of ``campaign`` yet.

    A lost lead is archived in Odoo and still somebody one may want to win back.
    """
    people = SQL(
        """
        SELECT NULL::integer AS recipient_id, %(campaign)s AS campaign_id,
               %(account)s AS account_id, NULL::integer AS partner_id, lead.id AS lead_id,
               customer.id AS person_id, 'lead' AS kind,
               lead.email_from AS raw_email,
               FALSE AS is_archived, FALSE AS is_deleted,
               NULL AS known_email, NULL AS known_state,
               FALSE AS has_left, FALSE AS may_be_on_list
          FROM (%(ids)s) AS chosen(id)
         CROSS JOIN LATERAL (
               SELECT * FROM crm_lead WHERE id = chosen.id OFFSET 0) lead
          LEFT JOIN LATERAL (
               SELECT id FROM res_partner
                WHERE id = lead.partner_id AND is_company IS NOT TRUE OFFSET 0) customer ON TRUE
         WHERE NOT EXISTS (
                SELECT FROM campaign_master_recipient known
                 WHERE known.campaign_id = %(campaign)s AND known.lead_id = lead.id OFFSET 0)
        """,
        campaign=campaign.id,
        account=campaign.cm_account_id.id,
        ids=lead_ids,
    )
    return Source(people, _texts("crm_lead", "email_from", lead_ids))


def _texts(table, column, ids):
    return SQL(
        """
        SELECT person.%(column)s FROM (%(ids)s) AS chosen(id)
         CROSS JOIN LATERAL (
               SELECT %(column)s FROM %(table)s WHERE id = chosen.id OFFSET 0) person
        """,
        column=SQL.identifier(column),
        table=SQL.identifier(table),
        ids=ids,
    )


def known_recipients(condition):
    """Source: recipients that exist already.

    :param condition: `SQL` condition on the alias ``recipient``
    """
    people = SQL(
        """
        SELECT recipient.id AS recipient_id, recipient.campaign_id,
               campaign.cm_account_id AS account_id, recipient.partner_id, recipient.lead_id,
               CASE WHEN recipient.lead_id IS NOT NULL THEN customer.id
                    WHEN partner.is_company IS NOT TRUE THEN partner.id END AS person_id,
               CASE WHEN recipient.lead_id IS NOT NULL THEN 'lead'
                    WHEN partner.is_company THEN 'company'
                    WHEN partner.id IS NOT NULL THEN 'contact'
                    ELSE COALESCE(recipient.kind, 'contact') END AS kind,
               CASE WHEN recipient.lead_id IS NOT NULL THEN lead.email_from
                    ELSE partner.email END AS raw_email,
               COALESCE(NOT partner.active, FALSE) AS is_archived,
               recipient.partner_id IS NULL AND recipient.lead_id IS NULL AS is_deleted,
               recipient.email AS known_email, recipient.state AS known_state,
               COALESCE(recipient.opted_out, FALSE) OR recipient.state = 'opted_out' AS has_left,
               %(may_be_on_list)s AS may_be_on_list
          FROM campaign_master_recipient recipient
          JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
          LEFT JOIN LATERAL (
               SELECT * FROM res_partner WHERE id = recipient.partner_id OFFSET 0
               ) partner ON TRUE
          LEFT JOIN LATERAL (
               SELECT * FROM crm_lead WHERE id = recipient.lead_id OFFSET 0
               ) lead ON TRUE
          LEFT JOIN LATERAL (
               SELECT id FROM res_partner
                WHERE id = lead.partner_id AND is_company IS NOT TRUE OFFSET 0
               ) customer ON TRUE
         WHERE %(condition)s
        """,
        may_be_on_list=may_be_on_list(),
        condition=condition,
    )
    texts = SQL("SELECT raw_email FROM (%s) AS known", people)
    return Source(people, texts)


def without_holder():
    """Condition: left out as a duplicate, but nobody has the address any more."""
    return SQL(
        """
        recipient.state_reason = 'duplicate' AND NOT EXISTS (
            SELECT FROM campaign_master_recipient other
             WHERE other.campaign_id = recipient.campaign_id AND other.email = recipient.email
               AND other.id <> recipient.id AND other.state <> 'excluded')
        """
    )


def classified(env, source):
    """Query of what the people of a `Source` become, in this transaction.

    Columns: recipient_id, campaign_id, partner_id, lead_id, kind, email, state, state_reason,
    former_email: the one that may be on the list and isn't theirs any more.
    An opt-out weighs more than anything else; what was pushed at the same address stays as it is.
    """
    return SQL(
        """
        WITH source AS MATERIALIZED (%(source)s), judged AS MATERIALIZED (
            SELECT source.*, named.*,
                   has_left OR %(opted_out)s AS is_opted_out,
                   EXISTS (SELECT FROM mail_blacklist blacklist
                            WHERE blacklist.cm_address = named.address AND blacklist.active)
                       AS is_blacklisted,
                   known_state IN ('added', 'exists', 'rejected') AND known_email = named.address
                       AS was_pushed
              FROM source
              LEFT JOIN %(reading)s AS read(text, address, reason) ON read.text = raw_email
             CROSS JOIN LATERAL (%(named)s) AS named
        -- Materialized both: each look-up is made once, however often its result is asked for.
        ), compared AS (
            SELECT judged.*, %(duplicate)s AS is_duplicate FROM judged
        )
        SELECT recipient_id, campaign_id, partner_id, lead_id, kind, email,
               %(state)s AS state,
               %(reason)s AS state_reason,
               CASE WHEN may_be_on_list AND known_email IS DISTINCT FROM email
                    THEN NULLIF(known_email, '') END AS former_email
          FROM compared
         CROSS JOIN LATERAL (
               SELECT CASE WHEN is_deleted THEN known_email
                           WHEN is_malformed THEN LEFT(TRIM(raw_email), %(maximum)s)
                           ELSE address END AS email) AS now_at
        """,
        source=source.people,
        reading=named_addresses.reading(env, source.texts),
        named=_named(),
        maximum=ADDRESS_MAXIMUM_LENGTH,
        opted_out=_opted_out(),
        duplicate=_duplicate(),
        state=_state(),
        reason=_reason(),
    )


def _named():
    """What a text names: an address alone itself, another text what was read in it."""
    return SQL(
        """
        SELECT has_no_address, address IS NULL AND NOT has_no_address AS is_malformed,
               address, read.reason = 'first_of_several' AS is_first_of_several
          FROM (SELECT COALESCE(raw_email, '') = '' OR read.reason IS NOT DISTINCT FROM 'no_address'
                           AS has_no_address,
                       CASE WHEN read.text IS NOT NULL THEN read.address
                            WHEN %(is_plain)s THEN %(lower)s END AS address
                OFFSET 0) AS taken
        """,
        is_plain=named_addresses.is_plain(SQL("raw_email")),
        lower=named_addresses.lower(SQL("raw_email")),
    )


def _opted_out():
    """Consent is the address's and the person's: neither a new address nor a new list undoes it.

    A lead and the contact that it belongs to are one person, unless that contact is a company.
    Of a lead that left, the contact of then is kept: who is its contact since didn't leave.
    Nobody is judged by what an administrator lifted.
    """
    return SQL(
        """
        EXISTS (SELECT FROM campaign_master_opt_out gone
                 WHERE gone.account_id = source.account_id AND gone.lifted_at IS NULL
                   AND gone.email = named.address)
        OR EXISTS (SELECT FROM campaign_master_opt_out gone
                 WHERE gone.account_id = source.account_id AND gone.lifted_at IS NULL
                   AND gone.partner_id = source.partner_id)
        OR EXISTS (SELECT FROM campaign_master_opt_out gone
                 WHERE gone.account_id = source.account_id AND gone.lifted_at IS NULL
                   AND gone.partner_id = source.person_id)
        OR EXISTS (SELECT FROM campaign_master_opt_out gone
                 WHERE gone.account_id = source.account_id AND gone.lifted_at IS NULL
                   AND gone.lead_id = source.lead_id)
        """
    )


def _duplicate():
    """Another recipient of the campaign, here first, has the address already.

    Among those who are decided on together, whoever is left out for another reason has none.
    """
    return SQL(
        """
        EXISTS (SELECT FROM campaign_master_recipient other
                 WHERE other.campaign_id = judged.campaign_id
                   AND other.email = judged.address
                   AND other.id IS DISTINCT FROM judged.recipient_id
                   AND (other.state IN ('added', 'exists', 'opted_out', 'rejected')
                        OR other.state = 'pending'
                           AND (judged.recipient_id IS NULL
                                OR other.id < judged.recipient_id
                                OR judged.known_state IS DISTINCT FROM 'pending')))
        OR address IS NOT NULL AND ROW_NUMBER() OVER (
            PARTITION BY campaign_id, address,
                is_opted_out OR was_pushed IS TRUE
                OR NOT (is_deleted OR is_archived OR is_malformed OR is_blacklisted)
            ORDER BY recipient_id, partner_id, lead_id) > 1
        """
    )


def _state():
    return SQL(
        """
        CASE WHEN is_opted_out THEN 'opted_out'
             WHEN is_deleted AND known_state <> 'pending' THEN known_state
             WHEN was_pushed THEN known_state
             WHEN is_deleted OR is_archived OR has_no_address OR is_malformed
                  OR is_blacklisted OR is_duplicate THEN 'excluded'
             ELSE 'pending' END
        """
    )


def _reason():
    return SQL(
        """
        CASE WHEN is_opted_out THEN 'unsubscribed'
             WHEN is_deleted THEN
                 CASE WHEN known_state IN ('pending', 'excluded') THEN 'deleted' END
             WHEN was_pushed THEN NULL
             WHEN is_archived THEN 'archived'
             WHEN has_no_address THEN 'no_address'
             WHEN is_malformed THEN 'malformed'
             WHEN is_blacklisted THEN 'blacklisted'
             WHEN is_duplicate THEN 'duplicate'
             WHEN is_first_of_several THEN 'first_of_several' END
        """
    )
