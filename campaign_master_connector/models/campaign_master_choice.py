import re
from datetime import datetime

from odoo import api, fields, models

from ..services.campaign_text import on_one_line

BRACKETS = re.compile("([<>])")
NAME_MAXIMUM_LENGTH = 255


def without_tags(text):
    """``text`` without what stands between angle brackets, nested ones included, in one pass."""
    kept = [""]
    for piece in BRACKETS.split(text):
        if piece == ">" and len(kept) > 1:
            kept.pop()
        elif piece == "<":
            kept.append("<")
        else:
            kept[-1] += piece
    return "".join(kept)


class CampaignMasterChoice(models.AbstractModel):
    """What lists and templates have in common: made in Campaign Master, chosen in Odoo."""

    _name = "campaign.master.choice"
    _description = "Campaign Master Choice"
    _order = "name, id"

    account_id = fields.Many2one(
        "campaign.master.account", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    external_id = fields.Char("Campaign Master ID", size=64, required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    active = fields.Boolean(
        default=True, help="Archived by itself when it is gone from Campaign Master."
    )

    as_of = fields.Datetime(related="account_id.choices_refreshed_at")

    @api.model
    def _store(self, account, pulled, are_all=True):
        """Make the account's records equal ``pulled``: {external id: values, the name among them}.

        Writes only what differs; one that isn't there any more is archived, not deleted.

        :param are_all: whether what isn't in ``pulled`` is gone
        :return: whether anything differed
        """
        known = {
            record.external_id: record
            for record in self.sudo()
            .with_context(active_test=False)
            .search([("account_id", "=", account.id)])
        }
        gone = [
            record.id
            for key, record in known.items()
            if are_all and record.active and key not in pulled
        ]
        self.sudo().browse(gone).active = False
        new = []
        has_changed = bool(gone)
        for external_id, told in pulled.items():
            values = {**told, "name": self._plain(told["name"], external_id), "active": True}
            record = known.get(external_id)
            if not record:
                new.append({**values, "account_id": account.id, "external_id": external_id})
            elif changed := {name: one for name, one in values.items() if record[name] != one}:
                record.write(changed)
                has_changed = True
        self.sudo().create(new)
        return has_changed or bool(new)

    def _plain(self, name, external_id):
        """``name`` without markup, cut at 255 characters."""
        return on_one_line(without_tags(name[:NAME_MAXIMUM_LENGTH])) or self.env._(
            "Unnamed (%s)", external_id
        )

    def action_cm_refresh(self):
        """Button above the lists and templates of the menu: pull them now, a minute apart."""
        self.check_access("read")
        accounts = self.env["campaign.master.account"].sudo()
        accounts = accounts.search([("company_id", "in", self.env.companies.ids)])
        # Who had no turn for longest comes first, if there is no time for all.
        waited = accounts.sorted(lambda account: account.choices_attempted_at or datetime.min)
        waited._refresh_choices_if_stale(is_asked_for=True)
        if notices := list(filter(None, (account._notice() for account in accounts))):
            return accounts._notification("warning", "\n".join(dict.fromkeys(notices)))
        return {"type": "ir.actions.client", "tag": "soft_reload"}
