import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.campaign_master_recipient import PEOPLE_MODELS
from ..services.sentences import number_for

ACTIVE_IDS_LIMIT = 20000
# What a click does itself; a request of Odoo may take two minutes. The schedule does the rest.
AT_ONCE = 200_000
IN_THE_BACKGROUND = 50_000


class CampaignMasterAddRecipients(models.TransientModel):
    """Adds selected or matching leads, contacts and companies to a campaign."""

    _name = "campaign.master.add.recipients"
    _description = "Add to Campaign Master Campaign"

    target = fields.Selection(
        [("existing", "An existing campaign"), ("new", "A new campaign")],
        "Add to",
        default="existing",
        required=True,
    )
    campaign_id = fields.Many2one("utm.campaign", domain=[("is_auto_campaign", "=", False)])
    campaign_title = fields.Char("Campaign Name")
    res_model = fields.Selection(
        [("res.partner", "Contacts"), ("crm.lead", "Leads")],
        "Selected from",
        required=True,
        readonly=True,
    )
    # As JSON: Odoo evaluates no more than 100 kB of Python's literals, 13,000 ids or so.
    domain = fields.Char(
        required=True, readonly=True, help="Who is added, under the user's own access rules."
    )
    selected_count = fields.Integer("Selected", compute="_compute_selected_count")

    warning = fields.Char(compute="_compute_warning")

    @api.depends("target", "campaign_id")
    def _compute_warning(self):
        for wizard in self:
            known = wizard.target == "existing" and wizard.campaign_id
            wizard.warning = known and known._cm_warning_before_adding()

    @api.model
    def default_get(self, fields_list):
        """Who was selected in the list that the wizard is opened from, or that campaign."""
        values = super().default_get(fields_list)
        model = self.env.context.get("active_model")
        if model in PEOPLE_MODELS:
            values["res_model"] = model
            values["domain"] = json.dumps(self._domain_of_selection())
        elif model == "utm.campaign":
            values["campaign_id"] = self.env.context.get("active_id")
        return values

    def _domain_of_selection(self):
        """What the user selected in the list: some rows, or all that match the search.

        The web client cuts the ids of "all" at its limit and passes the search along.
        """
        ids = self.env.context.get("active_ids") or []
        matching = self.env.context.get("active_domain")
        limit = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("web.active_ids_limit", ACTIVE_IDS_LIMIT)
        )
        if matching is not None and len(ids) >= limit:
            return list(matching)
        return [("id", "in", ids)]

    @api.depends("res_model", "domain")
    def _compute_selected_count(self):
        for wizard in self:
            wizard.selected_count = (
                wizard._people_model().search_count(wizard._people_domain())
                if wizard.res_model
                else 0
            )

    def _people_domain(self):
        return json.loads(self.domain or "[]")

    def _people_model(self):
        """Rows that were selected count as they are; a search hides the archived by itself."""
        selects_rows = [leaf[0] for leaf in self._people_domain()] == ["id"]
        return self.env[self.res_model].with_context(active_test=not selects_rows)

    def action_add(self):
        """Add them; answers with a notification that tells in numbers what happened."""
        self.ensure_one()
        campaign = self._campaign()
        campaign._cm_check_access("write")
        self.env[self.res_model].check_access("read")
        campaign.sudo()._cm_forget_addition_problem()
        total = self.selected_count
        added, last_id = self._add_slice(campaign.sudo(), 0, AT_ONCE)
        later = max(0, total - AT_ONCE)
        if later:
            campaign.sudo()._cm_add_later(self, last_id)
        return self._notification(campaign, total, added, later)

    def _add_slice(self, campaign, after, size=None):
        """Add the next ``size`` of the people (else a small slice) with an id above ``after``.

        :return: {state: number of recipients that were added in it}, and the last id when there
            may be more behind it, else None
        """
        size = size or IN_THE_BACKGROUND
        domain = Domain(self._people_domain()) & Domain("id", ">", after)
        people = self._people_model()._search(domain, order="id", limit=size)
        [(count, last_id)] = self.env.execute_query(
            SQL("SELECT COUNT(*), MAX(id) FROM (%s) AS slice", people.select())
        )
        if not count:
            return {}, None
        added = self.env["campaign.master.recipient"].sudo()._add_people(campaign, people)
        return added, last_id if count == size else None

    def _campaign(self):
        if self.target == "existing":
            if not self.campaign_id:
                raise UserError(self.env._("Choose the campaign to add them to."))
            return self.campaign_id
        if not (self.campaign_title or "").strip():
            raise UserError(self.env._("Give the new campaign a name."))
        self.campaign_id = self.env["utm.campaign"].create({"title": self.campaign_title})
        self.target = "existing"
        return self.campaign_id

    def _notification(self, campaign, selected, added, later=0):
        count = sum(added.values())
        usable = added.get("pending", 0)
        message = self.env._(
            "Recipients added to %(campaign)s: %(count)s.",
            count=number_for(self.env, count),
            campaign=campaign.title,
        )
        if usable and campaign.sudo().cm_paused:
            message += " " + self.env._("They wait, since adding is paused.")
        if left_out := count - usable:
            message += " " + self.env._(
                "Can't get the mail: %s (the campaign says why).", number_for(self.env, left_out)
            )
        if there := selected - count - later:
            message += " " + self.env._("Recipients already: %s.", number_for(self.env, there))
        if later:
            message += " " + self.env._(
                "%s more are added in the background; the tabs show how many there are.",
                number_for(self.env, later),
            )
        action = self.env["campaign.master.account"]._notification("success", message)
        action["params"]["next"] = self._next_action(campaign)
        return action

    def _next_action(self, campaign):
        if self.env.context.get("active_model") in PEOPLE_MODELS:
            action = campaign._get_records_action()
            return {**action, "views": [(False, "form")]}
        return {"type": "ir.actions.act_window_close"}
