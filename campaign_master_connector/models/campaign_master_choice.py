import re
from datetime import datetime

from odoo import api, fields, models

from ..services.campaign_text import on_one_line
from .big_integer import BigInteger

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
    external_id = BigInteger("Campaign Master ID", required=True, readonly=True, aggregator=None)
    name = fields.Char(required=True, readonly=True)
    active = fields.Boolean(
        default=True, help="Archived by itself when it is gone from Campaign Master."
    )

    @api.model
    def _store(self, account, pulled):
        """Make the account's records equal ``pulled``, pairs of (external id, name).

        Writes only what differs; one that isn't there any more is archived, not deleted.
        """
        known = {
            record.external_id: record
            for record in self.sudo()
            .with_context(active_test=False)
            .search([("account_id", "=", account.id)])
        }
        names = {external_id: self._plain(name, external_id) for external_id, name in pulled}
        for external_id, name in names.items():
            record = known.get(external_id)
            if record and (record.name != name or not record.active):
                record.write({"name": name, "active": True})
        gone = [record.id for key, record in known.items() if record.active and key not in names]
        self.sudo().browse(gone).active = False
        self.sudo().create(
            [
                {"account_id": account.id, "external_id": external_id, "name": name}
                for external_id, name in names.items()
                if external_id not in known
            ]
        )

    def _plain(self, name, external_id):
        """``name`` without markup, cut at 255 characters."""
        return on_one_line(without_tags(name[:NAME_MAXIMUM_LENGTH])) or self.env._(
            "Unnamed (%s)", external_id
        )

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """What a drop-down offers: never older than a minute while the server can be reached."""
        self._refresh_own_account()
        return super().name_search(name, domain, operator, limit)

    @api.model
    def web_name_search(self, *args, **kwargs):
        """The same for the drop-down of a form, which asks `name_search` by this one."""
        return super().web_name_search(*args, **kwargs)

    @api.model
    def web_search_read(self, *args, **kwargs):
        """The same for *Search more* and the lists of the menu."""
        self._refresh_own_account()
        return super().web_search_read(*args, **kwargs)

    # What they pulled is written: in a read-only transaction they would fail and begin anew.
    name_search._readonly = False
    web_name_search._readonly = False
    web_search_read._readonly = False

    def _refresh_own_account(self):
        if not self.has_access("read"):
            # Odoo refuses them in a moment, and takes back what would be noted of the calls.
            return
        accounts = self.env["campaign.master.account"].sudo()
        accounts = accounts.search([("company_id", "in", self.env.companies.ids)])
        accounts.sorted(self._waits_for_others)._refresh_choices_if_stale()

    def _waits_for_others(self, account):
        """Key of the order: the company that is worked in, then who had no turn for longest."""
        is_another = account.company_id != self.env.company
        return is_another, account.choices_attempted_at or datetime.min
