from odoo import api, fields, models

NAMES_IN_THE_DIALOG = 20


class CampaignMasterLiftOptOuts(models.TransientModel):
    """Asks an administrator for the reason to lift opt-outs: of people, or of whole runs."""

    _name = "campaign.master.lift.opt.outs"
    _description = "Lift Campaign Master Opt-Outs"

    opt_out_ids = fields.Many2many("campaign.master.opt.out", string="Selected", readonly=True)
    scope = fields.Selection(
        [
            ("people", "All opt-outs of these addresses and people"),
            ("run", "All opt-outs that the same run brought"),
        ],
        "What to Lift",
        default="people",
        required=True,
    )
    reason = fields.Char(help="Why the mail may go to them again; it is kept with each opt-out.")
    count = fields.Integer("Opt-Outs", compute="_compute_affected")
    emails = fields.Char("Addresses", compute="_compute_affected")

    @api.depends("opt_out_ids", "scope")
    def _compute_affected(self):
        for lifting in self:
            affected = lifting._affected()
            emails = sorted(set(affected[:NAMES_IN_THE_DIALOG].mapped("email")))
            more = ["..."] if len(affected) > NAMES_IN_THE_DIALOG else []
            lifting.count = len(affected)
            lifting.emails = ", ".join(emails + more)

    def _affected(self):
        opt_outs = self.opt_out_ids._origin
        if self.scope == "run":
            return opt_outs._cm_of_the_same_runs()
        return opt_outs._cm_of_the_same_people()

    def action_lift(self):
        """Lift them; answers with a notification that tells how many."""
        self.ensure_one()
        return self._affected()._cm_lift(self.reason)._cm_lifted_notification()
