from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..services import opt_outs
from ..services.sentences import number_for

MANAGER_GROUP = "campaign_master_connector.group_campaign_master_manager"


class CampaignMasterOptOut(models.Model):
    """An address and a person that unsubscribed from an account's mailings; kept for good.

    It outlives campaigns and recipients, so that nothing this addon does adds them again. One that
    an administrator lifted is kept too, and judges nobody any more.
    """

    _name = "campaign.master.opt.out"
    _description = "Campaign Master Opt-Out"
    _rec_name = "email"
    _order = "id desc"

    account_id = fields.Many2one(
        "campaign.master.account", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    email = fields.Char(required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Contact", index="btree_not_null", ondelete="set null", readonly=True
    )
    lead_id = fields.Many2one(
        "crm.lead", index="btree_not_null", ondelete="set null", readonly=True
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        help="The campaign whose statistics or recipients told of the opt-out.",
    )
    run_at = fields.Datetime(
        "Run", readonly=True, help="When the run began that brought the opt-out."
    )
    # NULL where no statistics told of this very address.
    unsubscribes = fields.Integer("Unsubscribes Told", readonly=True, aggregator=None)
    lifted_at = fields.Datetime("Lifted on", readonly=True)
    lifted_by_id = fields.Many2one("res.users", "Lifted by", readonly=True)
    lift_reason = fields.Char("Reason for Lifting", readonly=True)

    _email_idx = models.Index("(account_id, email)")

    def action_cm_lift(self):
        """A dialog that asks for the reason to lift these opt-outs."""
        return self._cm_ask_for_reason("people")

    def action_cm_lift_run(self):
        """The same for all opt-outs that the runs of these brought."""
        return self._cm_ask_for_reason("run")

    def _cm_ask_for_reason(self, scope):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lift opt-outs"),
            "res_model": "campaign.master.lift.opt.outs",
            "views": [(False, "form")],
            "target": "new",
            # Of a stored record the web client marks the empty reason as a fault at once.
            "context": {"default_opt_out_ids": self.ids, "default_scope": scope},
        }

    def _cm_of_the_same_people(self):
        """All opt-outs in force that keep the mail from the addresses and people of these."""
        mine = self.sudo().with_context(active_test=False)
        persons = mine.partner_id.filtered(lambda one: not one.is_company)
        leads = mine.env["crm.lead"].search([("partner_id", "in", persons.ids)])
        # A lead that left with another contact left as that one.
        of_leads = Domain("lead_id", "in", leads.ids) & Domain("partner_id", "=", False)
        return self.search(
            Domain("account_id", "in", self.account_id.ids)
            & Domain("lifted_at", "=", False)
            & (
                Domain("email", "in", self.mapped("email"))
                | Domain("partner_id", "in", mine.partner_id.ids)
                | Domain("lead_id", "in", mine.lead_id.ids)
                | of_leads
            )
        )

    def _cm_of_the_same_runs(self):
        """All opt-outs in force that the runs of these brought."""
        runs = {(one.account_id.id, one.campaign_id.id, one.run_at) for one in self if one.run_at}
        return self.search(
            Domain("lifted_at", "=", False)
            & Domain.OR(
                Domain("account_id", "=", account_id)
                & Domain("campaign_id", "=", campaign_id)
                & Domain("run_at", "=", run_at)
                for account_id, campaign_id, run_at in runs
            )
        )

    def _cm_lift(self, reason):
        """Let the mail go to them again, and decide anew on who is left out for them.

        :param reason: why, which is kept; not blank
        :return: those that were in force
        :raises AccessError: for who is no administrator of Campaign Master
        :raises UserError: without a reason
        """
        self.check_access("read")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only an administrator of Campaign Master may lift an opt-out.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Give the reason for lifting: it is kept."))
        in_force = self.sudo().filtered(lambda one: not one.lifted_at)
        in_force.write(
            {
                "lifted_at": fields.Datetime.now(),
                "lifted_by_id": self.env.uid,
                "lift_reason": reason.strip(),
            }
        )
        opt_outs.settle(in_force)
        opt_outs.decide_anew(in_force)
        self.env["utm.campaign"]._cm_trigger_push()
        return in_force

    def _cm_lifted_notification(self):
        message = self.env._("Opt-outs lifted: %s.", number_for(self.env, len(self)))
        action = self.env["campaign.master.account"]._notification("success", message)
        action["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return action
