from odoo import models

from ..services.sentences import number_for

# Lines of a notification; of more, each kind is counted.
MOST_LINES = 10


# A click that had nothing to send looks whether Campaign Master can be reached.
SECONDS_OF_A_LOOK = 3.0


class UtmCampaign(models.Model):
    """What a sync tells the person who asked for it."""

    _inherit = "utm.campaign"

    def _cm_sync_notification(self, results):
        problems = [result for result in results if result.problem]
        missing = self.env["ir.cron"]._cm_missing_sentence()
        if problems:
            kind = "danger"
        elif missing or any(
            result.came_too_late or result.is_held or self._cm_notice_without_calls(result)
            for result in results
        ):
            kind = "warning"
        elif any(result.busy or result.waiting for result in results):
            kind = "info"
        else:
            kind = "success"
        action = self.env["campaign.master.account"]._notification(
            kind, "\n".join(filter(None, (self._cm_results_text(results), missing)))
        )
        action["params"]["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        return action

    def _cm_results_text(self, results):
        if len(results) == 1:
            return self._cm_outcome(results[0])
        if len(results) > MOST_LINES:
            return "\n".join(self._cm_summary(results))
        lines = [
            self.env._(
                "%(campaign)s: %(outcome)s",
                campaign=result.campaign.title,
                outcome=self._cm_outcome(result),
            )
            for result in results
        ]
        return "\n".join(lines)

    def _cm_summary(self, results):
        """What became of many campaigns: how many of each kind, and the first problems."""
        problems = [result for result in results if result.problem]
        waiting = [result for result in results if result.waiting and not result.problem]
        busy = [result for result in results if result.busy]
        done = len(results) - len(problems) - len(waiting) - len(busy)
        counted = (
            (done, self.env._("Synced: %s")),
            (len(busy), self.env._("Being synced now: %s")),
            (len(waiting), self.env._("Synced in the background: %s")),
            (len(problems), self.env._("With a problem: %s")),
        )
        lines = [text % number_for(self.env, count) for count, text in counted if count]
        lines += dict.fromkeys(result.refusal for result in waiting if result.refusal)
        return lines + self._cm_shortened(
            [
                self.env._(
                    "%(campaign)s: %(outcome)s",
                    campaign=result.campaign.title,
                    outcome=self._cm_problem_now(result),
                )
                for result in problems[:MOST_LINES]
            ],
            len(problems),
        )

    def _cm_shortened(self, lines, count=None):
        """The first of ``lines``, each once, and how many more there are of ``count``."""
        lines = list(dict.fromkeys(lines))
        more = (count or len(lines)) - MOST_LINES
        if more <= 0:
            return lines
        return [*lines[:MOST_LINES], self.env._("and %s more", number_for(self.env, more))]

    def _cm_outcome(self, result):
        if result.busy:
            return self.env._("This campaign is being synced now. Please look again in a minute.")
        if result.refusal:
            return self.env._("%s The background syncs it.", result.refusal)
        if result.waiting:
            return self.env._("There was no time left for it now; the background syncs it.")
        if result.problem:
            return self._cm_problem_now(result)
        parts = [self._cm_result_sentence(result), self._cm_notice_without_calls(result)]
        if result.came_too_late:
            parts.insert(0, self._cm_too_late_sentence())
        return " ".join(filter(None, parts))

    def _cm_problem_now(self, result):
        """The problem, which is stored, and what only who reads it now can be told: until when."""
        pause = result.campaign.cm_account_id._pause_sentence()
        return " ".join(filter(None, (result.problem, pause)))

    def _cm_notice_without_calls(self, result):
        """What is wrong with the connection where there was nothing to send that told it.

        As old as the lists and templates of a form may be: a minute.
        """
        if result.calls or result.busy or result.waiting:
            return ""
        account = result.campaign.cm_account_id
        account._refresh_choices_if_stale(seconds=SECONDS_OF_A_LOOK)
        return account._notice()

    def _cm_too_late_sentence(self):
        return self.env._(
            "The campaign is launched, so what you changed of its subject, sender or description "
            "wasn't sent: Campaign Master takes such changes of drafts only."
        )
