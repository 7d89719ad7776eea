"""Who sees a recipient: who may read the lead or contact that it is, by whatever rule there is.

Nearly everybody has a rule of companies on contacts and leads. What such a rule asks of a person
is stored with the recipient (`COLUMNS`), so that it costs no look at the people themselves; any
other rule does: a million recipients are then held against the people that it lets through.
"""

from odoo.fields import Domain
from odoo.tools import SQL

RECIPIENTS = ("campaign.master.recipient", "campaign.master.recipient.report")
# Whose rows name people, and by which fields.
PEOPLE_NAMED_BY = {
    "campaign.master.former.address": {"recipient_id": "campaign.master.recipient"},
    "campaign.master.opt.out": {"partner_id": "res.partner", "lead_id": "crm.lead"},
}
# {model of people: {its field: the recipient's field of the same value}}
COLUMNS = {
    "crm.lead": {"company_id": "person_company_id"},
    "res.partner": {"company_id": "person_company_id", "partner_share": "person_share"},
}
PERSON_FIELDS = {"crm.lead": "lead_id", "res.partner": "partner_id"}


def domain_of_seen(env, model_name):
    """Which rows of a model the user sees as far as the people go that they name.

    :return: a `Domain` to evaluate as superuser, as those of record rules are
    """
    if model_name in RECIPIENTS:
        return _seen_recipients(env)
    domain = Domain.TRUE
    for name, comodel in PEOPLE_NAMED_BY.get(model_name, {}).items():
        rules = _rules(env, comodel)
        if not rules.is_true():
            domain &= Domain(name, "=", False) | Domain(name, "any", rules)
    return domain


def _seen_recipients(env):
    leads, partners = _seen_people(env, "crm.lead"), _seen_people(env, "res.partner")
    is_lead = Domain("kind", "=", "lead")
    seen = (~is_lead | leads) & (is_lead | partners)
    if _shows_whoever_has_no_company(leads) and _shows_whoever_has_no_company(partners):
        # Most people: one look at the row instead of six.
        return Domain("person_company_id", "=", False) | seen
    return seen


def _shows_whoever_has_no_company(domain):
    return domain.map_conditions(
        lambda condition: Domain(
            condition.field_expr == "person_company_id"
            and condition.operator == "in"
            and False in condition.value
        )
    ).is_true()


def _rules(env, model_name):
    """The user's rules on a model; nothing where he may not read it at all."""
    if not env[model_name].has_access("read"):
        return Domain.FALSE
    return env["ir.rule"]._compute_domain(model_name, "read")


def _seen_people(env, model_name):
    """Domain of the recipients whose person the user may read.

    Where companies alone decide, a person who was deleted is as visible as he was; else nobody
    knows whether the rule would have let the user see him.
    """
    rules = _rules(env, model_name)
    columns = COLUMNS[model_name]
    if all(condition.field_expr in columns for condition in rules.iter_conditions()):
        return rules.map_conditions(
            lambda condition: Domain(
                columns[condition.field_expr], condition.operator, condition.value
            )
        )
    return Domain(PERSON_FIELDS[model_name], "any", rules)


def sees_everybody(env):
    """Whether no rule but those of companies leaves out recipients for the user."""
    names = {"company_id", *COLUMNS["crm.lead"].values(), *COLUMNS["res.partner"].values()}
    return _rules_without(env, names).is_true()


def campaigns_seen_as_a_whole(campaigns):
    """Those of ``campaigns`` of which the user's access rules leave out no recipient."""
    env = campaigns.env
    rules = _rules_without(env, {"company_id"})
    if rules.is_true() or not campaigns.ids:
        return campaigns
    recipients = env["campaign.master.recipient"].sudo().with_context(active_test=False)
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


def _rules_without(env, names):
    """The user's rules on recipients, as if the conditions on the fields ``names`` held."""
    rules = env["ir.rule"]._compute_domain("campaign.master.recipient", "read")
    return rules.map_conditions(
        lambda condition: Domain.TRUE if condition.field_expr in names else condition
    )
