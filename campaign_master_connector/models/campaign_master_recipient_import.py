from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.recipient_import import FoundPeople, LeftOut, is_collected


class CampaignMasterRecipient(models.Model):
    """Recipients by file: by contact or lead, or by name and address of a person.

    One that is there already, or whom nobody knows, is left out and told; the rest is imported.
    """

    _inherit = "campaign.master.recipient"

    # Columns of a file alone; a recipient is who they find.
    import_name = fields.Char("Name", store=False, exportable=False)
    import_email = fields.Char("E-mail", store=False, exportable=False)
    import_new_email = fields.Char(
        "E-mail (unknown people become contacts)", store=False, exportable=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        """:raises ValidationError: for one that is nobody; who is deleted later leaves his row"""
        context = self.env.context
        for vals in vals_list:
            names = ("partner_id", "lead_id")
            if not any(vals.get(name) or context.get(f"default_{name}") for name in names):
                raise ValidationError(
                    self.env._("A recipient is a contact or a lead. Say which one.")
                )
        return super().create(vals_list)

    @api.model
    def load(self, fields, data):
        """As Odoo's; who was left out is told in a last message of the type ``warning``."""
        left_out = LeftOut()
        result = super(CampaignMasterRecipient, self.with_context(cm_left_out=left_out)).load(
            fields, data
        )
        result["ids"] = result["ids"] and [record_id for record_id in result["ids"] if record_id]
        if message := left_out.message(self.env):
            # The page of Odoo's import shows it and goes on, as `left_out` asks it to.
            result["messages"].append({"type": "warning", "message": message, "left_out": True})
        return result

    def _load_records(self, data_list, update=False):
        left_out = self.env.context.get("cm_left_out")
        if not is_collected(left_out) or not self.has_access("create"):
            # Whom Odoo refuses next is told of nobody who is a recipient.
            return super()._load_records(data_list, update)
        known = self._cm_imported_before(data_list)
        rows = []
        for data in data_list:
            if data.get("xml_id") in known or data["values"].get("id"):
                left_out.add("imported", data)
            else:
                rows.append(data)
        rows = FoundPeople(self.env, rows).put_in(left_out)
        return super()._load_records(self._cm_without_recipients(rows, left_out), update)

    def _cm_imported_before(self, data_list):
        """The external ids of the file that are recipients already."""
        xml_ids = [data["xml_id"] for data in data_list if data.get("xml_id")]
        rows = self.env["ir.model.data"].sudo()._lookup_xmlids(xml_ids, self)
        return {
            f"{module}.{name}"
            for _id, module, name, model, _res_id, _noupdate, exists in rows
            if exists and model == self._name
        }

    def _cm_without_recipients(self, data_list, left_out):
        """The rows whose person isn't a recipient of the campaign yet, nor in a row before.

        What the user may not use is refused later: who is a recipient of that isn't told.
        """
        there = self._cm_pairs_there(data_list)
        rows = []
        for data in data_list:
            pair = _pair(data["values"])
            if pair in there:
                left_out.add("there", data)
            else:
                rows.append(data)
                if pair[1] or pair[2]:
                    there.add(pair)
        return rows

    def _cm_pairs_there(self, data_list):
        pairs = {_pair(data["values"]) for data in data_list}
        allowed = [
            self.env[model].browse({pair[place] for pair in pairs if pair[place]})
            for place, model in enumerate(("utm.campaign", "res.partner", "crm.lead"))
        ]
        campaigns, partners, leads = [
            records.exists()._filtered_access("read") for records in allowed
        ]
        found = self.sudo().search_fetch(
            [
                ("campaign_id", "in", (campaigns - campaigns._cm_of_others()).ids),
                "|",
                ("partner_id", "in", partners.ids),
                ("lead_id", "in", leads.ids),
            ],
            ["campaign_id", "partner_id", "lead_id"],
        )
        return {(one.campaign_id.id, one.partner_id.id, one.lead_id.id) for one in found}


def _pair(values):
    """(campaign id, contact id, lead id) of a row, each False where there is none."""
    return tuple(values.get(name) or False for name in ("campaign_id", "partner_id", "lead_id"))
