from odoo import api, fields, models

from ..services.recipient_visibility import campaigns_seen_as_a_whole
from ..services.sentences import number_for
from .utm_campaign import USER_GROUP


class UtmCampaign(models.Model):
    """What the last sync did in numbers, as far as the reader's access rules go."""

    _inherit = "utm.campaign"

    # Of everybody, so it is read by the server alone.
    cm_sync_counts = fields.Json(
        "Counts of the last sync", groups=fields.NO_ACCESS, readonly=True, copy=False
    )
    cm_sync_result = fields.Char(
        "Result of the last sync", compute="_compute_cm_sync_result", groups=USER_GROUP
    )

    @api.depends("cm_sync_counts")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_cm_sync_result(self):
        synced = self.filtered(lambda campaign: campaign.sudo().cm_sync_counts)
        seen = campaigns_seen_as_a_whole(synced)
        for campaign in seen:
            campaign.cm_sync_result = self._cm_sentence_of_all(campaign.sudo().cm_sync_counts)
        # Without numbers: counting among a million recipients takes longer than the form may.
        (synced - seen).cm_sync_result = self.env._(
            "The campaign is in Campaign Master. You see some of its recipients only; the numbers "
            "are of those."
        )
        (self - synced).cm_sync_result = False

    def _cm_keep_counts(self, result):
        """Keep what a `CampaignResult` did, unless somebody else synced the campaign since."""
        if self.cm_synced_at == result.synced_at:
            self.cm_sync_counts = self._cm_counts_of(result)

    def _cm_counts_of(self, result):
        """Of a `CampaignResult` what is kept: {"new": int of recipients that it did anything with,
        "total": int of all recipients, and by state "added" and "exists" in this sync, the others
        altogether}.
        """
        totals = self._cm_counts_by_state()
        return {
            "new": result.counts.total(),
            "total": sum(totals.values()),
            "added": result.counts["added"],
            "exists": result.counts["exists"],
            **{state: totals.get(state, 0) for state in ("opted_out", "excluded", "rejected")},
        }

    def _cm_result_sentence(self, result):
        """What a sync just did, and what the background still has to do."""
        campaign = self.browse(result.campaign.id)
        if not campaigns_seen_as_a_whole(campaign):
            return self._cm_sentence_of_some(campaign._cm_counts_by_state())
        sentence = self._cm_sentence_of_all(campaign._cm_counts_of(result))
        if result.left:
            sentence += " " + self._cm_left_sentence(result)
        return sentence

    def _cm_left_sentence(self, result):
        number = number_for(self.env, result.left)
        if result.campaign.cm_paused:
            return self.env._("%s more wait, since adding is paused.", number)
        return self.env._("%s more are added in the background.", number)

    def _cm_sentence_of_all(self, counts):
        numbers = self._cm_numbers(counts)
        if not counts["total"]:
            return self.env._("The campaign is in Campaign Master; it has no recipients yet.")
        if numbers and counts["new"]:
            return self.env._("The campaign is in Campaign Master: %s.", numbers)
        return self.env._("Nothing new to add. %s", numbers and f"({numbers})").strip()

    def _cm_sentence_of_some(self, counts):
        """Where the reader's recipients stand: what the sync did with the others isn't his."""
        if not counts:
            return self.env._("The campaign is in Campaign Master; you see no recipients of it.")
        return self.env._(
            "The campaign is in Campaign Master. Of the recipients that you see: %s.",
            self._cm_numbers(counts),
        )

    def _cm_numbers(self, counts):
        texts = {
            "pending": self.env._("%s to add"),
            "added": self.env._("%s added"),
            "exists": self.env._("%s already on the list"),
            "opted_out": self.env._("%s opted out"),
            "excluded": self.env._("%s excluded"),
            "rejected": self.env._("%s rejected"),
        }
        return ", ".join(
            text % number_for(self.env, counts[state])
            for state, text in texts.items()
            if counts.get(state)
        )

    def _cm_counts_by_state(self):
        return dict(
            self.env["campaign.master.recipient"]._read_group(
                [("campaign_id", "=", self.id)], ["state"], ["__count"]
            )
        )
