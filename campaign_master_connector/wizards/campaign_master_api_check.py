from odoo import api, fields, models
from odoo.exceptions import UserError

from ..campaign_master_api import DEFAULT_API_VERSION
from ..campaign_master_api.check import ApiCheck
from ..services.account_session import AT_THE_SCREEN, AccountSession
from ..services.addresses import single_address
from ..services.sentences import sentence_of

# No call begins after that, and one takes up to ten seconds.
SECONDS_OF_A_CHECK = 15.0


class CampaignMasterApiCheck(models.TransientModel):
    """Shows what the API check found; its report is in the dialog alone and is stored nowhere."""

    _name = "campaign.master.api.check"
    _description = "Campaign Master API Check"

    account_id = fields.Many2one(
        "campaign.master.account", required=True, readonly=True, ondelete="cascade"
    )
    conclusion = fields.Char(compute="_compute_report")
    report = fields.Text(compute="_compute_report")
    has_written = fields.Boolean(compute="_compute_report")
    writes_too = fields.Boolean("Check writing too")
    list_id = fields.Many2one("campaign.master.list", domain="[('account_id', '=', account_id)]")
    test_address = fields.Char(
        help="An address of your own. It is added to the list and stays there."
    )
    from_email = fields.Char(
        help="An address that is registered with Campaign Master. Without it the newest "
        "campaign's is taken.",
    )

    @api.depends_context("cm_conclusion", "cm_report", "cm_has_written")
    def _compute_report(self):
        context = self.env.context
        for check in self:
            check.conclusion = context.get("cm_conclusion")
            check.report = context.get("cm_report")
            check.has_written = context.get("cm_has_written")

    def action_write(self):
        """Check again, and make a draft campaign and add the test address to the list too."""
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        if obstacle := account.sudo()._obstacle():
            raise UserError(obstacle)
        address = self._address_to_add()
        sender = single_address(self.from_email or "")
        if self.list_id.account_id != account:
            raise UserError(self.env._("Choose a list of this account."))
        return account._cm_check(
            lambda check: check.check_writing(self.list_id.external_id, address, sender)
        )

    def _address_to_add(self):
        """The test address; a check puts nobody back on a list that he left.

        :raises UserError: where it is none, or belongs to somebody who opted out
        """
        address = single_address(self.test_address or "")
        if not address:
            raise UserError(self.env._("Enter one e-mail address of your own as the test address."))
        left = (
            self.env["campaign.master.opt.out"]
            .sudo()
            .search_count(
                [
                    ("account_id", "=", self.account_id.id),
                    ("email", "=", address),
                    ("lifted_at", "=", False),
                ],
                limit=1,
            )
        )
        blacklisted = (
            self.env["mail.blacklist"].sudo().search_count([("email", "=", address)], limit=1)
        )
        if left or blacklisted:
            raise UserError(
                self.env._(
                    "The test address has opted out or is blacklisted, so it is added to no list. "
                    "Enter another one."
                )
            )
        return address


class CampaignMasterAccount(models.Model):
    """What Campaign Master answers, held against the contract."""

    _inherit = "campaign.master.account"

    def action_check_api(self):
        """Call each reading operation once and show what differs from the contract."""
        self.ensure_one()
        self.check_access("write")
        return self._cm_check()

    def _cm_check(self, and_then=None):
        """Within the quota, and bounded in time.

        :param and_then: is called with the `ApiCheck` that has read
        :return: the dialog with the report
        :raises UserError: where nothing could be called
        """
        account = self.sudo()
        if problem := account._contract_problem():
            raise UserError(problem)
        if not account.api_url or not account.username or not account._has_password():
            raise UserError(self._incomplete_sentence())
        if account._withholds_secrets():
            raise UserError(account._withheld_sentence())
        session = AccountSession(account, AT_THE_SCREEN, seconds=SECONDS_OF_A_CHECK, purpose="test")
        with session:
            check = ApiCheck(session.client, account.api_version or DEFAULT_API_VERSION)
            check.check_reading()
            if and_then:
                and_then(check)
            session.failure = check.failure
        if check.failure and not session.client.calls:
            raise UserError(sentence_of(self.env, check.failure))
        return self._cm_report_dialog(check.report(), has_written=bool(and_then))

    @api.model
    def _cm_report_dialog(self, report, has_written):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("API Check"),
            "res_model": "campaign.master.api.check",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                "default_account_id": self.id,
                "cm_conclusion": report.conclusion,
                "cm_report": str(report),
                "cm_has_written": has_written,
            },
        }
