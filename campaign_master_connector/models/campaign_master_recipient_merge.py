from odoo import api, models

from ..services import on_list

STATISTICS_SUMMED = ("total_opens", "total_clicks", "total_forwards", "total_unsubscribes")
STATISTICS_EARLIEST = ("first_open", "first_click")
STATISTICS_LATEST = ("last_open", "last_click")


class CampaignMasterRecipient(models.Model):
    """Recipients whose people turned out to be one person."""

    _inherit = "campaign.master.recipient"

    @api.model
    def _move_to(self, person_field, sources, target):
        """Give the recipients of merged people to the one who stays.

        A campaign that has both keeps one recipient: opted out if one of them was, else the one
        that got furthest, with the statistics of both.

        :param person_field: ``partner_id`` or ``lead_id``
        """
        everybody = self.with_context(active_test=False).search(
            [(person_field, "in", (sources | target).ids)]
        )
        for recipients in everybody.grouped("campaign_id").values():
            recipients._merge_into_one(person_field, target)
        self.env["campaign.master.opt.out"].search([(person_field, "in", sources.ids)]).write(
            {person_field: target.id}
        )

    def _merge_into_one(self, person_field, target):
        precedence = ("opted_out", "added", "exists", "pending", "rejected", "excluded")
        # Of two in the same state the one whose address stays: it needn't be pushed again.
        kept, *others = self.sorted(
            lambda recipient: (precedence.index(recipient.state), recipient[person_field] != target)
        )
        others = self.browse().union(*others)
        if others:
            kept.write(self._merged_statistics())
            on_list.leave_addresses(others, kept)
            others.unlink()
        if kept[person_field] != target:
            kept[person_field] = target

    def _merged_statistics(self):
        """Figures of recipients that turned out to be one person."""
        values = {name: sum(self.mapped(name)) for name in STATISTICS_SUMMED}
        for name in STATISTICS_EARLIEST:
            values[name] = min(filter(None, self.mapped(name)), default=False)
        for name in STATISTICS_LATEST:
            values[name] = max(filter(None, self.mapped(name)), default=False)
        values["bounced"] = any(self.mapped("bounced"))
        return values
