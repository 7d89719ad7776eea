from odoo import fields, models


class UtmCampaign(models.Model):
    """Odoo's own mailings of a campaign, as far as the campaign's form asks for them."""

    _inherit = "utm.campaign"

    # The form counts them for everybody, and a salesperson may not read mailings.
    mailing_mail_count = fields.Integer(compute_sudo=True)
    ab_testing_mailings_count = fields.Integer(compute_sudo=True)
