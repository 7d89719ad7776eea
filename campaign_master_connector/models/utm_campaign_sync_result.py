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
        (synced - seen).cm_sync_result = self.env._("The campaign is in Campaign Master.")
        (self - synced).cm_sync_result = False

    def _cm_count_batch(self, counts):
        """Count a batch to its sync: stored with the batch, so that none is counted without.

        A sync ends when nobody is left to add; the next batch begins another one.

        :param counts: `Counter` of its recipients by state
        """
        if not counts:
            return
        known = self._cm_counts_of_unfinished_sync()
        sums = {name: known.get(name, 0) + counts[name] for name in ("added", "exists")}
        new = known.get("new", 0) + counts.total()
        self.cm_sync_counts = {**known, **sums, "new": new, "is_done": False}

    def _cm_counts_of_unfinished_sync(self):
        counts = self.cm_sync_counts or {}
        return {} if counts.get("is_done", True) else counts

    def _cm_counts_after(self, purpose):
        """What the sync did until the end of a run, the schedule's or, with "sync", a click's.

        :return: {"new": int of recipients that it did anything with, "added" and "exists" of these,
            "is_done": bool, "total": int of all recipients, and those that it left out by state}
        """
        counts = self._cm_counts_of_unfinished_sync()
        if not counts and purpose == "recipients" and self.cm_sync_counts:
            counts = self.cm_sync_counts
        is_done = not self._cm_has_pending()
        counts = {"new": 0, "added": 0, "exists": 0, **counts, "is_done": is_done}
        if "total" in counts and purpose == "recipients" and not is_done:
            # Counting a million takes longer than a batch.
            return counts
        return self._cm_as_the_boxes(counts)

    def _cm_as_the_boxes(self, counts):
        """Counts of a sync with who is left out now, and without those it added who left since."""
        totals = self._cm_counts_by_state()
        still = {state: min(counts[state], totals.get(state, 0)) for state in ("added", "exists")}
        left_out = {state: totals.get(state, 0) for state in ("opted_out", "excluded", "rejected")}
        return {**counts, **still, **left_out, "total": sum(totals.values())}

    def _cm_result_sentence(self, result):
        """What a sync did so far, and what the background still has to do."""
        campaign = self.browse(result.campaign.id)
        if not campaigns_seen_as_a_whole(campaign):
            return self._cm_sentence_of_some(campaign._cm_counts_by_state())
        counts = campaign.sudo().cm_sync_counts
        if campaign.cm_paused and not counts["new"]:
            sentence = self._cm_sentence_of_itself()
        else:
            sentence = self._cm_sentence_of_all(counts)
        return " ".join(filter(None, (sentence, self._cm_left_sentence(result))))

    def _cm_left_sentence(self, result):
        """Who still waits, and for what; empty where nobody does."""
        number = number_for(self.env, result.left)
        if result.campaign.cm_paused and result.left:
            return self.env._(
                "%s more wait, since adding is paused. Press Resume to have them added.", number
            )
        if result.campaign.cm_paused:
            return self.env._("Adding is paused; nobody waits now.")
        return result.left and self.env._("%s more are added in the background.", number)

    def _cm_sentence_of_itself(self):
        return self.env._("The campaign itself is in Campaign Master.")

    def _cm_sentence_of_all(self, counts):
        # Somebody waits: adding is paused, or the click's 1,000 were others.
        if not counts["new"] and not counts.get("is_done", True):
            return self._cm_sentence_of_itself()
        numbers = self._cm_numbers(counts)
        # Without a total: a batch was stored, and the run that sent it failed.
        if not counts.get("total", counts["new"]):
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
