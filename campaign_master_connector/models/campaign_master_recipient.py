from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, clean_context

from ..services import on_list, recipient_review
from ..services.recipient_addition import add_people

KINDS = [("lead", "Lead"), ("contact", "Contact"), ("company", "Company")]
STATES = [
    ("pending", "To add"),
    ("added", "Added"),
    ("exists", "Already on the list"),
    ("opted_out", "Opted out"),
    ("excluded", "Excluded"),
    ("rejected", "Rejected"),
]
STATE_REASONS = [
    ("no_address", "No e-mail address"),
    ("malformed", "Malformed e-mail address"),
    ("blacklisted", "Blacklisted in Odoo"),
    ("duplicate", "Duplicate: another recipient of the campaign has this address"),
    ("archived", "The contact is archived"),
    ("deleted", "The contact or lead was deleted"),
    ("unsubscribed", "Unsubscribed from the mailings of this Campaign Master account"),
    ("first_of_several", "Several addresses: the first one is used"),
]

# Whose records can be recipients.
PEOPLE_MODELS = ("res.partner", "crm.lead")

# What says who is a recipient of what, and the access that a user needs to it to say so.
IDENTITY = {"campaign_id": "write", "partner_id": "read", "lead_id": "read"}


class CampaignMasterRecipient(models.Model):
    """A lead, contact or company as recipient of a campaign, with what it did with the mail."""

    _name = "campaign.master.recipient"
    _description = "Campaign Master Recipient"
    _order = "id"
    _rec_name = "email"
    # Who is a recipient of what can be imported, and is never changed: no group may write.
    campaign_id = fields.Many2one("utm.campaign", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="campaign_id.cm_account_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one("res.partner", "Contact", ondelete="set null")
    lead_id = fields.Many2one("crm.lead", ondelete="set null")
    kind = fields.Selection(KINDS, compute="_compute_classification", store=True, readonly=True)
    email = fields.Char(
        compute="_compute_classification",
        store=True,
        help="The address that is, or was, added to the Campaign Master list.",
    )
    state = fields.Selection(STATES, compute="_compute_classification", store=True, readonly=True)
    # People read `reason`: of somebody whom they may not see it says nothing.
    state_reason = fields.Selection(
        STATE_REASONS,
        "Reason, stored",
        compute="_compute_classification",
        store=True,
        readonly=True,
        groups=fields.NO_ACCESS,
    )
    server_message = fields.Char("Answer of Campaign Master", readonly=True)
    added_at = fields.Datetime("Added on", readonly=True)
    # With its address of now, where the state doesn't tell any more: another list was chosen, say.
    was_on_list = fields.Boolean("Was on a list", readonly=True, groups=fields.NO_ACCESS)
    former_address_ids = fields.One2many(
        "campaign.master.former.address",
        "recipient_id",
        "Former Addresses",
        readonly=True,
        groups="campaign_master_connector.group_campaign_master_manager",
    )

    total_opens = fields.Integer(readonly=True)
    total_clicks = fields.Integer(readonly=True)
    total_forwards = fields.Integer(readonly=True)
    total_unsubscribes = fields.Integer(readonly=True)
    first_open = fields.Datetime(readonly=True)
    last_open = fields.Datetime(readonly=True)
    first_click = fields.Datetime(readonly=True)
    last_click = fields.Datetime(readonly=True)
    bounced = fields.Boolean(readonly=True)
    opted_out = fields.Boolean(readonly=True)

    _opted_out_has_its_flag = models.Constraint(
        "CHECK(state <> 'opted_out' OR opted_out IS TRUE)",
        "A recipient that opted out has its flag.",
    )
    # As few indexes as do: each change of a state writes an entry into all of them.
    _partner_unique_idx = models.UniqueIndex(
        "(partner_id, campaign_id) WHERE partner_id IS NOT NULL",
        "This contact is a recipient of the campaign already.",
    )
    _lead_unique_idx = models.UniqueIndex(
        "(lead_id, campaign_id) WHERE lead_id IS NOT NULL",
        "This lead is a recipient of the campaign already.",
    )
    _tab_idx = models.Index("(campaign_id, kind, id) INCLUDE (state, state_reason)")
    _email_idx = models.Index("(campaign_id, email)")
    _pending_idx = models.Index("(campaign_id, id) WHERE state = 'pending'")
    _duplicate_idx = models.Index("(campaign_id, email) WHERE state_reason = 'duplicate'")
    _blacklisted_idx = models.Index("(email, campaign_id) WHERE state_reason = 'blacklisted'")

    def init(self):
        """Besides what the fields say: how full a page of the table may be."""
        result = super().init()
        # Room in each page for the row's next version, which then needs no entry in any index:
        # statistics change each row of a large campaign day by day.
        self.env.cr.execute(SQL("ALTER TABLE campaign_master_recipient SET (fillfactor = 50)"))
        return result

    @api.depends(
        "campaign_id.cm_account_id",
        "partner_id.active",
        "partner_id.email",
        "partner_id.is_company",
        "lead_id.email_from",
    )
    def _compute_classification(self):
        stored = self.filtered(lambda recipient: isinstance(recipient.id, int))
        new = self - stored
        new.update({"kind": "contact", "email": False, "state": "pending", "state_reason": False})
        decisions = recipient_review.decisions_on(stored)
        stored._keep_former_addresses(decisions)
        for recipient in stored:
            kind, email, state, reason, _former_email = decisions[recipient.id]
            recipient.kind = kind
            recipient.email = email
            recipient.state = state
            recipient.state_reason = reason
            if state == "opted_out":
                recipient.opted_out = True

    @api.constrains("lead_id", "partner_id")
    def _check_one_person(self):
        for recipient in self:
            if recipient.lead_id and recipient.partner_id:
                raise ValidationError(
                    self.env._(
                        "A recipient is either a lead or a contact. Leave the contact empty: the "
                        "one of the lead is known by itself."
                    )
                )

    def _keep_former_addresses(self, decisions):
        """Remember addresses that the mail went to and that change: their statistics still come.

        :param decisions: as of `recipient_review.decisions_on`
        """
        former = {
            recipient_id: former_email
            for recipient_id, (*_decision, former_email) in decisions.items()
            if former_email
        }
        if former:
            on_list.keep_former(self.env, on_list.rows_of(former))
            self.browse(former).update({"was_on_list": False, "unanswered_count": 0})

    @api.model_create_multi
    def create(self, vals_list):
        """Recipients of campaigns that are bound to an account by then.

        A user says who and where alone; superuser code may also give ``email`` and ``state``.
        """
        if not self.env.su:
            return self._create_for_user(vals_list)
        self.env["utm.campaign"].browse(
            {vals["campaign_id"] for vals in vals_list if vals.get("campaign_id")}
        )._cm_adopt_account()
        recipients = super().create([self._with_flag(vals) for vals in vals_list])
        for recipient, vals in zip(recipients, vals_list, strict=True):
            given = {name: vals[name] for name in ("email", "state") if name in vals}
            if given:
                recipient.write(given)
        return recipients

    def _create_for_user(self, vals_list):
        """A user says who and where; all else is decided here, also what defaults would say.

        Access comes first, so that nobody finds out who is a recipient from what is refused.

        :raises AccessError: for a campaign or a person that the user may not use
        """
        self.browse().check_access("create")
        context = self.env.context
        identities = [
            {name: vals.get(name) or context.get(f"default_{name}") for name in IDENTITY}
            for vals in vals_list
        ]
        for name, operation in IDENTITY.items():
            # Of no leads, say, who may see none is asked for no access either.
            if ids := {vals[name] for vals in identities if vals[name]}:
                self.env[self._fields[name].comodel_name].browse(ids).check_access(operation)
        recipients = self.sudo().with_context(clean_context(context)).create(identities)
        recipients = recipients.with_env(self.env)
        recipients.check_access("create")
        return recipients

    def write(self, vals):
        """With the flag of who is opted out, whoever writes the state."""
        return super().write(self._with_flag(vals))

    def _with_flag(self, vals):
        return {**vals, "opted_out": True} if vals.get("state") == "opted_out" else vals

    @api.model
    def get_import_templates(self):
        """Files to begin with, for the page where recipients are imported."""
        folder = "/campaign_master_connector/static/csv"
        contacts = {
            "label": self.env._("Import Template for Contacts and Companies"),
            "template": f"{folder}/contacts.csv",
        }
        leads = {
            "label": self.env._("Import Template for Leads"),
            "template": f"{folder}/leads.csv",
        }
        people = {
            "label": self.env._("Import Template by Name and Email"),
            "template": f"{folder}/people.csv",
        }
        if not self.env["crm.lead"].has_access("read"):
            return [contacts, people]
        return [contacts, leads, people]

    def unlink(self):
        """Whoever was left out as a duplicate of a deleted recipient takes its place."""
        campaign_ids = tuple(self.campaign_id.ids)
        result = super().unlink()
        if campaign_ids:
            of_those = SQL("recipient.campaign_id IN %s", campaign_ids)
            recipient_review.release_duplicates(self.env, of_those)
        return result

    @api.model
    def _add_people(self, campaign, people):
        """Make partners or leads recipients of ``campaign``, any number in one statement.

        Those that are recipients already stay as they are.

        :param people: a `odoo.tools.Query` of ``res.partner`` or ``crm.lead``, as the ORM's
            ``_search`` gives it with the user's access rules in it
        :return: {state: number of recipients that were added in it}
        :raises UserError: where the company has no account, whose opt-outs decide
        """
        campaign._cm_adopt_account()
        if not campaign.cm_account_id:
            raise UserError(campaign._cm_no_account_sentence())
        self.flush_model()
        recipient_review.flush_sources(self.env)
        added = add_people(campaign, people)
        self.invalidate_model()
        campaign.invalidate_recordset(["cm_recipient_ids"])
        return added

    @api.depends("partner_id", "lead_id", "email")
    def _compute_display_name(self):
        for recipient in self.sudo():
            person = recipient.lead_id or recipient.partner_id
            recipient.display_name = person.display_name or recipient.email

    @api.model
    def _window_action(self):
        """The window of recipients, plain where an administrator deleted it: a `dict`."""
        xmlid = "campaign_master_connector.campaign_master_recipient_action"
        if self.env.ref(xmlid, raise_if_not_found=False):
            return self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recipients"),
            "res_model": self._name,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }

    @api.model
    def _search_display_name(self, operator, value):
        """By name and by address, as contacts and leads are found themselves."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        names = ["email", "partner_id.complete_name"]
        if self.env["crm.lead"].has_access("read"):
            names += ["lead_id.name", "lead_id.contact_name", "lead_id.partner_name"]
        return Domain.OR(Domain(name, operator, value) for name in names)

    def action_open_person(self):
        """The lead, contact or company behind the recipient, as far as it still exists."""
        self.ensure_one()
        person = self.lead_id or self.partner_id
        return person and person._get_records_action()
