from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..services.addresses import has_foreign_local_part
from .campaign_master_recipient import STATE_REASONS

UNNAMED = "unnamed"
REASONS = [*STATE_REASONS, (UNNAMED, "Not written to in this campaign")]


class CampaignMasterRecipient(models.Model):
    """Why a recipient is left out, as far as it is the reader's to know.

    That somebody has the same address isn't, where he may not see who: he could else find out about
    any address by making a lead of his own with it.
    """

    _inherit = "campaign.master.recipient"

    reason = fields.Selection(
        REASONS,
        compute="_compute_reason",
        search="_search_reason",
    )
    state_message = fields.Char("Message", compute="_compute_state_message")

    @api.depends("state_reason")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_reason(self):
        stored = self.filtered(lambda recipient: isinstance(recipient.id, int)).sudo()
        duplicates = stored.filtered(lambda recipient: recipient.state_reason == "duplicate")
        unnamed = set() if self.env.su else self._ids_without_visible_holder(duplicates.ids)
        for recipient in self:
            recipient.reason = UNNAMED if recipient.id in unnamed else recipient.sudo().state_reason

    @api.depends("state", "reason", "server_message", "email")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_state_message(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        for recipient in self:
            answer = recipient.state == "rejected" and recipient.server_message
            message = answer or labels.get(recipient.reason, "")
            if recipient.reason == "malformed" and has_foreign_local_part(recipient.email):
                message = self.env._(
                    "%(reason)s: Campaign Master takes no accents or foreign letters before the @",
                    reason=message,
                )
            recipient.state_message = message

    def _ids_without_visible_holder(self, ids):
        if not ids:
            return set()
        self.flush_model(["campaign_id", "email", "state"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM campaign_master_recipient AS recipient WHERE id IN %s AND NOT %s",
                tuple(ids),
                self._has_visible_holder("recipient"),
            )
        )
        return {recipient_id for [recipient_id] in rows}

    def _has_visible_holder(self, alias):
        """Condition: the user sees who of the campaign has the address of the row ``alias``."""
        holders = self.browse().with_context(active_test=False)._search([])
        for name in ("campaign_id", "email"):
            holders.add_where(
                SQL("%s = %s", SQL.identifier(self._table, name), SQL.identifier(alias, name))
            )
        holders.add_where(SQL("%s <> 'excluded'", SQL.identifier(self._table, "state")))
        return SQL("EXISTS (%s)", holders.select(SQL("1")))

    def _field_to_sql(self, alias, field_expr, query=None):
        """So that people group and filter by the reason, whose column is everybody's."""
        if field_expr != "reason":
            return super()._field_to_sql(alias, field_expr, query)
        column = SQL.identifier(alias, "state_reason", to_flush=self._fields["state_reason"])
        if self.env.su:
            return column
        # The holder is looked up in the table of the same name.
        row = SQL(
            "EXISTS (SELECT FROM campaign_master_recipient AS judged WHERE judged.id = %s AND %s)",
            SQL.identifier(alias, "id"),
            self._has_visible_holder("judged"),
        )
        return SQL(
            "CASE WHEN %s = 'duplicate' AND NOT %s THEN %s ELSE %s END",
            column,
            row,
            UNNAMED,
            column,
        )

    def _search_reason(self, operator, value):
        if operator != "in":
            return NotImplemented
        given = [reason for reason in value if reason]
        reader = self.env

        def condition(model, alias, query):
            reason = model.with_env(reader)._field_to_sql(alias, "reason", query)
            conditions = [SQL("%s = ANY(%s)", reason, given)]
            if len(given) < len(value):
                conditions.append(SQL("%s IS NULL", reason))
            return SQL("(%s)", SQL(" OR ").join(conditions))

        return Domain.custom(
            to_sql=condition,
            predicate=lambda recipient: recipient.with_env(reader).reason in value,
        )
