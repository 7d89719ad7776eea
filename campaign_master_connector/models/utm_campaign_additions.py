import logging
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..services import recipient_review, transaction
from ..services.campaign_run import CampaignResult

_logger = logging.getLogger(__name__)


class UtmCampaign(models.Model):
    """People whom a click began to make recipients and the schedule goes on with."""

    _inherit = "utm.campaign"

    # [{"res_model", "domain", "user_id", "company_ids", "after"}]: who asked for whom, under whose
    # access rules, and the id up to which they are recipients.
    cm_additions = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS)
    # Apart from what is wrong with syncs: nothing is tried again that could clear it by itself.
    cm_addition_problem = fields.Char("Problem with adding", readonly=True, copy=False)

    _cm_additions_idx = models.Index("(id) WHERE cm_additions IS NOT NULL")

    def _cm_forget_addition_problem(self):
        """A person adds again."""
        if self.cm_addition_problem:
            self.cm_addition_problem = False

    def _cm_add_later(self, wizard, after):
        """Have the schedule add who is behind the id ``after``, as the user of ``wizard``."""
        addition = {
            "res_model": wizard.res_model,
            "domain": wizard.domain,
            "user_id": wizard.env.uid,
            "company_ids": wizard.env.companies.ids,
            "after": after,
        }
        self.cm_additions = [*(self.cm_additions or []), addition]
        self._cm_trigger_push()

    @api.model
    def _cm_go_on_adding(self):
        """A slice of each campaign in turn: pushing and other campaigns wait for no more.

        Also of who is off Odoo's blacklist; found together, since a minute mostly has neither.
        """
        self.flush_model(["cm_additions"])
        campaign_ids = recipient_review.off_blacklist(self.env, SQL("recipient.campaign_id"))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, cm_additions IS NOT NULL FROM utm_campaign
                 WHERE cm_additions IS NOT NULL OR id = ANY(ARRAY(%s)) ORDER BY id
                """,
                campaign_ids,
            )
        )
        for campaign_id, is_adding in rows:
            if transaction.seconds_left(self.env) <= 0:
                break
            campaign = self.sudo().browse(campaign_id)
            campaign._cm_add_next_slice() if is_adding else campaign._cm_leave_blacklist()
        if any(is_adding for _campaign_id, is_adding in rows):
            self._cm_trigger_push()

    def _cm_leave_blacklist(self):
        """Have those wait again who were taken off Odoo's blacklist, by whatever way."""
        release = partial(recipient_review.release_from_blacklist, self)
        try:
            transaction.write_durably(self.env, release)
        except transaction.COLLISIONS:
            _logger.info("Campaign %s: concurrent updates, looked at in a minute", self.id)
        except Exception:
            _logger.exception("Campaign %s: who is off the blacklist isn't known", self.id)
            transaction.rollback(self.env)

    def _cm_add_next_slice(self):
        try:
            transaction.write_durably(self.env, self._cm_add_slice)
        except transaction.COLLISIONS:
            _logger.info("Campaign %s: concurrent updates, adding goes on in a minute", self.id)
        except Exception:
            _logger.exception("Adding recipients to campaign %s failed", self.id)
            transaction.rollback(self.env)
            transaction.write_durably(self.env, self._cm_give_up_adding)

    def _cm_add_slice(self):
        [addition, *others] = self.cm_additions
        asking = self.env["campaign.master.add.recipients"].with_user(addition["user_id"])
        wizard = asking.with_context(allowed_company_ids=addition["company_ids"]).new(
            {"res_model": addition["res_model"], "domain": addition["domain"]}
        )
        _added, last_id = wizard._add_slice(self, addition["after"])
        left = [{**addition, "after": last_id}] if last_id else []
        self.cm_additions = [*left, *others] or False

    def _cm_give_up_adding(self):
        """Drop the addition that can't go on, and say so until a person adds again."""
        [failed, *others] = self.cm_additions
        problem = self.env._(
            "Not everybody could be added in the background. Add them once more: who is a "
            "recipient already isn't added twice."
        )
        self.write({"cm_additions": others or False, "cm_addition_problem": problem})
        asked = self.env["res.users"].browse(failed["user_id"]).exists()
        self.env["campaign.master.sync.log"].with_user(asked or self.env.user)._add(
            "additions", [CampaignResult(self, problem=problem)]
        )
