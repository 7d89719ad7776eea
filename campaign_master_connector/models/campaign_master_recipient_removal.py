from odoo import api, models
from odoo.exceptions import UserError

from ..services import on_list
from ..services.sentences import number_for

NAMES_IN_A_SENTENCE = 3


class CampaignMasterRecipient(models.Model):
    """Taking recipients off their campaign again, as long as they aren't on the list."""

    _inherit = "campaign.master.recipient"

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
        staying = on_list.staying(self)
        return self.filtered(lambda recipient: recipient.id in staying)

    def _sentence_of_staying(self):
        names = self[:NAMES_IN_A_SENTENCE].mapped("display_name")
        if further := len(self) - len(names):
            names.append(self.env._("%s more", number_for(self.env, further)))
        return self.env._(
            "%(count)s of these recipients are on the Campaign Master list already, and their "
            "statistics belong to the campaign: %(names)s. Remove them from the list in Campaign "
            "Master.",
            count=number_for(self.env, len(self)),
            names=", ".join(names),
        )
