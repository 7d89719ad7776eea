from odoo import models

WARNING = "mail.mail_activity_data_warning"


class CampaignMasterAccount(models.Model):
    """Whoever can mend the credentials is told when Campaign Master refuses them."""

    _name = "campaign.master.account"
    _inherit = ["campaign.master.account", "mail.thread", "mail.activity.mixin"]

    def _alert_administrators(self):
        """Leave each administrator of the company one activity, however often it is refused."""
        self._clear_alert()
        administrators = self.env.ref("base.group_system").all_user_ids.filtered(
            lambda user: not user.share and self.company_id in user.company_ids
        )
        for user in administrators:
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
