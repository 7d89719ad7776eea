import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..services.addresses import single_address
from ..services.campaign_sync import is_being_created
from ..services.campaign_text import on_one_line
from ..services.sentences import number_for

TEXT_FIELDS = {"cm_subject", "cm_from_name"}
ADDRESS_FIELDS = {"cm_test_address", "cm_from_email", "cm_redirect_address"}
BLOCK_FIELDS = TEXT_FIELDS | ADDRESS_FIELDS | {"cm_list_id", "cm_template_id", "cm_description"}
TEXT_MAXIMUM_LENGTH = 255
USER_GROUP = "campaign_master_connector.group_campaign_master_user"


class UtmCampaign(models.Model):
    """The block of Campaign Master fields of a marketing campaign."""

    _inherit = "utm.campaign"

    cm_account_id = fields.Many2one(
        "campaign.master.account",
        "Campaign Master Account",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    cm_effective_account_id = fields.Many2one(
        "campaign.master.account", compute="_compute_cm_effective_account_id", compute_sudo=True
    )
    cm_available = fields.Boolean(
        compute="_compute_cm_available", help="Whether Campaign Master shows on the campaign."
    )
    cm_list_id = fields.Many2one(
        "campaign.master.list",
        "Campaign Master List",
        ondelete="restrict",
        help="The recipients are added to this list, made in Campaign Master. It is not set on "
        "the campaign there: choose it in Campaign Master when you launch.",
    )
    cm_subject = fields.Char(
        "Campaign Master Subject",
        help="The subject line of the mail. It also names the campaign in Campaign Master.",
    )
    cm_from_name = fields.Char(
        "Campaign Mail From Name", help="The name that the mail appears to come from."
    )
    cm_test_address = fields.Char(
        "Campaign Master Test Address",
        help="The address that Campaign Master sends test mails of the campaign to.",
    )
    cm_from_email = fields.Char(
        "Campaign Master From Email",
        help="The full sender address. It must be a global address registered with Campaign "
        "Master.",
    )
    cm_redirect_address = fields.Char(
        "Campaign Master Redirect Domain",
        help="The full address that replies to the mail are redirected to.",
    )
    cm_template_id = fields.Many2one(
        "campaign.master.template",
        "Campaign Master Template",
        ondelete="restrict",
        help="The template that the campaign sends. It can't be changed from Odoo once the "
        "campaign was synced.",
    )
    cm_description = fields.Text(
        "Description", help="What the campaign is about, for your colleagues. Required to sync."
    )
    cm_reference = fields.Char(
        "Campaign Master Reference",
        default=lambda self: str(uuid.uuid4()),
        required=True,
        readonly=True,
        copy=False,
        help="Our own key of the campaign. Campaign Master keeps it as the external ID.",
    )
    cm_external_id = fields.Char("Campaign Master ID", size=64, readonly=True, copy=False)
    cm_state = fields.Selection(
        [
            ("not_synced", "Not synced"),
            ("draft", "Draft"),
            ("scheduled", "Scheduled"),
            ("sending", "Sending"),
            ("sent", "Sent"),
        ],
        "Campaign Master Status",
        default="not_synced",
        required=True,
        readonly=True,
        copy=False,
    )
    cm_sent_at = fields.Datetime("Sent on", readonly=True, copy=False)
    cm_recipient_ids = fields.One2many(
        "campaign.master.recipient", "campaign_id", "Campaign Master Recipients", groups=USER_GROUP
    )

    _cm_reference_unique = models.Constraint(
        "UNIQUE(cm_reference)", "The Campaign Master reference of a campaign must be unique."
    )
    _cm_external_id_unique = models.UniqueIndex(
        "(cm_account_id, cm_external_id) WHERE NULLIF(cm_external_id::text, '0') <> ''",
        "Another campaign of Odoo has this ID of Campaign Master already.",
    )
    _cm_synced_idx = models.Index("(cm_account_id, id) WHERE cm_external_id IS NOT NULL")

    def _init_column(self, column_name):
        """Each campaign that exists at installation gets a reference of its own."""
        if column_name != "cm_reference":
            return super()._init_column(column_name)
        self.env.cr.execute(
            SQL(
                "UPDATE utm_campaign SET cm_reference = gen_random_uuid()::varchar "
                "WHERE cm_reference IS NULL"
            )
        )
        return None

    @api.depends("cm_account_id")
    @api.depends_context("company")
    def _compute_cm_effective_account_id(self):
        own = self.env["campaign.master.account"]._for_company(self.env.company)
        for campaign in self:
            campaign.cm_effective_account_id = campaign.cm_account_id or own

    @api.depends("cm_account_id.enabled")
    @api.depends_context("company", "allowed_company_ids")
    def _compute_cm_available(self):
        for campaign in self:
            account = campaign.sudo().cm_effective_account_id
            campaign.cm_available = account.enabled and account.company_id in self.env.companies

    @api.constrains("cm_list_id", "cm_template_id", "cm_account_id")
    def _check_cm_account(self):
        for campaign in self.sudo():
            choices = (campaign.cm_list_id, campaign.cm_template_id)
            if any(choice and choice.account_id != campaign.cm_account_id for choice in choices):
                raise ValidationError(
                    self.env._(
                        "The list and the template of %(campaign)s must be of the Campaign "
                        "Master account of %(company)s.",
                        campaign=campaign.title,
                        company=campaign.cm_account_id.company_id.name,
                    )
                )

    def _cm_check_access(self, operation):
        """Who uses a campaign with Campaign Master needs the group besides access to it."""
        self.check_access(operation)
        self.env["campaign.master.recipient"].check_access("read")

    def _cm_check_not_forged(self, names):
        """What Campaign Master and the schedules tell is not a user's to write.

        :raises AccessError: where one of the fields ``names`` is such a one
        """
        if self.env.su:
            return
        for name in names & self._fields.keys():
            field = self._fields[name]
            if name.startswith("cm_") and field.readonly and field.store:
                raise AccessError(
                    self.env._(
                        "%(field)s is kept by Campaign Master and can't be written by hand.",
                        field=field._description_string(self.env),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """With a cleaned block; one that has any of it belongs to its company's account.

        :raises AccessError: where a user gives what Campaign Master keeps, or may not use it
        :raises ValidationError: as `_cm_cleaned`
        """
        defaults = {
            key.removeprefix("default_") for key in self.env.context if key.startswith("default_")
        }
        # A copy names its account, which the access rules check.
        self._cm_check_not_forged(defaults.union(*vals_list) - {"cm_account_id"})
        if any(vals.get(name) for vals in vals_list for name in BLOCK_FIELDS):
            self._cm_check_access("create")
        return super().create([self._cm_bound(self._cm_cleaned(vals)) for vals in vals_list])

    def _cm_bound(self, vals):
        """Values of a new campaign, with its company's account if it uses Campaign Master."""
        if vals.get("cm_account_id") or not any(vals.get(name) for name in BLOCK_FIELDS):
            return vals
        account = self.env["campaign.master.account"]._for_company(self.env.company)
        return {**vals, "cm_account_id": account.id}

    def write(self, vals):
        """With a cleaned block; after a change of the list everybody is queued for the new one.

        :raises AccessError: as `create`
        :raises UserError: for another template once the campaign is in Campaign Master, or while
            it is being created there
        """
        self._cm_check_not_forged(vals.keys())
        if vals.keys() & BLOCK_FIELDS:
            self._cm_check_access("write")
        vals = self._cm_cleaned(vals)
        if "cm_template_id" in vals:
            self._cm_check_template_unlocked(vals["cm_template_id"])
        moved = self.browse()
        if "cm_list_id" in vals:
            moved = self.filtered(lambda campaign: campaign.cm_list_id.id != vals["cm_list_id"])
        if any(vals.get(name) for name in BLOCK_FIELDS):
            self._cm_adopt_account()
        result = super().write(vals)
        moved._cm_push_everybody_again()
        return result

    def _cm_adopt_account(self):
        """Bind campaigns that start to use Campaign Master to their company's account."""
        unbound = self.sudo().filtered(lambda campaign: not campaign.cm_account_id)
        if unbound:
            account = self.env["campaign.master.account"]._for_company(self.env.company)
            unbound.write({"cm_account_id": account.id})

    def _cm_check_template_unlocked(self, template_id):
        for campaign in self:
            if campaign.cm_template_id.id == template_id:
                continue
            if is_being_created(campaign):
                raise UserError(
                    self.env._(
                        "The template of %(campaign)s can't be changed now: the campaign is being "
                        "created in Campaign Master. Try again in a minute.",
                        campaign=campaign.title,
                    )
                )
            if campaign.cm_external_id:
                raise UserError(
                    self.env._(
                        "The template of %(campaign)s can't be changed: the campaign is in "
                        "Campaign Master already, and template changes are made there.",
                        campaign=campaign.title,
                    )
                )

    def _cm_cleaned(self, vals):
        """Values whose texts are one line and whose addresses are plain addresses.

        :raises ValidationError: for a text that is too long or an address that is none
        """
        cleaned = dict(vals)
        for name in TEXT_FIELDS & vals.keys():
            cleaned[name] = on_one_line(vals[name]) or False
            if cleaned[name] and len(cleaned[name]) > TEXT_MAXIMUM_LENGTH:
                raise ValidationError(
                    self.env._(
                        "%(field)s has %(length)s characters; Campaign Master takes at most "
                        "%(maximum)s.",
                        field=self._fields[name]._description_string(self.env),
                        length=number_for(self.env, len(cleaned[name])),
                        maximum=number_for(self.env, TEXT_MAXIMUM_LENGTH),
                    )
                )
        for name in ADDRESS_FIELDS & vals.keys():
            cleaned[name] = self._cm_plain_address(name, vals[name])
        return cleaned

    def _cm_plain_address(self, name, value):
        text = on_one_line(value)
        if not text:
            return False
        address = single_address(text)
        if not address:
            raise ValidationError(
                self.env._(
                    "%(field)s must be one full e-mail address, such as news@example.com.",
                    field=self._fields[name]._description_string(self.env),
                )
            )
        return address

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_synced(self):
        if synced := self.filtered("cm_external_id"):
            raise UserError(
                self.env._(
                    "%(campaign)s is in Campaign Master and has recipients and statistics. "
                    "Archive it instead of deleting it.",
                    campaign=synced[0].title,
                )
            )
