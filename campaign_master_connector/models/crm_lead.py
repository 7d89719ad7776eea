from odoo import api, fields, models

from ..services import on_list, persons
from .utm_campaign import USER_GROUP


class CrmLead(models.Model):
    """A lead and the campaigns it is a recipient of; opt-outs outlive it, merges keep them."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "campaign.master.engagement.mixin"]

    cm_recipient_ids = fields.One2many(
        "campaign.master.recipient", "lead_id", "Campaign Master Recipients", groups=USER_GROUP
    )

    def write(self, vals):
        """With another contact: who left, and whose address is on a list, stays who it was."""
        if "partner_id" in vals:
            changed = self.sudo().filtered(lambda lead: lead.partner_id.id != vals["partner_id"])
            if changed:
                contact = changed.env["res.partner"].browse(vals["partner_id"])
                changed._cm_keep_persons(contact)
        return super().write(vals)

    def _cm_keep_persons(self, contact):
        """Before another contact, or none: what is told of an address later is of who had it."""
        same = self.filtered(lambda lead: persons.is_same(lead, contact))
        if same:
            persons.name_person(same, contact)
        if others := self - same:
            on_list.leave_addresses_of_leads(others)

    def _cm_recipients_domain(self):
        return [("lead_id", "in", self.ids)]

    def _merge_dependences(self, opportunities):
        """What the merged leads did with campaigns goes on with the lead that stays."""
        result = super()._merge_dependences(opportunities)
        self.sudo()._cm_become_one_person(opportunities.sudo())
        self.env["campaign.master.recipient"].sudo()._move_to("lead_id", opportunities, self)
        return result

    def _cm_become_one_person(self, others):
        """Merged leads are one person, so the contact of one is that of those without."""
        everybody = self | others
        contact = everybody.partner_id[:1]
        if contact and not contact.is_company:
            unnamed = everybody.filtered(lambda lead: not lead.partner_id)
            on_list.leave_addresses_of_leads(unnamed)
            persons.name_person(unnamed, contact)

    @api.ondelete(at_uninstall=False)
    def _cm_keep_contacts(self):
        """What is told later of an address on a list is still of the contact of then."""
        on_list.leave_addresses_of_leads(self.sudo())
