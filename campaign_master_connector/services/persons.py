"""Who a lead is: one person with its contact of then, whoever is its contact now."""

from odoo.tools import SQL

from .addresses import named_address


def contact_of_lead(lead_id):
    """Query of the id of the contact that a lead and it are one person with; no company is."""
    return SQL(
        """
        SELECT contact.id FROM crm_lead lead
          JOIN res_partner contact
            ON contact.id = lead.partner_id AND contact.is_company IS NOT TRUE
         WHERE lead.id = %s OFFSET 0
        """,
        lead_id,
    )


def addresses_of(recipient_ids):
    """Query of the addresses that recipients have or had, each with the person of then."""
    return SQL(
        """
        SELECT recipient.id AS recipient_id, campaign.cm_account_id AS account_id,
               recipient.company_id, recipient.lead_id, had.email,
               COALESCE(recipient.partner_id, had.person_id) AS partner_id
          FROM campaign_master_recipient recipient
          JOIN utm_campaign campaign ON campaign.id = recipient.campaign_id
         CROSS JOIN LATERAL (
                SELECT former.email, former.partner_id AS person_id
                  FROM campaign_master_former_address former
                 WHERE former.recipient_id = recipient.id
                 UNION ALL
                SELECT recipient.email, (%(person)s)
                 WHERE recipient.email IS NOT NULL AND recipient.email <> ALL(ARRAY(
                       SELECT former.email FROM campaign_master_former_address former
                        WHERE former.recipient_id = recipient.id))) had
         WHERE recipient.id IN (%(ids)s)
        """,
        ids=recipient_ids,
        person=contact_of_lead(SQL("recipient.lead_id")),
    )


def is_same(lead, contact):
    """Whether a lead is one person with the contact that it gets.

    If it had none, and the contact has no other address.
    """
    is_known = lead.partner_id and not lead.partner_id.is_company
    if is_known or not contact or contact.is_company:
        return False
    address = named_address(contact.email).address
    return not contact.email or address == named_address(lead.email_from).address != ""


def name_person(leads, contact):
    """Who left as ``leads`` whose contact wasn't known is ``contact``."""
    env = leads.env
    opt_outs, former = env["campaign.master.opt.out"], env["campaign.master.former.address"]
    opt_outs.search([("lead_id", "in", leads.ids), ("partner_id", "=", False)]).write(
        {"partner_id": contact.id}
    )
    former.search([("recipient_id.lead_id", "in", leads.ids), ("partner_id", "=", False)]).write(
        {"partner_id": contact.id}
    )
