from odoo import api, models
from odoo.exceptions import UserError

from ..services import on_list
from ..services.sentences import number_for

NAMES_IN_A_SENTENCE = 3
NAMES_IN_A_DIALOG = 20


class CampaignMasterRecipient(models.Model):
    """Taking recipients off their campaign again, as long as they aren't on the list."""

    _inherit = "campaign.master.recipient"

    def cm_ask_before_removal(self):
        """Who of these recipients can be removed, and who can't for what reason, by name.

        :return: {"removable": int, "staying": int, "text": str, several lines}
        """
        self.check_access("unlink")
        reasons = on_list.staying(self)
        by_reason = self.browse(reasons).grouped(lambda recipient: reasons[recipient.id])
        removable = len(self) - len(reasons)
        lines = [self._sentence_of_removable(removable)]
        for reason, label in self._labels_of_staying().items():
            if reason in by_reason:
                names = by_reason[reason]._names(NAMES_IN_A_DIALOG, "; ")
                number = number_for(self.env, len(by_reason[reason]))
                lines.append(f"{label % number} {names}.")
        return {"removable": removable, "staying": len(reasons), "text": "\n".join(lines)}

    def _sentence_of_removable(self, count):
        if not count:
            return self.env._("None of them can be removed from the campaign.")
        return self.env._("Can be removed from the campaign: %s.", number_for(self.env, count))

    def _labels_of_staying(self):
        return {
            "on_list": self.env._(
                "%s stay, since they are on the Campaign Master list already; remove them there:"
            ),
            "under_way": self.env._(
                "%s stay, since they may be on the list: Campaign Master was asked to add them and "
                "hasn't answered yet:"
            ),
            "was_on_list": self.env._(
                "%s stay, since they were added with another address or to another list before, "
                "and its statistics may still come:"
            ),
        }

    def action_cm_remove(self):
        """Remove those of these recipients that may go.

        :return: a notification that tells how many are gone, and who stayed for what reason
        """
        self.check_access("unlink")
        staying = self._on_list()
        leaving = self - staying
        count = len(leaving)
        leaving.unlink()
        message = self.env._("Removed from the campaign: %s.", number_for(self.env, count))
        if staying:
            message += " " + staying._sentence_of_staying()
        return self.env["campaign.master.account"]._notification(
            "warning" if staying else "success", message
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_on_list(self):
        if not self.env.su and (staying := self._on_list()):
            raise UserError(staying._sentence_of_staying())

    def _on_list(self):
        return self.browse(on_list.staying(self))

    def _names(self, most, separator=", "):
        """At most so many names, and how many more there are."""
        names = self[:most].mapped("display_name")
        if further := len(self) - len(names):
            names.append(self.env._("%s more", number_for(self.env, further)))
        return separator.join(names)

    def _sentence_of_staying(self):
        return self.env._(
            "%(count)s of these recipients are on the Campaign Master list already, and their "
            "statistics belong to the campaign: %(names)s. Remove them from the list in Campaign "
            "Master.",
            count=number_for(self.env, len(self)),
            names=self._names(NAMES_IN_A_SENTENCE),
        )
