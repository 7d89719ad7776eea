from odoo import models

MAILING_COUNTS = {
    "mailing_mail_count",
    "ab_testing_mailings_count",
    # Where SMS Marketing is installed, which is no dependency.
    "mailing_sms_count",
    "ab_testing_mailings_sms_count",
}


class UtmCampaign(models.Model):
    """Odoo's own mailings of a campaign, as far as the campaign's form asks for them."""

    _inherit = "utm.campaign"

    def _compute_field_value(self, field):
        """The form counts mailings for everybody, and a salesperson may not read them."""
        campaigns = self.sudo() if field.name in MAILING_COUNTS else self
        return super(UtmCampaign, campaigns)._compute_field_value(field)
