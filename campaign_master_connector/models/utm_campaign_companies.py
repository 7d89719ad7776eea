from collections.abc import Set

from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

# No request can send it along: JSON has no such object.
_INTO_THE_CACHE = object()


class UtmCampaign(models.Model):
    """A campaign is everybody's; what a company has of it in Campaign Master is that company's.

    The fields ``cm_...`` of a campaign that is of another company's account read as empty, and are
    not found, grouped by or summed up. Server code in superuser mode sees all of them.
    """

    _inherit = "utm.campaign"

    def _cm_of_others(self):
        """Those of the account of a company that the user doesn't work in now."""
        if self.env.su:
            return self.browse()
        visible = {False, *self.env.companies.ids}
        return self.filtered(
            lambda campaign: campaign.sudo().cm_account_id.company_id.id not in visible
        )

    def _cm_check_own(self):
        """What a company has of a campaign in Campaign Master is used by its people alone.

        :raises AccessError: which doesn't tell whose it is
        """
        if others := self._cm_of_others():
            raise AccessError(
                self.env._(
                    "%(campaign)s is used with Campaign Master by a company that you don't work in "
                    "now, so what it has of it in Campaign Master stays closed to you. Switch to "
                    "that company if it is one of yours, or duplicate the campaign: the copy is "
                    "yours.",
                    campaign=others[0].title,
                )
            )

    def __getitem__(self, key):
        """What Odoo reads, exports and compares by a field's name: nothing of others'."""
        if not isinstance(key, str) or not key.startswith("cm_") or self.env.su or not self:
            return super().__getitem__(key)
        return super(UtmCampaign, self - self._cm_of_others()).__getitem__(key)

    def _field_to_sql(self, alias, field_expr, query=None):
        """The same for what the database filters, orders, groups and sums up."""
        value = super()._field_to_sql(alias, field_expr, query)
        if not field_expr.startswith("cm_") or self.env.su:
            return value
        if self.env.context.get("cm_fetches") is _INTO_THE_CACHE:
            return value
        return SQL("CASE WHEN %s THEN %s END", self._cm_is_own(alias), value)

    def _cm_is_own(self, alias):
        """`SQL` condition: not of the account of a company that the user doesn't work in."""
        account = self._fields["cm_account_id"]
        return SQL(
            "(%(account)s IS NULL OR %(account)s IN ("
            "SELECT id FROM campaign_master_account WHERE company_id IN %(companies)s))",
            account=SQL.identifier(alias, account.name, to_flush=account),
            companies=tuple(self.env.companies.ids) or (0,),
        )

    def _search(self, domain, *args, **kwargs):
        """Odoo asks whether there are any recipients past the rules on recipients."""
        if not self.env.su:
            domain = Domain(domain).map_conditions(self._cm_of_own_recipients)
        return super()._search(domain, *args, **kwargs)

    def _cm_of_own_recipients(self, condition):
        if condition.field_expr != "cm_recipient_ids":
            return condition
        own = Domain.custom(to_sql=lambda model, alias, _query: model._cm_is_own(alias))
        is_negative = condition.operator in Domain.NEGATIVE_OPERATORS
        finds_the_empty = is_negative != _asks_for_nothing(condition.value)
        return condition | ~own if finds_the_empty else condition & own

    def _fetch_query(self, query, fields):
        """As it is stored: the cache serves superuser mode as well."""
        fetching = self.with_context(cm_fetches=_INTO_THE_CACHE)
        return super(UtmCampaign, fetching)._fetch_query(query, fields).with_env(self.env)


def _asks_for_nothing(value):
    """Whether who has no records is among what is asked for."""
    if isinstance(value, (list, tuple, Set)):
        return False in value
    return value is False or value is None
