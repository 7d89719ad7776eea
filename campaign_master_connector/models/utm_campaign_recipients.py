import json

from odoo import api, fields, models

from ..services import recipient_visibility
from .campaign_master_recipient import KINDS, STATES
from .campaign_master_recipient_reason import REASONS
from .utm_campaign import USER_GROUP

PICKER_VIEWS = {
    "crm.lead": "campaign_master_connector.crm_lead_view_list_picker",
    "res.partner": "campaign_master_connector.res_partner_view_list_picker",
}
PEOPLE = [("is_company", "=", False)]
COMPANIES = [("is_company", "=", True)]


class UtmCampaign(models.Model):
    """The recipients of a campaign: adding them, and what becomes of them in numbers."""

    _inherit = "utm.campaign"

    cm_recipient_count = fields.Integer(
        "Recipients", compute="_compute_cm_recipient_count", groups=USER_GROUP
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cm_recipient_count(self):
        counts = dict(
            self.env["campaign.master.recipient"]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            campaign.cm_recipient_count = counts.get(campaign._origin, 0)

    def cm_recipient_summary(self):
        """Numbers for the form's waterfall and progress bar, under the user's access rules.

        :return: {"total": int, "is_whole": whether the user sees everybody, "kinds": {kind: int},
            "states": [{"state", "label", "count"}], "excluded": [{"reason", "label", "count"}],
            and what `cm_progress` returns}
        """
        self.ensure_one()
        groups = self.env["campaign.master.recipient"]._read_group(
            [("campaign_id", "=", self.id)], ["kind", "state", "reason"], ["__count"]
        )
        states, kinds, reasons = {}, {}, {}
        for kind, state, reason, count in groups:
            kinds[kind] = kinds.get(kind, 0) + count
            states[state] = states.get(state, 0) + count
            if state == "excluded":
                reasons[reason] = reasons.get(reason, 0) + count
        return {
            "total": sum(states.values()),
            "is_whole": bool(recipient_visibility.campaigns_seen_as_a_whole(self)),
            "kinds": {kind: kinds.get(kind, 0) for kind, _label in KINDS},
            "states": self._cm_labelled("state", "state", states, [key for key, _ in STATES]),
            "excluded": self._cm_labelled("reason", "reason", reasons, [key for key, _ in REASONS]),
            **self.cm_progress(),
        }

    def _cm_labelled(self, field_name, key, counts, order):
        selection = self.env["campaign.master.recipient"]._fields[field_name]
        labels = dict(selection._description_selection(self.env))
        return [
            {key: value, "label": labels[value], "count": counts.get(value, 0)}
            for value in order
            if key == "state" or counts.get(value)
        ]

    def cm_progress(self):
        """How far the push is: cheap enough to be asked every few seconds.

        :return: {"left": int of recipients to add, "minutes_left": int or False, "paused": bool,
            "is_synced": bool, "error": str or False,
            "waits": why recipients wait for calls and until when, str, empty where they don't}
        """
        self.ensure_one()
        self._cm_check_access("read")
        campaign = self.sudo()
        left = self._cm_pending_count()
        # The time is everybody's: from it one could tell how many the others are.
        shows_time = recipient_visibility.sees_everybody(self.env) and bool(
            recipient_visibility.campaigns_seen_as_a_whole(self)
        )
        return {
            "left": left,
            "minutes_left": shows_time and campaign._cm_minutes_left(left),
            "paused": campaign.cm_paused,
            "is_synced": bool(campaign.cm_external_id),
            "error": campaign.cm_problem,
            "waits": campaign._cm_why_recipients_wait(left),
        }

    def _cm_why_recipients_wait(self, left):
        if not left or not self.cm_external_id or self.cm_paused:
            return ""
        return self.cm_account_id._why_recipients_wait(self)

    def _cm_minutes_left(self, left):
        """At the pace of the last runs of this campaign; False where there was none."""
        runs = self.env["campaign.master.sync.log"].search(
            [("campaign_id", "=", self.id), ("kind", "=", "recipients"), ("added", ">", 0)],
            limit=5,
        )
        seconds = sum(runs.mapped("duration"))
        pushed = sum(run.added + run.already_on_list + run.opted_out for run in runs)
        if not left or not pushed or not seconds:
            return False
        return max(1, round(left * seconds / pushed / 60))

    def action_cm_open_recipients(self):
        """The campaign's recipients of all kinds, in a list of their own."""
        self.ensure_one()
        action = self.env["campaign.master.recipient"]._window_action()
        action["domain"] = [("campaign_id", "=", self.id)]
        action["context"] = {"default_campaign_id": self.id}
        return action

    def action_cm_add_leads(self):
        """Client action: leads, to select some of, or all that match a search."""
        return self._cm_pick("crm.lead", [], self.env._("Add leads"))

    def action_cm_add_contacts(self):
        """Client action: people, to select some of, or all that match a search."""
        return self._cm_pick("res.partner", PEOPLE, self.env._("Add contacts"))

    def action_cm_add_companies(self):
        """Client action: companies, to select some of, or all that match a search."""
        return self._cm_pick("res.partner", COMPANIES, self.env._("Add companies"))

    def _cm_pick(self, model, domain, title):
        self.ensure_one()
        self._cm_check_access("write")
        view = self.env.ref(PICKER_VIEWS[model], raise_if_not_found=False)
        return {
            "type": "ir.actions.client",
            "tag": "campaign_master_pick_recipients",
            "name": title,
            "params": {
                "campaign_id": self.id,
                "model": model,
                "domain": domain,
                "title": title,
                # Where somebody deleted it, Odoo's own list of the model serves.
                "view_id": view and view.id,
                "warning": self._cm_warning_before_adding(),
            },
        }

    def _cm_warning_before_adding(self):
        """What can't be undone when somebody is added to this campaign; empty where all can."""
        campaign = self.sudo()
        if not campaign.cm_external_id:
            return ""
        values = {"campaign": self.title, "list": campaign.cm_list_id.name or ""}
        if campaign.cm_paused:
            return self.env._(
                "%(campaign)s is in Campaign Master and adding is paused: whom you add now goes on "
                "the list %(list)s when it is resumed, and can't be taken off it from here then.",
                **values,
            )
        return self.env._(
            "%(campaign)s is in Campaign Master: whom you add now goes on the list %(list)s at "
            "once, and can't be taken off it from here.",
            **values,
        )

    def cm_add_people(self, model, domain):
        """Make the leads or partners of ``domain`` recipients of this campaign.

        :param model: ``crm.lead`` or ``res.partner``
        :param domain: what to add, under the user's own access rules
        :return: a notification that tells in numbers what happened
        """
        self.ensure_one()
        wizard = self.env["campaign.master.add.recipients"].create(
            {"campaign_id": self.id, "res_model": model, "domain": json.dumps(domain)}
        )
        return wizard.action_add()
