import logging

from odoo import models

from ..services import transaction

_logger = logging.getLogger(__name__)

WARNING = "mail.mail_activity_data_warning"


class CampaignMasterAccount(models.Model):
    """Whoever can mend the credentials is told when Campaign Master refuses them."""

    _name = "campaign.master.account"
    _inherit = ["campaign.master.account", "mail.thread", "mail.activity.mixin"]

    def _alert_administrators(self):
        """Leave each administrator of the company one activity, however often it is refused."""
        self._clear_alert()
        group = self.env.ref("base.group_system", raise_if_not_found=False)
        administrators = (group or self.env["res.groups"]).all_user_ids.filtered(
            lambda user: not user.share and self.company_id in user.company_ids
        )
        for user in administrators:
            try:
                with self.env.cr.savepoint():
                    self._alert(user)
            except transaction.COLLISIONS:
                raise
            except Exception:
                # Odoo writes to each in his language, say, which may be deactivated.
                _logger.exception("User %s can't be told that credentials are refused", user.id)

    def _alert(self, user):
        self.activity_schedule(
            WARNING,
            user_id=user.id,
            summary=self.env._("Campaign Master refused the credentials"),
            note=self.env._(
                "Nothing is synced until the user name and password are corrected in "
                "Settings, Campaign Master."
            ),
        )

    def _clear_alert(self):
        self.activity_unlink([WARNING])
