"""Whether a user's access rules leave out recipients of a campaign, found without counting them."""

from odoo.fields import Domain
from odoo.tools import SQL


def sees_everybody(env):
    """Whether the user's access rules leave out nobody of the companies that he works in."""
    return _rules_within_companies(env).is_true()


def campaigns_seen_as_a_whole(campaigns):
    """Those of ``campaigns`` of which the user's access rules leave out no recipient."""
    env = campaigns.env
    rules = _rules_within_companies(env)
    if rules.is_true() or not campaigns.ids:
        return campaigns
    recipients = env["campaign.master.recipient"].sudo()
    recipients.flush_model()
    hidden = recipients._search(~rules)
    hidden.add_where(SQL("%s = campaign.id", SQL.identifier(recipients._table, "campaign_id")))
    rows = env.execute_query(
        SQL(
            "SELECT id FROM UNNEST(%s) AS campaign(id) WHERE EXISTS (%s)",
            campaigns.ids,
            hidden.select(SQL("1")),
        )
    )
    with_hidden = {campaign_id for [campaign_id] in rows}
    return campaigns.filtered(lambda campaign: campaign._origin.id not in with_hidden)


def _rules_within_companies(env):
    rules = env["ir.rule"]._compute_domain("campaign.master.recipient", "read")
    return rules.map_conditions(
        lambda condition: Domain.TRUE if condition.field_expr == "company_id" else condition
    )
